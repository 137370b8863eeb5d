use anchor_lang::prelude::*;

use crate::error::RewardsError;
use crate::events::RecordClosed;
use crate::state::{Allocation, Distribution};

#[derive(Accounts)]
pub struct CloseAllocation<'info> {
    /// Gets the rent.
    /// CHECK: the allocation names it.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
    /// A distribution that has ended, which stays so, or what a closed one left.
    /// CHECK: the allocation names it; `Distribution::end_records` reads it.
    #[account(mut)]
    pub distribution: UncheckedAccount<'info>,
    #[account(
        mut,
        close = payer,
        has_one = distribution @ RewardsError::WrongDistribution,
        has_one = payer @ RewardsError::WrongPayer,
    )]
    pub allocation: Account<'info, Allocation>,
}

impl CloseAllocation<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        Distribution::end_records(&ctx.accounts.distribution, Clock::get()?.unix_timestamp)?;
        let allocation = &ctx.accounts.allocation;
        emit!(RecordClosed {
            distribution: allocation.distribution,
            record: allocation.key(),
            recipient: allocation.recipient,
        });
        Ok(())
    }
}
