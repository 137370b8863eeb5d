//! Sums of amounts that cannot overflow.

use std::ops::{AddAssign, SubAssign};

/// A signed sum of 192 bits: as many amounts of 128 bits as there can be intents fit, whatever their signers put in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    /// Low word first. Not a `u128`, whose alignment would make rows longer.
    low: [u64; 2],
    high: i64,
}

impl Sum {
    /// The sum without what does not fit.
    pub fn low(self) -> u128 {
        u128::from(self.low[0]) | u128::from(self.low[1]) << 64
    }

    fn set(&mut self, low: u128, high: i64) {
        *self = Self {
            low: [low as u64, (low >> 64) as u64],
            high,
        };
    }

    pub fn is_negative(self) -> bool {
        self.high < 0
    }

    /// Whether it is above `amount`.
    pub fn exceeds(self, amount: u128) -> bool {
        self.high > 0 || self.high == 0 && self.low() > amount
    }

    /// How much of `amount` this does not cover: all of it when the sum is negative, nothing when it is `amount` or more.
    pub fn short_of(self, amount: u128) -> u128 {
        match self.high {
            0 => amount.saturating_sub(self.low()),
            1.. => 0,
            _ => amount,
        }
    }
}

impl From<u128> for Sum {
    fn from(amount: u128) -> Self {
        let mut sum = Self::default();
        sum += amount;
        sum
    }
}

impl AddAssign<u128> for Sum {
    fn add_assign(&mut self, amount: u128) {
        let (low, carry) = self.low().overflowing_add(amount);
        self.set(low, self.high + i64::from(carry));
    }
}

impl SubAssign<u128> for Sum {
    fn sub_assign(&mut self, amount: u128) {
        let (low, borrow) = self.low().overflowing_sub(amount);
        self.set(low, self.high - i64::from(borrow));
    }
}
