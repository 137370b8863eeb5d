use anchor_lang::prelude::*;

use super::ToCreator;
use crate::error::RewardsError;
use crate::events::{ClawedBack, emit_by_call};
use crate::state::Distribution;
use crate::tokens::payment;

impl ToCreator<'_> {
    /// Counts everything that is left as given back, and returns how much it is.
    fn claw_back(&self) -> Result<(Distribution, u64)> {
        let mut distribution = self.distribution.load_mut()?;
        require!(
            distribution.end(Clock::get()?.unix_timestamp),
            RewardsError::NotEnded
        );
        let amount = distribution.totals.claw_back()?;
        require_gt!(amount, 0, RewardsError::NothingToClawBack);
        Ok((*distribution, amount))
    }

    pub(crate) fn clawback(ctx: Context<Self>) -> Result<()> {
        let accounts = ctx.accounts;
        let (state, amount) = accounts.claw_back()?;
        payment!(accounts).pay(&state, amount)?;
        let event = ClawedBack {
            distribution: accounts.distribution.key(),
            mint: accounts.mint.key(),
            destination: accounts.destination.key(),
            amount,
            returned: state.totals.returned,
        };
        emit_by_call(&accounts.event_authority, &event)
    }
}
