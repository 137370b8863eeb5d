//! Numbers of 128 bits as they lie in an account.
//!
//! A `u128` wants an address divisible by 16, which the data of an account does not have; two `u64` do not.

use anchor_lang::prelude::*;

/// An amount of rewards in 2^-64 base units.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fixed {
    /// The fraction of a base unit, in 2^-64 base units.
    pub fraction: u64,
    /// Whole base units.
    pub whole: u64,
}

impl Fixed {
    /// In 2^-64 base units.
    pub const fn get(self) -> u128 {
        (self.whole as u128) << 64 | self.fraction as u128
    }

    /// This many base units.
    pub const fn whole(whole: u64) -> Self {
        Self { fraction: 0, whole }
    }
}

impl From<u128> for Fixed {
    fn from(value: u128) -> Self {
        let (whole, fraction) = halves(value);
        Self { fraction, whole }
    }
}

/// A weight: stake times the multiplier of its tier.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// The lower 64 bits.
    pub low: u64,
    /// The upper 64 bits.
    pub high: u64,
}

impl Weight {
    pub const fn get(self) -> u128 {
        (self.high as u128) << 64 | self.low as u128
    }
}

impl From<u128> for Weight {
    fn from(value: u128) -> Self {
        let (high, low) = halves(value);
        Self { low, high }
    }
}

/// The upper and the lower 64 bits.
fn halves(value: u128) -> (u64, u64) {
    ((value >> 64) as u64, value as u64)
}
