use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::Paused;
use crate::state::Config;

#[derive(Accounts)]
pub struct Pause<'info> {
    /// The guardian or the admin.
    pub by: Signer<'info>,
    #[account(mut)]
    pub config: Account<'info, Config>,
}

impl Pause<'_> {
    fn validate(&self) -> Result<()> {
        let by = self.by.key();
        require!(
            by == self.config.guardian || by == self.config.admin,
            SettlementError::NotGuardian
        );
        require!(!self.config.paused, SettlementError::AlreadyPaused);
        Ok(())
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        ctx.accounts.validate()?;
        ctx.accounts.config.paused = true;
        emit!(Paused {
            config: ctx.accounts.config.key(),
            by: ctx.accounts.by.key()
        });
        Ok(())
    }
}
