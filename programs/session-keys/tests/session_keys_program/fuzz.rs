//! Whatever owners, sessions and consumers do, and whatever the clock does: what is charged is what a plain model
//! allows, which keeps a list of all charges instead of sums.

use program_testing::fuzz::{self, Rng};
use program_testing::{Reason, Refusal};
use session_keys::actions::{self, BUY, PAY};
use session_keys::error::SessionKeysError as Error;
use session_keys::instructions::{ConsumeArgs, CreateSessionArgs};
use session_keys::state::{LimitArgs, Period, view};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_transaction::TransactionError;

use crate::world::*;

type Outcome = Result<(), Error>;

const OWNERS: usize = 3;
const KEYS: usize = 6;
const MINTS: usize = 3;
const CONSUMERS: usize = 2;

/// A charge, and the number of the period it fell into.
struct Charge {
    period: i64,
    amount: u64,
}

struct Limit {
    wanted: LimitArgs,
    /// The latest period that anything was done in: an earlier one never comes back.
    period: i64,
    charges: Vec<Charge>,
}

struct Session {
    key: Address,
    created: i64,
    expires: i64,
    epoch: u64,
    actions: u32,
    revoked: bool,
    consumers: Vec<Address>,
    limits: Vec<Limit>,
}

/// What one owner granted, in slots.
#[derive(Default)]
struct Owner {
    epoch: u64,
    sessions: Vec<Session>,
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
    fn period_at(&self, created: i64, now: i64) -> i64 {
        match self.wanted.period.seconds() {
            0 => 0,
            length => self.period.max((now - created).div_euclid(length.into())),
        }
    }

    fn spent(&self, period: i64) -> u64 {
        let charges = self.charges.iter().filter(|charge| charge.period == period);
        charges.map(|charge| charge.amount).sum()
    }

    fn spent_ever(&self) -> u64 {
        self.charges.iter().map(|charge| charge.amount).sum()
    }

    fn operations(&self, period: i64) -> u32 {
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
    fn alive(&self, epoch: u64, now: i64) -> Outcome {
        require(now < self.expires, Error::SessionExpired)?;
        require(self.epoch == epoch, Error::EpochOver)?;
        require(!self.revoked, Error::SessionRevoked)
    }

    fn limit(&mut self, mint: &Address) -> Option<&mut Limit> {
        self.limits.iter_mut().find(|limit| limit.wanted.mint == *mint)
    }

    fn charge(
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
    fn slot(&self, key: &Address) -> Result<usize, Error> {
        let slot = self.sessions.iter().position(|session| session.key == *key);
        slot.ok_or(Error::NoSuchSession)
    }

    fn create(&mut self, args: &CreateSessionArgs, now: i64) -> Outcome {
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

    fn set_limit(
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

    fn revoke(&mut self, may: bool, key: &Address) -> Outcome {
        require(may, Error::NotOwnerOrSession)?;
        let slot = self.slot(key)?;
        require(!self.sessions[slot].revoked, Error::AlreadyRevoked)?;
        self.sessions[slot].revoked = true;
        Ok(())
    }

    fn close(&mut self, key: &Address, now: i64) -> Outcome {
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

struct Fuzz {
    world: World,
    owners: Vec<Keypair>,
    keys: Vec<Keypair>,
    mints: Vec<Address>,
    models: Vec<Owner>,
}

impl Fuzz {
    fn new() -> Self {
        let mut world = World::new();
        Self {
            owners: (0..OWNERS).map(|_| world.chain.user()).collect(),
            keys: (0..KEYS).map(|_| world.chain.user()).collect(),
            mints: (0..MINTS).map(|_| world.chain.address()).collect(),
            models: (0..OWNERS).map(|_| Owner::default()).collect(),
            world,
        }
    }

    fn limit(&self, rng: &mut Rng) -> LimitArgs {
        let amount = rng.within(1..=200);
        let periods = [
            Period::OneTime,
            Period::Hour,
            Period::Day,
            Period::Week,
            Period::Month,
        ];
        LimitArgs {
            mint: *rng.pick(&self.mints),
            amount,
            period: *rng.pick(&periods),
            lifetime: if rng.one_in(10) {
                u64::MAX
            } else {
                amount + rng.below(1_000)
            },
            operations: rng.within(1..=12) as u32,
        }
    }

    /// What is right now of the sort that a step needs: any owner, mostly one of their keys.
    fn target(&self, rng: &mut Rng) -> (usize, Keypair) {
        let owner = rng.index(OWNERS);
        let sessions = &self.models[owner].sessions;
        let key = match sessions.is_empty() || rng.one_in(20) {
            true => rng.pick(&self.keys),
            false => {
                let session = rng.pick(sessions);
                self.keys.iter().find(|key| key.pubkey() == session.key).unwrap()
            }
        };
        (owner, key.insecure_clone())
    }

    /// The owner, the session key or a stranger.
    fn by(&self, rng: &mut Rng, owner: usize, key: &Keypair) -> Keypair {
        match rng.below(10) {
            0 => rng.pick(&self.keys).insecure_clone(),
            1 => rng.pick(&self.owners).insecure_clone(),
            2..=4 => key.insecure_clone(),
            _ => self.owners[owner].insecure_clone(),
        }
    }

    /// An amount near what the session can still spend.
    fn amount(&self, rng: &mut Rng, owner: usize, key: &Address, mint: &Address) -> u64 {
        let model = &self.models[owner];
        let session = model.sessions.iter().find(|session| session.key == *key);
        let limit =
            session.and_then(|session| session.limits.iter().find(|limit| limit.wanted.mint == *mint));
        let Some(limit) = limit else {
            return rng.amount(100);
        };
        let period = limit.period_at(
            session.map_or(0, |session| session.created),
            self.world.chain.now(),
        );
        rng.amount(limit.wanted.amount.saturating_sub(limit.spent(period)))
    }

    fn step(&mut self, rng: &mut Rng) {
        match rng.below(100) {
            0..10 => self.create(rng),
            10..18 => self.set_limit(rng),
            18..20 => self.revoke(rng),
            20 => self.revoke_all(rng),
            21..28 => self.close(rng),
            28..60 => self.consume(rng),
            60..80 => self.consume_many(rng),
            _ => self.pass_time(rng),
        }
        self.compare();
    }

    fn create(&mut self, rng: &mut Rng) {
        let owner = rng.index(OWNERS);
        let now = self.world.chain.now();
        let mut limits: Vec<LimitArgs> = (0..rng.below(3)).map(|_| self.limit(rng)).collect();
        limits.sort_by_key(|limit| limit.mint);
        limits.dedup_by_key(|limit| limit.mint);
        let lives = [-1, 0, 1, HOUR, DAY, 5 * DAY, 30 * DAY, 30 * DAY, 30 * DAY + 1];
        let args = CreateSessionArgs {
            key: rng.pick(&self.keys).pubkey(),
            expires: now + rng.pick(&lives),
            actions: if rng.one_in(3) {
                rng.within(1..=31) as u32
            } else {
                actions::ALL
            },
            consumers: (0..rng.within(1..=CONSUMERS as u64) as u8)
                .map(consumer)
                .collect(),
            limits,
        };
        let expected = self.models[owner].create(&args, now);
        let owner = self.owners[owner].insecure_clone();
        check(self.world.create(&owner, args), expected, &[]);
    }

    fn set_limit(&mut self, rng: &mut Rng) {
        let (owner, key) = self.target(rng);
        let by = self.by(rng, owner, &key);
        let mut wanted = self.limit(rng);
        if rng.one_in(8) {
            (wanted.amount, wanted.lifetime) = (0, rng.below(2));
        }
        let grants = grants_of(&self.owners[owner].pubkey());
        let by_owner = by.pubkey() == self.owners[owner].pubkey();
        let now = self.world.chain.now();
        let model = &mut self.models[owner];
        let missing = model.sessions.is_empty();
        let expected = model.set_limit(by_owner, by.pubkey(), &key.pubkey(), wanted, now);
        let result = self
            .world
            .chain
            .send(&[set_limit(&by, grants, &key, wanted)], &[&by]);
        check(result, expected, &[missing]);
    }

    fn revoke(&mut self, rng: &mut Rng) {
        let (owner, key) = self.target(rng);
        let by = self.by(rng, owner, &key);
        let grants = grants_of(&self.owners[owner].pubkey());
        let may = [self.owners[owner].pubkey(), key.pubkey()].contains(&by.pubkey());
        let missing = self.models[owner].sessions.is_empty();
        let expected = self.models[owner].revoke(may, &key.pubkey());
        let result = self.world.chain.send(&[revoke(&by, grants, &key)], &[&by]);
        check(result, expected, &[missing]);
    }

    fn revoke_all(&mut self, rng: &mut Rng) {
        let owner = rng.index(OWNERS);
        let missing = self.models[owner].sessions.is_empty();
        if !missing {
            self.models[owner].epoch += 1;
        }
        let owner = self.owners[owner].insecure_clone();
        check(self.world.revoke_all(&owner), Ok(()), &[missing]);
    }

    fn close(&mut self, rng: &mut Rng) {
        let (owner, key) = self.target(rng);
        let payer = self.owners[owner].pubkey();
        let missing = self.models[owner].sessions.is_empty();
        let expected = self.models[owner].close(&key.pubkey(), self.world.chain.now());
        let close = close(grants_of(&payer), &key, &payer, &payer);
        let anybody = self.keys[0].insecure_clone();
        let result = self.world.chain.send(&[close], &[&anybody]);
        check(result, expected, &[missing]);
    }

    fn consume(&mut self, rng: &mut Rng) {
        let (owner, key) = self.target(rng);
        let mint = *rng.pick(&self.mints);
        let who = consumer(rng.below(CONSUMERS as u64) as u8);
        let args = ConsumeArgs {
            key: key.pubkey(),
            mint,
            amount: self.amount(rng, owner, &key.pubkey(), &mint),
            action: *rng.pick(&[PAY, BUY, PAY | BUY]),
        };
        let now = self.world.chain.now();
        let model = &mut self.models[owner];
        let missing = model.sessions.is_empty();
        let expected = model.slot(&args.key).and_then(|slot| {
            let session = &mut model.sessions[slot];
            let allowed = session.actions & args.action == args.action;
            session.charge(model.epoch, who, &mint, args.amount, allowed, now)
        });
        let consume = consume(who, grants_of(&self.owners[owner].pubkey()), args);
        check(self.world.send_as(who, &[consume]), expected, &[missing]);
    }

    fn consume_many(&mut self, rng: &mut Rng) {
        let mint = *rng.pick(&self.mints);
        let who = consumer(rng.below(CONSUMERS as u64) as u8);
        let now = self.world.chain.now();
        let mut charges = Vec::new();
        let mut expected = Ok(());
        let mut missing = false;
        // How many charges of which limits are to be taken back if a later one is refused.
        let mut done: Vec<(usize, usize, i64)> = Vec::new();
        for _ in 0..rng.within(1..=4) {
            let owner = rng.index(OWNERS);
            let sessions = self.models[owner].sessions.len();
            let slot = rng.within(0..=sessions.saturating_sub(1) as u64) as usize;
            let key = self.models[owner].sessions.get(slot).map(|session| session.key);
            // Small, for else one of four would always be too large.
            let amount = self.amount(rng, owner, &key.unwrap_or_default(), &mint);
            let amount = if rng.one_in(10) {
                amount
            } else {
                amount.min(100) / 4 + 1
            };
            charges.push((grants_of(&self.owners[owner].pubkey()), slot as u8, amount));
            if expected.is_err() || missing {
                continue;
            }
            let model = &mut self.models[owner];
            missing = model.sessions.is_empty();
            let Some(session) = model.sessions.get_mut(slot) else {
                continue;
            };
            let before = session.limit(&mint).map_or(0, |limit| limit.period);
            let allowed = session.actions & (PAY | BUY) != 0;
            expected = session.charge(model.epoch, who, &mint, amount, allowed, now);
            if expected.is_ok() {
                done.push((owner, slot, before));
            }
        }
        if expected.is_err() || missing {
            for (owner, slot, period) in done.into_iter().rev() {
                let limit = self.models[owner].sessions[slot].limit(&mint).unwrap();
                limit.charges.pop();
                limit.period = period;
            }
        }
        let consume = consume_many(who, mint, PAY | BUY, &charges);
        check(self.world.send_as(who, &[consume]), expected, &[missing]);
    }

    fn pass_time(&mut self, rng: &mut Rng) {
        let now = self.world.chain.now();
        let passed = match rng.below(10) {
            0 => 0,
            1 => 1,
            2 => HOUR,
            3 => DAY,
            4 => -(rng.below(120) as i64),
            5 => -(rng.below(2 * HOUR as u64) as i64),
            6 => {
                // To a second in which a period ends, or the one before.
                let sessions = self.models.iter().flat_map(|owner| &owner.sessions);
                let created: Vec<i64> = sessions.map(|session| session.created).collect();
                let last = created.last().copied().unwrap_or(now);
                HOUR - (now - last).rem_euclid(HOUR) - rng.below(2) as i64
            }
            _ => rng.below(3 * HOUR as u64) as i64,
        };
        self.world.chain.set_time(now + passed);
    }

    /// The program has stored what the model knows.
    fn compare(&self) {
        let now = self.world.chain.now();
        for (owner, model) in self.owners.iter().zip(&self.models) {
            let data = self.world.chain.data(&grants_of(&owner.pubkey()));
            if model.sessions.is_empty() {
                assert!(data.is_empty());
                continue;
            }
            let (grants, sessions) = view(&data).unwrap();
            assert_eq!(grants.epoch, model.epoch);
            assert_eq!(sessions.len(), model.sessions.len());
            for (stored, session) in sessions.iter().zip(&model.sessions) {
                assert_eq!(stored.key, session.key);
                assert_eq!(
                    stored.require_alive(grants.epoch, now),
                    session.alive(model.epoch, now)
                );
                assert_eq!(stored.limits().count(), session.limits.len());
                for (stored, limit) in stored.limits().zip(&session.limits) {
                    let mut stored = *stored;
                    stored.roll(now);
                    let period = limit.period_at(session.created, now);
                    assert_eq!(stored.spent, limit.spent(period));
                    assert_eq!(stored.operations_used, limit.operations(period));
                    assert_eq!(stored.lifetime_spent, limit.spent_ever());
                }
            }
        }
    }
}

/// The program did what the model did; when there are no grants, it refused.
fn check(result: litesvm::types::TransactionResult, expected: Outcome, missing: &[bool]) {
    let result = result.map(drop).map_err(|failed| (failed.err, failed.meta.logs));
    if missing.contains(&true) {
        assert!(result.is_err());
        return;
    }
    match (result, expected) {
        (Ok(()), Ok(())) => {}
        (Err((TransactionError::InstructionError(0, got), logs)), Err(expected)) => {
            let Refusal(expected) = expected.refusal();
            assert_eq!(got, expected, "{logs:#?}");
        }
        (got, expected) => panic!("{got:#?}, and the model: {expected:?}"),
    }
}

#[test]
fn histories_agree_with_a_plain_model() {
    fuzz::histories(400, |rng, steps| {
        let mut fuzz = Fuzz::new();
        for _ in 0..steps {
            fuzz.step(rng);
        }
    });
}
