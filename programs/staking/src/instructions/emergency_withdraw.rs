use anchor_lang::prelude::*;

use super::{Withdraw, now};
use crate::events::{EmergencyWithdrawn, emit_by_call};

impl Withdraw<'_> {
    /// Pays all stake of the position, and takes its rewards back.
    pub(crate) fn in_emergency(ctx: Context<Self>) -> Result<()> {
        let event = {
            let pool = &mut *ctx.accounts.pool.load_mut()?;
            let position = &mut *ctx.accounts.position.load_mut()?;
            let destination = ctx.accounts.destination.key();
            pool.require_outside(&destination)?;
            let (amount, forfeited) = pool.forfeit(position, now()?)?;
            EmergencyWithdrawn {
                pool: position.pool,
                position: ctx.accounts.position.key(),
                owner: position.owner,
                destination,
                amount,
                forfeited,
                total: pool.staked,
            }
        };
        ctx.accounts.pay_stake(event.amount)?;
        emit_by_call(&ctx.accounts.event_authority, &event)
    }
}
