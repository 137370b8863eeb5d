use anchor_lang::prelude::*;

use crate::error::RewardsError;
use crate::events::RecordClosed;
use crate::state::{ClaimRecord, Distribution};

#[derive(Accounts)]
pub struct CloseClaim<'info> {
    /// Gets the rent.
    /// CHECK: the record names it.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
    /// A distribution that has ended, which stays so, or what a closed one left.
    /// CHECK: the record names it; `Distribution::end_records` reads it.
    #[account(mut)]
    pub distribution: UncheckedAccount<'info>,
    #[account(
        mut,
        close = payer,
        has_one = distribution @ RewardsError::WrongDistribution,
        has_one = payer @ RewardsError::WrongPayer,
    )]
    pub record: AccountLoader<'info, ClaimRecord>,
}

impl CloseClaim<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        Distribution::end_records(&ctx.accounts.distribution, Clock::get()?.unix_timestamp)?;
        let record = ctx.accounts.record.load()?;
        emit!(RecordClosed {
            distribution: record.distribution,
            record: ctx.accounts.record.key(),
            recipient: record.recipient,
        });
        Ok(())
    }
}
