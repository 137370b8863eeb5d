use anchor_lang::prelude::*;

use crate::error::SessionKeysError;
use crate::events::{SessionRevoked, emit_by_call};
use crate::state::{Grants, found, view_mut};

#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy)]
pub struct RevokeSessionArgs {
    /// The session key.
    pub key: Pubkey,
}

#[event_cpi]
#[derive(Accounts)]
pub struct RevokeSession<'info> {
    /// The owner, or the session key itself.
    pub by: Signer<'info>,
    /// The owner's grants.
    #[account(mut)]
    pub grants: AccountLoader<'info, Grants>,
}

impl RevokeSession<'_> {
    fn revoke(&self, key: Pubkey) -> Result<SessionRevoked> {
        let by = self.by.key();
        let mut data = self.grants.as_ref().try_borrow_mut_data()?;
        let (grants, sessions) = view_mut(&mut data)?;
        require!(
            by == grants.owner || by == key,
            SessionKeysError::NotOwnerOrSession
        );
        let session = found(sessions, &key)?;
        require_eq!(session.revoked, 0, SessionKeysError::AlreadyRevoked);
        session.revoked = 1;
        Ok(SessionRevoked {
            owner: grants.owner,
            session: key,
            by,
        })
    }

    pub(crate) fn handler(ctx: Context<Self>, args: RevokeSessionArgs) -> Result<()> {
        let event = ctx.accounts.revoke(args.key)?;
        emit_by_call(&ctx.accounts.event_authority, &event)
    }
}
