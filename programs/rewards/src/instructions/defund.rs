use anchor_lang::prelude::*;

use super::ToCreator;
use crate::error::RewardsError;
use crate::events::{Defunded, emit_by_call};
use crate::tokens::payment;

impl ToCreator<'_> {
    pub(crate) fn defund(ctx: Context<Self>, amount: u64) -> Result<()> {
        require_gt!(amount, 0, RewardsError::ZeroAmount);
        let accounts = ctx.accounts;
        let mut distribution = accounts.distribution.load_mut()?;
        distribution.totals.give_back(amount)?;
        let state = *distribution;
        drop(distribution); // it signs for the payment
        payment!(accounts).pay(&state, amount)?;
        let event = Defunded {
            distribution: accounts.distribution.key(),
            mint: accounts.mint.key(),
            destination: accounts.destination.key(),
            amount,
            returned: state.totals.returned,
        };
        emit_by_call(&accounts.event_authority, &event)
    }
}
