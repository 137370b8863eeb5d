use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::Paused;
use crate::state::Config;

#[derive(Accounts)]
pub struct Pause<'info> {
    /// The guardian or the admin.
    pub by: Signer<'info>,
    #[account(mut)]
    pub config: AccountLoader<'info, Config>,
}

impl Pause<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let by = ctx.accounts.by.key();
        let mut config = ctx.accounts.config.load_mut()?;
        config.require_guardian(&by)?;
        require!(!config.is_paused(), SettlementError::AlreadyPaused);
        config.pause(Clock::get()?.unix_timestamp);
        emit!(Paused {
            config: ctx.accounts.config.key(),
            by
        });
        Ok(())
    }
}
