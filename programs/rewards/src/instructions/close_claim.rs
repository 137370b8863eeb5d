use anchor_lang::prelude::*;

use crate::error::RewardsError;
use crate::events::RecordClosed;
use crate::state::{ClaimRecord, ClosedDistribution};

#[derive(Accounts)]
pub struct CloseClaim<'info> {
    /// Gets the rent.
    /// CHECK: the record names it.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
    pub distribution: Account<'info, ClosedDistribution>,
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
        let record = ctx.accounts.record.load()?;
        emit!(RecordClosed {
            distribution: record.distribution,
            record: ctx.accounts.record.key(),
            recipient: record.recipient,
        });
        Ok(())
    }
}
