//! Whatever owners, sessions and consumers do, and whatever the clock does: what is charged is what a plain model
//! allows.

use litesvm::types::TransactionResult;
use program_testing::fuzz::{self, Rng};
use program_testing::{Reason, Refusal};
use session_keys::actions::{self, BUY, PAY};
use session_keys::instructions::{ConsumeArgs, CreateSessionArgs};
use session_keys::state::{LimitArgs, Period, view};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_transaction::TransactionError;

use crate::model::{Outcome, Owner};
use crate::world::*;

const OWNERS: usize = 3;
const KEYS: usize = 6;
const MINTS: usize = 2;
const CONSUMERS: usize = 2;

struct Fuzz {
    world: World,
    owners: Vec<Keypair>,
    keys: Vec<Keypair>,
    mints: Vec<Address>,
    models: Vec<Owner>,
    /// Charges that went through.
    charges: u64,
}

impl Fuzz {
    fn new() -> Self {
        let mut world = World::new();
        Self {
            owners: (0..OWNERS).map(|_| world.chain.user()).collect(),
            keys: (0..KEYS).map(|_| world.chain.user()).collect(),
            mints: (0..MINTS).map(|_| world.chain.address()).collect(),
            models: (0..OWNERS).map(|_| Owner::default()).collect(),
            charges: 0,
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
                amount + rng.below(200)
            },
            operations: rng.within(1..=20) as u32,
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
        let now = self.world.chain.now();
        let mut sessions = self.models[owner].sessions.iter();
        let session = sessions.find(|session| session.key == *key);
        let remaining = session.and_then(|session| session.remaining(mint, now));
        rng.amount(remaining.unwrap_or(100).max(1))
    }

    /// One random instruction, or time that passes.
    fn step(&mut self, rng: &mut Rng) {
        match rng.below(100) {
            0..10 => self.create(rng),
            10..18 => self.set_limit(rng),
            18 => self.revoke(rng),
            19 if rng.one_in(3) => self.revoke_all(rng),
            19..30 => self.close(rng),
            30..62 => self.charges += u64::from(self.consume(rng)),
            62..85 => self.charges += u64::from(self.consume_many(rng)),
            _ => self.pass_time(rng),
        }
        self.compare();
    }

    fn create(&mut self, rng: &mut Rng) {
        let owner = rng.index(OWNERS);
        let now = self.world.chain.now();
        let mut limits: Vec<LimitArgs> = (0..rng.below(6)).map(|_| self.limit(rng)).collect();
        limits.sort_by_key(|limit| limit.mint);
        limits.dedup_by_key(|limit| limit.mint);
        let lives = [
            -1,
            0,
            1,
            HOUR,
            DAY,
            5 * DAY,
            7 * DAY,
            29 * DAY,
            30 * DAY,
            30 * DAY + 1,
        ];
        let args = CreateSessionArgs {
            key: rng.pick(&self.keys).pubkey(),
            expires: now + rng.pick(&lives),
            actions: if rng.one_in(5) {
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
        check(self.world.create(&owner, args), expected, false);
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
        check(result, expected, missing);
    }

    fn revoke(&mut self, rng: &mut Rng) {
        let (owner, key) = self.target(rng);
        let by = self.by(rng, owner, &key);
        let grants = grants_of(&self.owners[owner].pubkey());
        let may = [self.owners[owner].pubkey(), key.pubkey()].contains(&by.pubkey());
        let missing = self.models[owner].sessions.is_empty();
        let expected = self.models[owner].revoke(may, &key.pubkey());
        let result = self.world.chain.send(&[revoke(&by, grants, &key)], &[&by]);
        check(result, expected, missing);
    }

    fn revoke_all(&mut self, rng: &mut Rng) {
        let owner = rng.index(OWNERS);
        let missing = self.models[owner].sessions.is_empty();
        if !missing {
            self.models[owner].epoch += 1;
        }
        let owner = self.owners[owner].insecure_clone();
        check(self.world.revoke_all(&owner), Ok(()), missing);
    }

    fn close(&mut self, rng: &mut Rng) {
        let (owner, key) = self.target(rng);
        let payer = self.owners[owner].pubkey();
        let missing = self.models[owner].sessions.is_empty();
        let expected = self.models[owner].close(&key.pubkey(), self.world.chain.now());
        let close = close(grants_of(&payer), &key, &payer, &payer);
        let anybody = self.keys[0].insecure_clone();
        let result = self.world.chain.send(&[close], &[&anybody]);
        check(result, expected, missing);
    }

    /// True when it was charged.
    fn consume(&mut self, rng: &mut Rng) -> bool {
        let (owner, key) = self.target(rng);
        let mint = *rng.pick(&self.mints);
        let who = consumer(rng.one_in(12).into());
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
        check(self.world.send_as(who, &[consume]), expected, missing)
    }

    /// True when everybody was charged.
    fn consume_many(&mut self, rng: &mut Rng) -> bool {
        let mint = *rng.pick(&self.mints);
        let who = consumer(rng.one_in(12).into());
        let now = self.world.chain.now();
        let before = self.models.clone();
        let (mut charges, mut expected, mut missing) = (Vec::new(), Ok(()), false);
        for _ in 0..rng.within(1..=4) {
            let owner = rng.index(OWNERS);
            let count = self.models[owner].sessions.len();
            let slot = rng.index(count.max(1));
            let key = self.models[owner].sessions.get(slot).map(|session| session.key);
            // Mostly small: one of four would else always be too large.
            let amount = match rng.one_in(10) {
                true => self.amount(rng, owner, &key.unwrap_or_default(), &mint),
                false => rng.within(1..=30),
            };
            charges.push((grants_of(&self.owners[owner].pubkey()), slot as u8, amount));
            missing |= count == 0;
            if expected.is_err() || missing {
                continue;
            }
            let model = &mut self.models[owner];
            let session = &mut model.sessions[slot];
            let allowed = session.actions & (PAY | BUY) != 0;
            expected = session.charge(model.epoch, who, &mint, amount, allowed, now);
        }
        if expected.is_err() || missing {
            self.models = before;
        }
        let consume = consume_many(who, mint, PAY | BUY, &charges);
        check(self.world.send_as(who, &[consume]), expected, missing)
    }

    fn pass_time(&mut self, rng: &mut Rng) {
        let now = self.world.chain.now();
        let passed = match rng.below(10) {
            0 => 0,
            1 => 1,
            2 => HOUR,
            3 if rng.one_in(3) => DAY,
            4 => -(rng.below(120) as i64),
            5 => -(rng.below(2 * HOUR as u64) as i64),
            6 => {
                // To a second in which a period ends, or the one before.
                let sessions = self.models.iter().flat_map(|owner| &owner.sessions);
                let created: Vec<i64> = sessions.map(|session| session.created).collect();
                let last = created.last().copied().unwrap_or(now);
                HOUR - (now - last).rem_euclid(HOUR) - rng.below(2) as i64
            }
            _ => rng.below(HOUR as u64) as i64,
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

/// The program did what the model did; when there are no grants, it refused. True when it did something.
fn check(result: TransactionResult, expected: Outcome, missing: bool) -> bool {
    match (result, expected) {
        (Ok(_), Ok(())) if !missing => true,
        (Err(_), _) if missing => false,
        (Err(failed), Err(expected)) => {
            let Refusal(expected) = expected.refusal();
            let expected = TransactionError::InstructionError(0, expected);
            assert_eq!(failed.err, expected, "{:#?}", failed.meta.logs);
            false
        }
        (got, expected) => panic!("{got:#?}, and the model: {expected:?}"),
    }
}

#[test]
fn histories_agree_with_a_plain_model() {
    let mut charges = 0;
    fuzz::histories(400, |rng, steps| {
        let mut fuzz = Fuzz::new();
        for _ in 0..steps {
            fuzz.step(rng);
        }
        charges += fuzz.charges;
    });
    // Histories in which everything is refused would prove nothing.
    let steps = fuzz::steps() as u64;
    assert!(charges > steps / 20 || steps < 1_000, "{charges} of {steps}");
}
