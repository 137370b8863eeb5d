use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::Unpaused;
use crate::state::Config;

#[derive(Accounts)]
pub struct Unpause<'info> {
    pub admin: Signer<'info>,
    #[account(mut, has_one = admin @ SettlementError::NotAdmin)]
    pub config: AccountLoader<'info, Config>,
}

impl Unpause<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let mut config = ctx.accounts.config.load_mut()?;
        require!(config.is_paused(), SettlementError::NotPaused);
        config.unpause(Clock::get()?.unix_timestamp);
        emit!(Unpaused {
            config: ctx.accounts.config.key(),
            by: ctx.accounts.admin.key()
        });
        Ok(())
    }
}
