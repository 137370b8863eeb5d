use anchor_lang::prelude::*;

use crate::error::RewardsError;

/// The longest period of an [`OrderLimit`]: 366 days, in seconds.
pub const MAX_PERIOD: u64 = 366 * 24 * 60 * 60;

/// How much the authority may issue as rewards for orders, in base units.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderLimit {
    /// For one order: at least 1, at most `per_period`.
    pub per_order: u64,
    /// For all orders in one period.
    pub per_period: u64,
    /// Seconds, from 1 to [`MAX_PERIOD`]. Periods follow each other from the creation of the distribution on.
    pub period: u64,
}

/// An [`OrderLimit`], and what has been issued in the current period.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct OrderRate {
    pub per_order: u64,
    pub per_period: u64,
    /// Seconds.
    pub period: u64,
    /// When the current period began, in Unix seconds.
    pub started: i64,
    /// In the current period.
    pub issued: u64,
}

impl OrderLimit {
    /// The rate at the beginning of the first period.
    ///
    /// # Errors
    /// [`RewardsError::InvalidOrderLimit`] when a field is out of its bounds.
    pub fn rate(self, now: i64) -> Result<OrderRate> {
        let Self {
            per_order,
            per_period,
            period,
        } = self;
        require!(
            0 < per_order && per_order <= per_period && (1..=MAX_PERIOD).contains(&period),
            RewardsError::InvalidOrderLimit
        );
        Ok(OrderRate {
            per_order,
            per_period,
            period,
            started: now,
            issued: 0,
        })
    }
}

impl OrderRate {
    /// Counts `amount` against the limits. A clock that goes back stays in the current period.
    pub fn charge(&mut self, amount: u64, now: i64) -> Result<()> {
        require_gte!(self.per_order, amount, RewardsError::AboveOrderLimit);
        let elapsed = u64::try_from(now.saturating_sub(self.started)).unwrap_or(0);
        if elapsed >= self.period {
            self.started = now.saturating_sub_unsigned(elapsed % self.period);
            self.issued = 0;
        }
        let issued = self.issued.checked_add(amount).ok_or(RewardsError::Overflow)?;
        require_gte!(self.per_period, issued, RewardsError::AbovePeriodLimit);
        self.issued = issued;
        Ok(())
    }
}
