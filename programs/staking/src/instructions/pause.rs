use anchor_lang::prelude::*;

use super::now;
use crate::error::StakingError;
use crate::events::Paused;
use crate::state::Pool;

#[derive(Accounts)]
pub struct Pause<'info> {
    /// The guardian or the admin.
    pub by: Signer<'info>,
    #[account(mut)]
    pub pool: AccountLoader<'info, Pool>,
}

impl Pause<'_> {
    fn validate(&self) -> Result<()> {
        let (by, pool) = (self.by.key(), self.pool.load()?);
        require!(by == pool.guardian || by == pool.admin, StakingError::NotGuardian);
        Ok(())
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        ctx.accounts.validate()?;
        let pool = &mut *ctx.accounts.pool.load_mut()?;
        pool.pause(now()?)?;
        emit!(Paused {
            pool: ctx.accounts.pool.key(),
            by: ctx.accounts.by.key(),
            ends_from: pool.pause_ends_from(),
        });
        Ok(())
    }
}
