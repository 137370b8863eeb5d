use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::LimitsChanged;
use crate::state::{Config, Limits};

/// Batches that are open keep the windows that they were opened with.
#[derive(Accounts)]
pub struct SetLimits<'info> {
    pub admin: Signer<'info>,
    #[account(mut, has_one = admin @ SettlementError::NotAdmin)]
    pub config: AccountLoader<'info, Config>,
}

impl SetLimits<'_> {
    pub(crate) fn handler(ctx: Context<Self>, limits: Limits) -> Result<()> {
        limits.validate()?;
        let mut config = ctx.accounts.config.load_mut()?;
        // A thief of the admin key must not be able to make the wait for an authority of theirs short.
        require_gte!(
            limits.authority_delay,
            config.authority_delay,
            SettlementError::DelayLowered
        );
        config.set_limits(&limits);
        emit!(LimitsChanged {
            config: ctx.accounts.config.key(),
            limits,
        });
        Ok(())
    }
}
