use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::LimitsChanged;
use crate::state::{Config, Limits};

/// Refused while a batch is open: what its owners rely on stays as it was. The end of a batch is always in reach, and
/// a pause keeps the next one from being opened.
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
        require!(config.is_idle(), SettlementError::BatchIsOpen);
        config.set_limits(&limits);
        emit!(LimitsChanged {
            config: ctx.accounts.config.key(),
            limits,
        });
        Ok(())
    }
}
