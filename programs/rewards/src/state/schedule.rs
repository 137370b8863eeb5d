use anchor_lang::prelude::*;

use crate::error::RewardsError;

/// When rewards vest, as declared at creation. Times are Unix seconds, zero or later, and may be in the past.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vesting {
    /// Everything at once.
    Immediate,
    /// In proportion to the time from `start` to `end`.
    Linear { start: i64, end: i64 },
    /// Nothing before `at`, everything from then on.
    Cliff { at: i64 },
    /// Nothing before `cliff`, and from then on as `Linear`, with what vested up to the cliff.
    CliffLinear { start: i64, cliff: i64, end: i64 },
}

/// A vesting of any form: nothing before `cliff`, everything from `end` on, and between them in proportion to the
/// time since `start`.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Unix seconds.
    pub start: i64,
    /// Unix seconds, from `start` to `end`.
    pub cliff: i64,
    /// Unix seconds.
    pub end: i64,
}

impl Vesting {
    /// The schedule.
    ///
    /// # Errors
    /// [`RewardsError::InvalidVesting`] for a time before 1970, for an order other than `start <= cliff <= end`,
    /// and for a linear vesting that takes no time.
    pub fn schedule(self) -> Result<Schedule> {
        let (start, cliff, end, takes_time) = match self {
            Self::Immediate => (0, 0, 0, false),
            Self::Cliff { at } => (at, at, at, false),
            Self::Linear { start, end } => (start, start, end, true),
            Self::CliffLinear { start, cliff, end } => (start, cliff, end, true),
        };
        require!(
            0 <= start && start <= cliff && cliff <= end && (start < end || !takes_time),
            RewardsError::InvalidVesting
        );
        Ok(Schedule { start, cliff, end })
    }
}

impl Schedule {
    /// How much of `amount` has vested at `now` (Unix seconds): rounded down, so never too much.
    pub fn vested(&self, amount: u64, now: i64) -> u64 {
        if now >= self.end {
            return amount;
        }
        if now < self.cliff {
            return 0;
        }
        // From here on 0 <= start <= cliff <= now < end: the share is below one, and 64 + 63 bits fit in 128.
        let elapsed = u128::from(now.abs_diff(self.start));
        let duration = u128::from(self.end.abs_diff(self.start));
        (u128::from(amount) * elapsed / duration) as u64
    }
}
