use anchor_lang::prelude::*;

use crate::error::RewardsError;
use crate::events::{Revoked, emit_by_call};
use crate::state::{Allocation, Distribution, Revocability};

#[event_cpi]
#[derive(Accounts)]
pub struct Revoke<'info> {
    pub authority: Signer<'info>,
    #[account(mut, has_one = authority @ RewardsError::NotAuthority)]
    pub distribution: AccountLoader<'info, Distribution>,
    /// Direct, or for an order.
    #[account(mut, has_one = distribution @ RewardsError::WrongDistribution)]
    pub allocation: Account<'info, Allocation>,
}

impl Revoke<'_> {
    /// What the recipient keeps, with what is paid.
    fn kept(&self, now: i64) -> Result<u64> {
        let distribution = self.distribution.load()?;
        distribution.require_open(now)?;
        let Allocation { amount, paid, .. } = *self.allocation;
        let kept = if distribution.revocability == Revocability::All as u8 {
            paid
        } else if distribution.revocability == Revocability::NonVested as u8 {
            // A clock that has gone back since the last claim takes nothing that is paid.
            self.allocation.vested(&distribution.schedule, now).max(paid)
        } else {
            return err!(RewardsError::NotRevocable);
        };
        require_gt!(amount, kept, RewardsError::NothingToRevoke);
        Ok(kept)
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let accounts = ctx.accounts;
        let kept = accounts.kept(Clock::get()?.unix_timestamp)?;
        let mut distribution = accounts.distribution.load_mut()?;
        let allocation = &mut accounts.allocation;
        let amount = allocation
            .amount
            .checked_sub(kept)
            .ok_or(RewardsError::NothingToRevoke)?;
        allocation.amount = kept;
        allocation.revoked = true;
        distribution.totals.release(amount)?;
        let event = Revoked {
            distribution: allocation.distribution,
            allocation: allocation.key(),
            recipient: allocation.recipient,
            amount,
            kept,
            allocated: distribution.totals.allocated,
        };
        emit_by_call(&accounts.event_authority, &event)
    }
}
