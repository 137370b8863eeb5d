use anchor_lang::prelude::*;
use anchor_spl::associated_token::get_associated_token_address_with_program_id;
use anchor_spl::token_interface::TokenInterface;

use crate::error::RewardsError;
use crate::events::{Claimed, emit_by_call};
use crate::state::{Allocation, Distribution};
use crate::tokens::{payment, require_associated};

#[event_cpi]
#[derive(Accounts)]
pub struct Claim<'info> {
    /// Who is paid. Need not sign to be paid to their associated token account.
    /// CHECK: the allocation names it.
    pub recipient: UncheckedAccount<'info>,
    #[account(
        mut,
        has_one = mint @ RewardsError::WrongMint,
        has_one = tokens @ RewardsError::WrongTokens,
    )]
    pub distribution: AccountLoader<'info, Distribution>,
    /// Direct, or for an order.
    #[account(
        mut,
        has_one = distribution @ RewardsError::WrongDistribution,
        has_one = recipient @ RewardsError::WrongRecipient,
    )]
    pub allocation: Account<'info, Allocation>,
    /// CHECK: it is the mint that the distribution was made for.
    pub mint: UncheckedAccount<'info>,
    /// The token account of the distribution.
    /// CHECK: the distribution names it.
    #[account(mut)]
    pub tokens: UncheckedAccount<'info>,
    /// The token account to pay: the recipient's associated one; any but the distribution's own if they sign.
    /// CHECK: the token program requires that it is of this mint; whose it is, `validate` requires.
    #[account(mut, constraint = destination.key() != tokens.key() @ RewardsError::WrongDestination)]
    pub destination: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl Claim<'_> {
    fn validate(&self, now: i64) -> Result<()> {
        self.distribution.load()?.require_open(now)?;
        if self.recipient.is_signer {
            return Ok(());
        }
        let recipient = self.recipient.key;
        let associated =
            get_associated_token_address_with_program_id(recipient, self.mint.key, self.token_program.key);
        require_associated(&self.destination, &associated, recipient)
    }

    /// Counts what is due as paid, and returns how much it is.
    fn count(&mut self, now: i64) -> Result<(Distribution, u64)> {
        let mut distribution = self.distribution.load_mut()?;
        let vested = self.allocation.vested(&distribution.schedule, now);
        let due = vested.saturating_sub(self.allocation.paid);
        require_gt!(due, 0, RewardsError::NothingDue);
        self.allocation.paid = vested;
        distribution.totals.pay(due)?;
        Ok((*distribution, due))
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let accounts = ctx.accounts;
        let now = Clock::get()?.unix_timestamp;
        accounts.validate(now)?;
        let (state, amount) = accounts.count(now)?;
        payment!(accounts).pay(&state, amount)?;
        let event = Claimed {
            distribution: accounts.distribution.key(),
            record: accounts.allocation.key(),
            mint: accounts.mint.key(),
            recipient: accounts.recipient.key(),
            destination: accounts.destination.key(),
            amount,
            paid: accounts.allocation.paid,
            total_paid: state.totals.paid,
        };
        emit_by_call(&accounts.event_authority, &event)
    }
}
