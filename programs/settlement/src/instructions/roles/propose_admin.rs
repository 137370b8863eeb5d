use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::AdminProposed;
use crate::state::Config;

#[derive(Accounts)]
pub struct ProposeAdmin<'info> {
    pub admin: Signer<'info>,
    #[account(mut, has_one = admin @ SettlementError::NotAdmin)]
    pub config: AccountLoader<'info, Config>,
}

impl ProposeAdmin<'_> {
    pub(crate) fn handler(ctx: Context<Self>, pending_admin: Pubkey) -> Result<()> {
        ctx.accounts.config.load_mut()?.pending_admin = pending_admin;
        emit!(AdminProposed {
            config: ctx.accounts.config.key(),
            pending_admin,
        });
        Ok(())
    }
}
