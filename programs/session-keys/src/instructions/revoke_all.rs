use anchor_lang::prelude::*;

use crate::error::SessionKeysError;
use crate::events::{AllRevoked, emit_by_call};
use crate::state::Grants;

#[event_cpi]
#[derive(Accounts)]
pub struct RevokeAll<'info> {
    pub owner: Signer<'info>,
    /// The owner's grants.
    #[account(mut, has_one = owner @ SessionKeysError::NotOwner)]
    pub grants: AccountLoader<'info, Grants>,
}

impl RevokeAll<'_> {
    fn revoke(&self) -> Result<AllRevoked> {
        let mut grants = self.grants.load_mut()?;
        grants.epoch = grants.epoch.checked_add(1).ok_or(SessionKeysError::Overflow)?;
        Ok(AllRevoked {
            owner: grants.owner,
            epoch: grants.epoch,
        })
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let event = ctx.accounts.revoke()?;
        emit_by_call(&ctx.accounts.event_authority, &event)
    }
}
