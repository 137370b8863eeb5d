use anchor_lang::prelude::*;

use super::Period;
use crate::error::SessionKeysError;

/// The limit that an owner wants for a mint. Amounts are in the mint's base units.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitArgs {
    pub mint: Pubkey,
    /// At most this in a period.
    pub amount: u64,
    /// How often the amount and the operations start anew.
    pub period: Period,
    /// At most this in the session's whole life.
    pub lifetime: u64,
    /// At most this many charges in a period.
    pub operations: u32,
}

impl LimitArgs {
    /// # Errors
    /// When the limit contradicts itself. Zeros do not: they stop the spending of a mint.
    pub(crate) fn validate(&self) -> Result<()> {
        require_keys_neq!(self.mint, Pubkey::default(), SessionKeysError::MissingKey);
        require_gte!(self.lifetime, self.amount, SessionKeysError::LifetimeBelowAmount);
        Ok(())
    }
}

/// How much of one mint a session may spend. Amounts are in the mint's base units.
///
/// What was spent is kept rather than what remains: so lowering a limit and raising it again gives nothing back.
#[zero_copy]
#[derive(Debug, PartialEq, Eq)]
pub struct SpendLimit {
    pub mint: Pubkey,
    /// At most this in a period.
    pub amount: u64,
    /// Spent since `period_start`.
    pub spent: u64,
    /// At most this in the session's whole life.
    pub lifetime: u64,
    /// Spent since the session was created.
    pub lifetime_spent: u64,
    /// When the last period began in which the limit was charged or set, in Unix seconds.
    pub period_start: i64,
    /// At most this many charges in a period.
    pub operations: u32,
    /// Charges since `period_start`.
    pub operations_used: u32,
    /// Length of a period in seconds, as of [`Period::seconds`].
    pub period: u32,
    pub(crate) _padding: [u8; 4],
}

impl SpendLimit {
    /// A limit of which nothing is spent, in a session that was created at `created`.
    pub(crate) fn new(wanted: &LimitArgs, created: i64, now: i64) -> Self {
        let mut limit = Self {
            mint: wanted.mint,
            amount: wanted.amount,
            spent: 0,
            lifetime: wanted.lifetime,
            lifetime_spent: 0,
            period_start: created,
            operations: wanted.operations,
            operations_used: 0,
            period: wanted.period.seconds(),
            _padding: [0; 4],
        };
        limit.roll(now);
        limit
    }

    /// What is left of the period's amount, once [rolled](Self::roll) to the time of interest.
    pub fn remaining(&self) -> u64 {
        self.amount.saturating_sub(self.spent)
    }

    /// What is left of the lifetime amount.
    pub fn lifetime_remaining(&self) -> u64 {
        self.lifetime.saturating_sub(self.lifetime_spent)
    }

    /// What is left of the period's operations, once [rolled](Self::roll) to the time of interest.
    pub fn operations_left(&self) -> u32 {
        self.operations.saturating_sub(self.operations_used)
    }

    /// Begins a new period when `now` is past the end of the one in progress.
    ///
    /// A new period begins at the very second in which the old one has lasted its length. A clock that went
    /// backwards begins none: otherwise it would give what was spent twice.
    pub fn roll(&mut self, now: i64) {
        let length = i64::from(self.period);
        let passed = now.saturating_sub(self.period_start);
        if length == 0 || passed < length {
            return;
        }
        self.period_start = now.saturating_sub(passed % length);
        self.spent = 0;
        self.operations_used = 0;
    }

    /// Takes `amount` from what remains.
    pub(crate) fn charge(&mut self, amount: u64, now: i64) -> std::result::Result<(), SessionKeysError> {
        self.roll(now);
        let operations_used = self.operations_used.checked_add(1);
        let operations_used = operations_used
            .filter(|used| *used <= self.operations)
            .ok_or(SessionKeysError::NoOperationsLeft)?;
        let spent = add_within(self.spent, amount, self.amount).ok_or(SessionKeysError::OverLimit)?;
        let lifetime_spent =
            add_within(self.lifetime_spent, amount, self.lifetime).ok_or(SessionKeysError::OverLifetime)?;
        self.operations_used = operations_used;
        self.spent = spent;
        self.lifetime_spent = lifetime_spent;
        Ok(())
    }

    /// Would these values allow nothing that this limit does not?
    pub(crate) fn is_lowered_by(&self, wanted: &LimitArgs) -> bool {
        wanted.amount <= self.amount
            && wanted.lifetime <= self.lifetime
            && wanted.operations <= self.operations
            && wanted.period.seconds() == self.period
    }

    /// Takes new values, in a session that was created at `created`. What was spent in the period in progress
    /// stays spent until the next one, also when its length changes.
    pub(crate) fn set(&mut self, wanted: &LimitArgs, created: i64, now: i64) {
        self.roll(now);
        let new = Self::new(wanted, created, now);
        let period_start = match new.period == self.period {
            true => self.period_start,
            false => new.period_start,
        };
        *self = Self {
            spent: self.spent,
            lifetime_spent: self.lifetime_spent,
            operations_used: self.operations_used,
            period_start,
            ..new
        };
    }
}

/// The sum, unless it is more than `most`.
fn add_within(sum: u64, amount: u64, most: u64) -> Option<u64> {
    sum.checked_add(amount).filter(|sum| *sum <= most)
}
