use anchor_lang::prelude::*;

use super::{Administer, now};
use crate::error::StakingError;
use crate::events::DurationSet;
use crate::state::require_duration;

impl Administer<'_> {
    pub(crate) fn set_duration(ctx: Context<Self>, duration: u32) -> Result<()> {
        require_duration(duration)?;
        let pool = &mut *ctx.accounts.pool.load_mut()?;
        pool.stream.accrue(now()?)?;
        require!(pool.stream.seconds_left == 0, StakingError::StillRunning);
        pool.duration = duration;
        emit!(DurationSet {
            pool: ctx.accounts.pool.key(),
            duration
        });
        Ok(())
    }
}
