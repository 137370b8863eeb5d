use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use crate::error::RewardsError;
use crate::events::{ClawedBack, emit_by_call};
use crate::state::Distribution;
use crate::tokens::Payment;

#[event_cpi]
#[derive(Accounts)]
pub struct Clawback<'info> {
    pub creator: Signer<'info>,
    #[account(
        mut,
        has_one = creator @ RewardsError::NotCreator,
        has_one = mint @ RewardsError::WrongMint,
        has_one = tokens @ RewardsError::WrongTokens,
    )]
    pub distribution: AccountLoader<'info, Distribution>,
    /// CHECK: it is the mint that the distribution was made for.
    pub mint: UncheckedAccount<'info>,
    /// The token account of the distribution.
    /// CHECK: the distribution names it.
    #[account(mut)]
    pub tokens: UncheckedAccount<'info>,
    /// The token account to pay: anybody's, but not the distribution's own.
    /// CHECK: the token program requires that it is of this mint.
    #[account(mut, constraint = destination.key() != tokens.key() @ RewardsError::WrongDestination)]
    pub destination: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl Clawback<'_> {
    /// Counts everything that is left as given back, and returns how much it is.
    fn count(&self) -> Result<(Distribution, u64)> {
        let mut distribution = self.distribution.load_mut()?;
        require!(
            distribution.has_ended(Clock::get()?.unix_timestamp),
            RewardsError::NotEnded
        );
        let amount = distribution.totals.claw_back()?;
        require_gt!(amount, 0, RewardsError::NothingToClawBack);
        distribution.clawed_back = 1;
        Ok((*distribution, amount))
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let accounts = ctx.accounts;
        let (state, amount) = accounts.count()?;
        let payment = Payment {
            distribution: &accounts.distribution.to_account_info(),
            tokens: &accounts.tokens,
            mint: &accounts.mint,
            destination: &accounts.destination,
            token_program: &accounts.token_program,
        };
        payment.pay(&state, amount)?;
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
