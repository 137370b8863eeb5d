use anchor_lang::prelude::*;

use crate::error::RewardsError;
use crate::events::RecordClosed;
use crate::state::{Allocation, ClosedDistribution};

#[derive(Accounts)]
pub struct CloseAllocation<'info> {
    /// Gets the rent.
    /// CHECK: the allocation names it.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
    pub distribution: Account<'info, ClosedDistribution>,
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
        let allocation = &ctx.accounts.allocation;
        emit!(RecordClosed {
            distribution: allocation.distribution,
            record: allocation.key(),
            recipient: allocation.recipient,
        });
        Ok(())
    }
}
