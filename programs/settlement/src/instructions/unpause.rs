use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::Unpaused;
use crate::state::Config;

#[derive(Accounts)]
pub struct Unpause<'info> {
    pub admin: Signer<'info>,
    #[account(mut, has_one = admin @ SettlementError::NotAdmin)]
    pub config: Account<'info, Config>,
}

impl Unpause<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        require!(ctx.accounts.config.paused, SettlementError::NotPaused);
        ctx.accounts.config.paused = false;
        emit!(Unpaused {
            config: ctx.accounts.config.key(),
            by: ctx.accounts.admin.key()
        });
        Ok(())
    }
}
