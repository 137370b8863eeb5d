//! What a distribution should hold, promise and pay.

use std::collections::{BTreeMap, BTreeSet};

use rewards::instructions::CreateDistributionArgs;
use rewards::state::{Kind, Revocability, Vesting};

use crate::world::Pot;

pub const RECIPIENTS: usize = 4;

pub struct Model {
    pub pot: Pot,
    pub kind: Kind,
    pub args: CreateDistributionArgs,
    created: i64,
    pub funded: u64,
    pub returned: u64,
    /// Tokens that came without being counted.
    pub sent: u64,
    /// By recipient if direct, by order if for orders.
    pub promises: BTreeMap<u64, Promise>,
    /// Cumulative rewards of every epoch, by recipient.
    pub trees: Vec<[u64; RECIPIENTS]>,
    /// Total of the last epoch.
    pub published: u64,
    pub merkle_paid: [u64; RECIPIENTS],
    /// Who has a record.
    pub records: BTreeSet<usize>,
    /// Issued for orders, by period; a clock that goes back does not count for an earlier one.
    issued: BTreeMap<i64, u64>,
    pub clawed_back: bool,
    /// For good, since a clawback or a closed record.
    pub over: bool,
}

pub struct Promise {
    pub to: usize,
    pub amount: u64,
    pub paid: u64,
    pub revoked: bool,
    /// Its account was closed.
    pub closed: bool,
}

impl Promise {
    pub fn new(to: usize, amount: u64) -> Self {
        Self {
            to,
            amount,
            paid: 0,
            revoked: false,
            closed: false,
        }
    }
}

impl Model {
    pub fn new(pot: Pot, args: &CreateDistributionArgs, created: i64) -> Self {
        Self {
            pot,
            kind: args.kind,
            args: *args,
            created,
            funded: 0,
            returned: 0,
            sent: 0,
            promises: BTreeMap::new(),
            trees: Vec::new(),
            published: 0,
            merkle_paid: [0; RECIPIENTS],
            records: BTreeSet::new(),
            issued: BTreeMap::new(),
            clawed_back: false,
            over: false,
        }
    }

    pub fn ended(&self, now: i64) -> bool {
        self.over || self.args.deadline > 0 && self.args.deadline <= now
    }

    /// With less than a day to claim, nothing is promised.
    pub fn takes_promises(&self, now: i64) -> bool {
        !self.ended(now) && (self.args.deadline == 0 || self.args.deadline - now >= 24 * 60 * 60)
    }

    pub fn has_records(&self) -> bool {
        !self.records.is_empty() || self.promises.values().any(|promise| !promise.closed)
    }

    /// By recipient.
    pub fn paid_to(&self) -> [u64; RECIPIENTS] {
        let mut paid = self.merkle_paid;
        for promise in self.promises.values() {
            paid[promise.to] += promise.paid;
        }
        paid
    }

    pub fn paid(&self) -> u64 {
        self.paid_to().iter().sum()
    }

    pub fn allocated(&self) -> u64 {
        match self.kind {
            _ if self.clawed_back => self.paid(),
            Kind::Merkle => self.published,
            _ => self.promises.values().map(|promise| promise.amount).sum(),
        }
    }

    pub fn unallocated(&self) -> u64 {
        self.funded - self.returned - self.allocated()
    }

    /// What the claim of a promise pays; 0 if it must be refused.
    pub fn due(&self, key: u64, now: i64) -> u64 {
        let promise = &self.promises[&key];
        let vested = match promise.revoked {
            true => promise.amount,
            false => self.vested(promise.amount, now),
        };
        if self.ended(now) {
            0
        } else {
            vested.saturating_sub(promise.paid)
        }
    }

    /// The same for a leaf of the current root.
    pub fn due_merkle(&self, to: usize, now: i64) -> u64 {
        let cumulative = self.trees.last().map_or(0, |tree| tree[to]);
        let due = self.vested(cumulative, now).saturating_sub(self.merkle_paid[to]);
        // A root that promises more than its total pays until the total is reached.
        if self.ended(now) || self.paid() + due > self.published {
            0
        } else {
            due
        }
    }

    /// What a revocation leaves; nothing if it must be refused.
    pub fn kept(&self, key: u64, now: i64) -> Option<u64> {
        let promise = &self.promises[&key];
        let kept = match self.args.revocability {
            Revocability::None => return None,
            Revocability::All => promise.paid,
            Revocability::NonVested if promise.revoked => promise.amount,
            Revocability::NonVested => promise.paid.max(self.vested(promise.amount, now)),
        };
        (!self.ended(now) && kept < promise.amount).then_some(kept)
    }

    /// The largest number of base units of which the share that has vested is not above the exact one.
    fn vested(&self, amount: u64, now: i64) -> u64 {
        let (start, cliff, end) = match self.args.vesting {
            Vesting::Immediate => return amount,
            Vesting::Cliff { at } if now < at => return 0,
            Vesting::Cliff { .. } => return amount,
            Vesting::Linear { start, end } => (start, start, end),
            Vesting::CliffLinear { start, cliff, end } => (start, cliff, end),
        };
        if now < cliff {
            return 0;
        }
        let (elapsed, duration) = (i128::from(now.min(end) - start), i128::from(end - start));
        i128::from(amount)
            .checked_mul(elapsed)
            .unwrap()
            .div_euclid(duration) as u64
    }

    /// May this be issued for an order now?
    pub fn within_limit(&self, amount: u64, now: i64) -> bool {
        self.args.order_limit.is_some_and(|limit| {
            let issued = self.issued.get(&self.period(now)).copied().unwrap_or(0);
            amount <= limit.per_order && issued + amount <= limit.per_period
        })
    }

    pub fn count_order(&mut self, amount: u64, now: i64) {
        *self.issued.entry(self.period(now)).or_default() += amount;
    }

    /// When the current period began, and what was issued in it.
    pub fn rate(&self) -> (i64, u64) {
        let length = self.args.order_limit.map_or(0, |limit| limit.period as i64);
        let (period, issued) = self.issued.last_key_value().unwrap_or((&0, &0));
        match self.kind {
            Kind::Orders => (self.created + period * length, *issued),
            _ => (0, 0),
        }
    }

    /// The period of `now`, but none before one in which something was issued.
    fn period(&self, now: i64) -> i64 {
        let length = self.args.order_limit.map_or(1, |limit| limit.period as i64);
        let last = self.issued.keys().next_back().copied().unwrap_or(0);
        (now - self.created).div_euclid(length).max(last)
    }
}
