use anchor_lang::prelude::*;

use super::Administer;
use crate::error::StakingError;
use crate::events::AdminProposed;

impl Administer<'_> {
    pub(crate) fn propose_admin(ctx: Context<Self>, proposed: Pubkey) -> Result<()> {
        // All zeros stand for nobody; and they are the system program's key, with which nobody can sign.
        require_keys_neq!(proposed, Pubkey::default(), StakingError::MissingKey);
        ctx.accounts.pool.load_mut()?.proposed_admin = proposed;
        emit!(AdminProposed {
            pool: ctx.accounts.pool.key(),
            admin: ctx.accounts.admin.key(),
            proposed
        });
        Ok(())
    }
}
