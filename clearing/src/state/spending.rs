//! What a session has spent of a limit. Both chains count alike: see `SpendLimit` of the program and `Spending` of the contract.

use super::event::{Left, Limit};

/// A limit with what is spent of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spending {
    pub limit: Limit,
    /// Since `period_start`.
    spent: u128,
    /// Since the session was granted.
    lifetime_spent: u128,
    /// When the last period began in which the limit was charged or set.
    period_start: u64,
    /// Charges since then.
    operations: u32,
}

impl Spending {
    /// Nothing is spent, in a session that was created at `created`.
    pub fn new(limit: Limit, created: u64, now: u64) -> Self {
        let new = Self {
            limit,
            spent: 0,
            lifetime_spent: 0,
            period_start: created,
            operations: 0,
        };
        new.rolled(now)
    }

    /// What is left, once [rolled](Self::rolled).
    pub fn left(&self) -> Left {
        Left {
            period: self.limit.amount.saturating_sub(self.spent),
            lifetime: self.limit.lifetime.saturating_sub(self.lifetime_spent),
        }
    }

    /// How many charges are left in the period, once [rolled](Self::rolled).
    pub fn operations_left(&self) -> u32 {
        let most = self.limit.operations.unwrap_or(u32::MAX);
        most.saturating_sub(self.operations)
    }

    /// As it is at `now`: a new period begins in the very second in which the old one has lasted its length. A clock that goes
    /// backwards begins none.
    pub fn rolled(self, now: u64) -> Self {
        let length = u64::from(self.limit.period);
        let passed = now.saturating_sub(self.period_start);
        match passed.checked_rem(length) {
            Some(into) if passed >= length => Self {
                spent: 0,
                operations: 0,
                period_start: now.saturating_sub(into),
                ..self
            },
            _ => self,
        }
    }

    /// After a charge at `now`, which left `left` of it. None when there is not as much, or something else is left.
    pub fn charged(self, amount: u128, now: u64, left: Option<Left>) -> Option<Self> {
        self.either(now, left, |before, _| {
            let spent = before.spent.checked_add(amount);
            let lifetime_spent = before.lifetime_spent.checked_add(amount);
            let operations = before.operations.checked_add(1);
            Some(Self {
                spent: spent.filter(|spent| *spent <= before.limit.amount)?,
                lifetime_spent: lifetime_spent.filter(|spent| *spent <= before.limit.lifetime)?,
                operations: operations
                    .filter(|used| before.limit.operations.is_none_or(|most| *used <= most))?,
                ..before
            })
        })
    }

    /// With other values from `now` on, of which `left` is left, in a session that was created at `created`. What was spent stays
    /// spent. None when something else is left.
    pub fn set(self, limit: Limit, created: u64, now: u64, left: Left) -> Option<Self> {
        self.either(now, Some(left), |before, now| {
            let period_start = if limit.period == before.limit.period {
                before.period_start
            } else {
                Self::new(limit, created, now).period_start
            };
            Some(Self {
                limit,
                period_start,
                ..before
            })
        })
    }

    /// `change`s what it is at `now`. Where the chain tells what is `left` that decides, should its clock and the time of its block
    /// be on two sides of a period's end.
    fn either(
        self,
        now: u64,
        left: Option<Left>,
        change: impl Fn(Self, u64) -> Option<Self>,
    ) -> Option<Self> {
        let end = self.period_start.saturating_add(self.limit.period.into());
        let here = self.rolled(now);
        let Some(left) = left else {
            return change(here, now);
        };
        let there = if here.period_start == self.period_start {
            (self.rolled(end), end)
        } else {
            (self, end.saturating_sub(1))
        };
        [(here, now), there].into_iter().find_map(|(before, now)| {
            let after = change(before, now)?;
            (after.left() == left).then_some(after)
        })
    }
}
