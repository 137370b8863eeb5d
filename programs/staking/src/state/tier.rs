use anchor_lang::prelude::*;

use crate::error::StakingError;

/// The multiplier 1, in basis points.
pub const BASIS_POINTS: u32 = 10_000;

/// The largest multiplier, in basis points: ten.
pub const MAX_MULTIPLIER: u32 = 10 * BASIS_POINTS;

/// The longest lock, in seconds: 4 years of 365 days.
pub const MAX_LOCK: u32 = 4 * 365 * 24 * 60 * 60;

/// The most tiers a pool can have.
pub const MAX_TIERS: usize = 8;

/// How long stake is locked, and what that brings.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tier {
    /// Seconds.
    pub lock: u32,
    /// Basis points: 10,000 count the amount once.
    pub multiplier: u32,
}

impl Tier {
    /// The weight of stake in this tier: `amount × multiplier / 10,000`, rounded down, so below 2^68.
    pub fn weight(&self, amount: u64) -> u128 {
        u128::from(amount) * u128::from(self.multiplier) / u128::from(BASIS_POINTS)
    }
}

/// The tiers of a pool, fixed when it is created.
#[zero_copy]
#[derive(Debug, Default)]
pub struct Tiers {
    all: [Tier; MAX_TIERS],
    /// How many of them there are.
    count: u64,
}

impl Tiers {
    /// Tiers with rising locks and multipliers, of which the first is without a lock.
    pub fn new(tiers: &[Tier]) -> Result<Self> {
        require!((1..=MAX_TIERS).contains(&tiers.len()), StakingError::TierCount);
        let free = Tier {
            lock: 0,
            multiplier: BASIS_POINTS,
        };
        require!(tiers[0] == free, StakingError::FirstTier);
        for pair in tiers.windows(2) {
            require!(
                pair[0].lock < pair[1].lock && pair[0].multiplier <= pair[1].multiplier,
                StakingError::TierOrder
            );
        }
        // The last tier has the longest lock and the largest multiplier.
        let last = tiers[tiers.len() - 1];
        require_gte!(MAX_LOCK, last.lock, StakingError::LockTooLong);
        require_gte!(MAX_MULTIPLIER, last.multiplier, StakingError::MultiplierTooLarge);

        let mut all = [Tier::default(); MAX_TIERS];
        all[..tiers.len()].copy_from_slice(tiers);
        let count = tiers.len() as u64;
        Ok(Self { all, count })
    }

    /// The tier of this index.
    pub fn get(&self, index: u8) -> Result<&Tier> {
        require_gt!(self.count, u64::from(index), StakingError::UnknownTier);
        let tier = self.all.get(usize::from(index));
        Ok(tier.ok_or(StakingError::UnknownTier)?)
    }
}
