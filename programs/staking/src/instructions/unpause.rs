use anchor_lang::prelude::*;

use super::Administer;
use crate::error::StakingError;
use crate::events::Unpaused;

impl Administer<'_> {
    pub(crate) fn unpause(ctx: Context<Self>) -> Result<()> {
        let pool = &mut *ctx.accounts.pool.load_mut()?;
        require!(pool.is_paused(), StakingError::NotPaused);
        pool.paused = 0;
        emit!(Unpaused {
            pool: ctx.accounts.pool.key(),
            by: ctx.accounts.admin.key()
        });
        Ok(())
    }
}
