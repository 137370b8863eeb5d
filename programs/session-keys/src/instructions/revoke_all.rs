use anchor_lang::prelude::*;

use crate::error::SessionKeysError;
use crate::events::AllRevoked;
use crate::state::Grants;

#[derive(Accounts)]
pub struct RevokeAll<'info> {
    pub owner: Signer<'info>,
    /// The owner's grants.
    #[account(mut, has_one = owner @ SessionKeysError::NotOwner)]
    pub grants: AccountLoader<'info, Grants>,
}

impl RevokeAll<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let mut grants = ctx.accounts.grants.load_mut()?;
        grants.epoch = grants.epoch.checked_add(1).ok_or(SessionKeysError::Overflow)?;
        emit!(AllRevoked {
            owner: grants.owner,
            epoch: grants.epoch,
        });
        Ok(())
    }
}
