use anchor_lang::prelude::*;

use super::{Fixed, Share, Weight};
use crate::error::StakingError;

/// Rewards that flow to the shares of a pool, each second in proportion to their weights.
#[zero_copy]
#[derive(Debug, Default)]
pub struct Stream {
    /// What a share of weight 1 would have earned since the beginning.
    pub reward_per_weight: Fixed,
    /// The sum of the weights of all shares.
    pub weight: Weight,
    /// What flows in a second.
    pub rate: Fixed,
    /// What has flowed and could not be divided; it flows again with the next second.
    pub carry: Fixed,
    /// What is in no schedule: remainders and forfeited rewards. The next funding takes it up.
    pub unscheduled: Fixed,
    /// All that was ever put in a schedule.
    pub scheduled: Fixed,
    /// When the rewards were last computed: unix seconds.
    pub updated_at: i64,
    /// For how long rewards still flow. Counts down only while somebody has a share.
    pub seconds_left: u64,
    /// All base units that were ever put in.
    pub funded: u64,
    /// All base units that were ever paid.
    pub paid: u64,
}

impl Stream {
    /// Base units that were put in and not paid yet: the tokens that must be there.
    pub fn unpaid(&self) -> u64 {
        self.funded.saturating_sub(self.paid) // `pay` keeps paid <= funded
    }

    /// Lets the rewards flow until `now`.
    ///
    /// A clock that goes backwards lets nothing flow, and the same seconds never flow twice.
    pub fn accrue(&mut self, now: i64) -> Result<()> {
        // A negative difference is none, and no difference of times is above 64 bits.
        let elapsed = u64::try_from(now.saturating_sub(self.updated_at)).unwrap_or(0);
        self.updated_at = self.updated_at.max(now);
        let weight = self.weight.get();
        let seconds = elapsed.min(self.seconds_left);
        if weight == 0 || seconds == 0 {
            return Ok(());
        }
        let flowed = self.rate.get().checked_mul(seconds.into());
        let flowed = flowed
            .and_then(|flowed| flowed.checked_add(self.carry.get()))
            .ok_or(StakingError::Overflow)?;
        let growth = flowed / weight;
        let grown = self.reward_per_weight.get().checked_add(growth);
        self.reward_per_weight = grown.ok_or(StakingError::Overflow)?.into();
        // growth × weight <= flowed
        self.carry = (flowed - growth * weight).into();
        self.seconds_left -= seconds; // seconds <= seconds_left
        Ok(())
    }

    /// Lets the rewards flow until `now`, and computes what the share has earned.
    pub fn settle(&mut self, share: &mut Share, now: i64) -> Result<()> {
        self.accrue(now)?;
        share.earn(self.reward_per_weight)
    }

    /// Changes the weight of a share that has been settled.
    pub fn reweigh(&mut self, share: &mut Share, weight: u128) -> Result<()> {
        let others = self.weight.get().checked_sub(share.weight.get());
        let total = others.and_then(|others| others.checked_add(weight));
        self.weight = total.ok_or(StakingError::Overflow)?.into();
        share.weight = weight.into();
        Ok(())
    }

    /// Pays the whole base units that a settled share is owed; the fraction stays.
    pub fn pay(&mut self, share: &mut Share) -> Result<u64> {
        let amount = share.owed.whole;
        let paid = self.paid.checked_add(amount).ok_or(StakingError::Overflow)?;
        require_gte!(self.funded, paid, StakingError::VaultShort);
        self.paid = paid;
        share.owed.whole = 0;
        Ok(amount)
    }

    /// Takes from a settled share all that it is owed, for the next funding; returns the whole base units.
    pub fn forfeit(&mut self, share: &mut Share) -> Result<u64> {
        let unscheduled = self.unscheduled.get().checked_add(share.owed.get());
        self.unscheduled = unscheduled.ok_or(StakingError::Overflow)?.into();
        let Fixed { whole, .. } = std::mem::take(&mut share.owed);
        Ok(whole)
    }

    /// Adds `amount` base units, and lets them flow together with whatever has not flowed yet over the next
    /// `duration` seconds in which anybody has a share.
    pub fn fund(&mut self, amount: u64, duration: u64, now: i64) -> Result<()> {
        require_gt!(duration, 0, StakingError::BadDuration);
        self.accrue(now)?;
        let funded = self.funded.checked_add(amount);
        self.funded = funded.ok_or(StakingError::LifetimeExhausted)?;

        let added = Fixed::whole(amount).get().checked_add(self.unscheduled.get());
        let added = added.ok_or(StakingError::LifetimeExhausted)?;
        let scheduled = self.scheduled.get().checked_add(added);
        self.scheduled = scheduled.ok_or(StakingError::LifetimeExhausted)?.into();

        let left = self.rate.get().checked_mul(self.seconds_left.into());
        let pot = left.and_then(|left| left.checked_add(added));
        let pot = pot.ok_or(StakingError::Overflow)?;
        self.rate = (pot / u128::from(duration)).into();
        self.unscheduled = (pot % u128::from(duration)).into();
        self.seconds_left = duration;
        Ok(())
    }
}
