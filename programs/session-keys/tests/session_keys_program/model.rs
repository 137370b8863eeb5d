//! Sessions as one would explain them: each limit has a list of all its charges instead of sums.

use session_keys::error::SessionKeysError as Error;
use session_keys::instructions::CreateSessionArgs;
use session_keys::state::LimitArgs;
use solana_address::Address;

use crate::world::DAY;

pub type Outcome = Result<(), Error>;

/// A charge, and the number of the period it fell into.
#[derive(Clone)]
struct Charge {
    period: i64,
    amount: u64,
}

#[derive(Clone)]
pub struct Limit {
    pub wanted: LimitArgs,
    /// The latest period that anything was done in: an earlier one never comes back.
    period: i64,
    charges: Vec<Charge>,
}

#[derive(Clone)]
pub struct Session {
    pub key: Address,
    pub created: i64,
    expires: i64,
    epoch: u64,
    pub actions: u32,
    revoked: bool,
    consumers: Vec<Address>,
    pub limits: Vec<Limit>,
}

/// What one owner granted, in slots.
#[derive(Clone, Default)]
pub struct Owner {
    pub epoch: u64,
    pub sessions: Vec<Session>,
}

impl Limit {
    fn new(wanted: LimitArgs, created: i64, now: i64) -> Self {
        let (period, charges) = (0, Vec::new());
        let mut limit = Self {
            wanted,
            period,
            charges,
        };
        limit.period = limit.period_at(created, now);
        limit
    }

    /// The number of the period at `now`, counted from the creation of the session.
    pub fn period_at(&self, created: i64, now: i64) -> i64 {
        match self.wanted.period.seconds() {
            0 => 0,
            length => self.period.max((now - created).div_euclid(length.into())),
        }
    }

    pub fn spent(&self, period: i64) -> u64 {
        let charges = self.charges.iter().filter(|charge| charge.period == period);
        charges.map(|charge| charge.amount).sum()
    }

    pub fn spent_ever(&self) -> u64 {
        self.charges.iter().map(|charge| charge.amount).sum()
    }

    pub fn operations(&self, period: i64) -> u32 {
        self.charges
            .iter()
            .filter(|charge| charge.period == period)
            .count() as u32
    }

    fn charge(&mut self, amount: u64, created: i64, now: i64) -> Outcome {
        let period = self.period_at(created, now);
        let fits = |spent: u64, most: u64| u128::from(spent) + u128::from(amount) <= u128::from(most);
        require(
            self.operations(period) < self.wanted.operations,
            Error::NoOperationsLeft,
        )?;
        require(fits(self.spent(period), self.wanted.amount), Error::OverLimit)?;
        require(fits(self.spent_ever(), self.wanted.lifetime), Error::OverLifetime)?;
        self.period = period;
        self.charges.push(Charge { period, amount });
        Ok(())
    }

    fn set(&mut self, wanted: LimitArgs, created: i64, now: i64) {
        self.period = self.period_at(created, now);
        if wanted.period != self.wanted.period {
            // What counts now counts in the period of the new length; what no longer counts, in none.
            let new = Self::new(wanted, created, now).period;
            for charge in &mut self.charges {
                charge.period = if charge.period == self.period {
                    new
                } else {
                    i64::MIN
                };
            }
            self.period = new;
        }
        self.wanted = wanted;
    }
}

impl Session {
    pub fn alive(&self, epoch: u64, now: i64) -> Outcome {
        require(now < self.expires, Error::SessionExpired)?;
        require(self.epoch == epoch, Error::EpochOver)?;
        require(!self.revoked, Error::SessionRevoked)
    }

    /// What is left of a limit in the period of `now`.
    pub fn remaining(&self, mint: &Address, now: i64) -> Option<u64> {
        let limit = self.limits.iter().find(|limit| limit.wanted.mint == *mint)?;
        let spent = limit.spent(limit.period_at(self.created, now));
        Some(limit.wanted.amount.saturating_sub(spent))
    }

    fn limit(&mut self, mint: &Address) -> Option<&mut Limit> {
        self.limits.iter_mut().find(|limit| limit.wanted.mint == *mint)
    }

    pub fn charge(
        &mut self,
        epoch: u64,
        who: Address,
        mint: &Address,
        amount: u64,
        allowed: bool,
        now: i64,
    ) -> Outcome {
        require(amount > 0, Error::ZeroAmount)?;
        require(self.consumers.contains(&who), Error::NotConsumer)?;
        self.alive(epoch, now)?;
        require(allowed, Error::ActionNotAllowed)?;
        let created = self.created;
        let limit = self.limit(mint).ok_or(Error::NoLimit)?;
        limit.charge(amount, created, now)
    }
}

impl Owner {
    pub fn slot(&self, key: &Address) -> Result<usize, Error> {
        let slot = self.sessions.iter().position(|session| session.key == *key);
        slot.ok_or(Error::NoSuchSession)
    }

    pub fn create(&mut self, args: &CreateSessionArgs, now: i64) -> Outcome {
        require(args.expires > now, Error::ExpiresInPast)?;
        require(args.expires - now <= 30 * DAY, Error::ExpiresTooLate)?;
        require(self.slot(&args.key).is_err(), Error::DuplicateSession)?;
        let limits = args.limits.iter().map(|wanted| Limit::new(*wanted, now, now));
        self.sessions.push(Session {
            key: args.key,
            created: now,
            expires: args.expires,
            epoch: self.epoch,
            actions: args.actions,
            revoked: false,
            consumers: args.consumers.clone(),
            limits: limits.collect(),
        });
        Ok(())
    }

    pub fn set_limit(
        &mut self,
        by_owner: bool,
        by: Address,
        key: &Address,
        wanted: LimitArgs,
        now: i64,
    ) -> Outcome {
        let (slot, epoch) = (self.slot(key)?, self.epoch);
        let session = &mut self.sessions[slot];
        session.alive(epoch, now)?;
        let created = session.created;
        let known = session.limit(&wanted.mint);
        if !by_owner {
            require(by == *key, Error::NotOwnerOrSession)?;
            let lower = known.as_ref().is_some_and(|Limit { wanted: old, .. }| {
                wanted.amount <= old.amount
                    && wanted.lifetime <= old.lifetime
                    && wanted.operations <= old.operations
                    && wanted.period == old.period
            });
            require(lower, Error::OwnerMustSign)?;
        }
        match known {
            Some(limit) => limit.set(wanted, created, now),
            None => session.limits.push(Limit::new(wanted, created, now)),
        }
        Ok(())
    }

    pub fn revoke(&mut self, may: bool, key: &Address) -> Outcome {
        require(may, Error::NotOwnerOrSession)?;
        let slot = self.slot(key)?;
        require(!self.sessions[slot].revoked, Error::AlreadyRevoked)?;
        self.sessions[slot].revoked = true;
        Ok(())
    }

    pub fn close(&mut self, key: &Address, now: i64) -> Outcome {
        let slot = self.slot(key)?;
        let alive = self.sessions[slot].alive(self.epoch, now);
        require(alive.is_err(), Error::SessionAlive)?;
        self.sessions.swap_remove(slot);
        if self.sessions.is_empty() {
            self.epoch = 0; // the account is gone
        }
        Ok(())
    }
}

fn require(holds: bool, error: Error) -> Outcome {
    if holds { Ok(()) } else { Err(error) }
}
