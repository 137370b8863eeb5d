//! Random histories of several recipients and distributions, against a model that is written differently: it keeps every
//! promise apart and sums up, where the program keeps totals.
//!
//! After every step: an instruction has gone through exactly when the model says so, and otherwise nothing has changed;
//! the tokens of a distribution are what was funded, less what was paid and given back, plus what was merely sent; every
//! recipient has what the model says they were paid, to the unit; no promise has paid more than has vested of it; and
//! distributions, allocations and records say what the model says.

mod model;
mod payments;

use std::collections::BTreeMap;

use litesvm::types::TransactionResult;
use program_testing::fuzz::{self, Rng};
use program_testing::tokens;
use rewards::instruction as call;
use rewards::instructions::CreateDistributionArgs;
use rewards::state::{Allocation, Kind, OrderLimit, Revocability, Vesting};
use solana_address::Address;

use self::model::{Model, Promise, RECIPIENTS};
use crate::accounts::{allocation_of, order_of};
use crate::world::*;

/// Orders of one distribution, so that some are rewarded again.
const ORDERS: u64 = 12;

struct Fuzz<'a> {
    rng: &'a mut Rng,
    world: World,
    recipients: Vec<Recipient>,
    models: Vec<Model>,
    /// What each recipient was paid by distributions that are closed.
    paid: [u64; RECIPIENTS],
    /// Numbers used so far.
    created: u64,
    tried: &'a mut Tried,
}

/// How often each instruction was accepted and refused.
#[derive(Default)]
struct Tried(BTreeMap<&'static str, [u64; 2]>);

impl Tried {
    /// The instruction has gone through exactly when it may.
    #[track_caller]
    fn expect(&mut self, instruction: &'static str, done: &TransactionResult, may: bool) {
        assert_eq!(done.is_ok(), may, "{instruction}: {done:?}");
        self.0.entry(instruction).or_default()[usize::from(may)] += 1;
    }
}

#[test]
fn histories() {
    let mut tried = Tried::default();
    fuzz::histories(250, |rng, steps| {
        let mut fuzz = Fuzz::new(rng, &mut tried);
        for _ in 0..steps {
            fuzz.step();
            fuzz.check();
        }
    });
    println!("refused and accepted: {:?}", tried.0);
    // Else the histories say less than they seem to.
    if fuzz::steps() >= 10_000 {
        assert_eq!(tried.0.len(), 12);
        assert!(
            tried.0.values().flatten().all(|times| *times >= 10),
            "{:?}",
            tried.0
        );
    }
}

impl<'a> Fuzz<'a> {
    fn new(rng: &'a mut Rng, tried: &'a mut Tried) -> Self {
        let mut world = World::new();
        let recipients = (0..RECIPIENTS).map(|_| world.recipient()).collect();
        let mut fuzz = Self {
            rng,
            world,
            recipients,
            models: Vec::new(),
            paid: [0; RECIPIENTS],
            created: 0,
            tried,
        };
        for kind in [Kind::Direct, Kind::Merkle, Kind::Orders] {
            let model = fuzz.create(kind);
            fuzz.models.push(model);
        }
        fuzz
    }

    /// A distribution of random terms.
    fn create(&mut self, kind: Kind) -> Model {
        let now = self.world.chain.now();
        let start = now + self.rng.below(HOUR as u64) as i64;
        let cliff = start + self.rng.below(HOUR as u64) as i64;
        let end = cliff + 1 + self.rng.below(4 * HOUR as u64) as i64;
        let vesting = *self.rng.pick(&[
            Vesting::Immediate,
            Vesting::Linear { start, end },
            Vesting::Cliff { at: cliff },
            Vesting::CliffLinear { start, cliff, end },
        ]);
        let revocability = match kind {
            Kind::Merkle => Revocability::None,
            _ => *self
                .rng
                .pick(&[Revocability::None, Revocability::NonVested, Revocability::All]),
        };
        let limit = OrderLimit {
            per_order: 1_000,
            per_period: 2_500,
            period: HOUR as u64,
        };
        let args = CreateDistributionArgs {
            id: self.created,
            vesting,
            revocability,
            deadline: *self.rng.pick(&[0, end + DAY, end + 2 * DAY]),
            order_limit: (kind == Kind::Orders).then_some(limit),
            ..self.world.args(kind)
        };
        self.created += 1;
        self.world.create(args).unwrap();
        Model::new(self.world.pot_of(args.id), &args, now)
    }

    fn step(&mut self) {
        let at = self.rng.index(self.models.len());
        match self.rng.below(23) {
            0..=2 => self.pass_time(),
            3..=4 => self.fund(at),
            5 => self.defund(at),
            6 => self.send(at),
            7..=9 => self.promise(at),
            10..=16 => self.claim(at),
            17..=18 => self.revoke(at),
            19 => self.clawback(at),
            20..=21 => self.close_record(at),
            _ => self.close(at),
        }
    }

    fn pass_time(&mut self) {
        let seconds = match self.rng.below(10) {
            0 => -(self.rng.below(60) as i64),
            1 => self.rng.below(6 * HOUR as u64) as i64,
            2 => self.rng.below(36 * HOUR as u64) as i64, // past deadlines
            _ => self.rng.below(HOUR as u64 / 2) as i64,
        };
        self.world.chain.advance(seconds);
    }

    fn fund(&mut self, at: usize) {
        let purse = self.world.amount(&self.world.source);
        let amount = self.rng.amount(purse.min(5_000));
        let model = &mut self.models[at];
        let may = amount > 0 && amount <= purse && !model.ended(self.world.chain.now());
        let done = self.world.fund(&model.pot, amount);
        self.tried.expect("fund", &done, may);
        if may {
            model.funded += amount;
        }
    }

    fn defund(&mut self, at: usize) {
        let model = &mut self.models[at];
        let amount = self.rng.amount(model.unallocated());
        let may = amount > 0 && amount <= model.unallocated();
        let done = self.world.defund(&model.pot, amount);
        self.tried.expect("defund", &done, may);
        if may {
            model.returned += amount;
        }
    }

    /// Tokens that nobody counts.
    fn send(&mut self, at: usize) {
        let model = &mut self.models[at];
        tokens::mint_to(&mut self.world.chain, &self.world.mint, &model.pot.tokens, 7).unwrap();
        model.sent += 7;
    }

    fn promise(&mut self, at: usize) {
        match self.models[at].kind {
            Kind::Direct => self.allocate(at),
            Kind::Merkle => self.publish(at),
            Kind::Orders => self.issue(at),
        }
    }

    fn allocate(&mut self, at: usize) {
        let to = self.rng.index(RECIPIENTS);
        let model = &mut self.models[at];
        let amount = self.rng.amount(model.unallocated());
        let known = model.promises.contains_key(&(to as u64));
        let may = amount > 0
            && amount <= model.unallocated()
            && !known
            && model.takes_promises(self.world.chain.now());
        let done = self.world.allocate(&model.pot, &self.recipients[to], amount);
        self.tried.expect("allocate", &done, may);
        if may {
            model.promises.insert(to as u64, Promise::new(to, amount));
        }
    }

    fn issue(&mut self, at: usize) {
        let (to, order) = (self.rng.index(RECIPIENTS), self.rng.below(ORDERS));
        let now = self.world.chain.now();
        let model = &mut self.models[at];
        let amount = self.rng.amount(model.unallocated().min(1_000));
        let may = amount > 0
            && amount <= model.unallocated()
            && !model.promises.contains_key(&order)
            && model.takes_promises(now)
            && model.within_limit(amount, now);
        let done = self
            .world
            .issue(&model.pot, &self.recipients[to], order_id(order), amount);
        self.tried.expect("issue_order_reward", &done, may);
        if may {
            model.count_order(amount, now);
            model.promises.insert(order, Promise::new(to, amount));
        }
    }

    /// The next root; now and then it has less for somebody, or a total below its sum.
    fn publish(&mut self, at: usize) {
        let model = &mut self.models[at];
        let mut leaves = model.trees.last().copied().unwrap_or_default();
        let more = self.rng.amount(model.unallocated() / 2).min(10_000);
        let to = self.rng.index(RECIPIENTS);
        leaves[to] = match self.rng.below(10) {
            0 => leaves[to] / 2,
            _ => leaves[to] + more,
        };
        let sum = leaves.iter().sum::<u64>();
        let total = if self.rng.one_in(10) { sum / 2 } else { sum };
        let may = total > 0
            && total >= model.published
            && total <= model.funded - model.returned
            && model.takes_promises(self.world.chain.now());
        let rewards = tree(&model.pot, &self.recipients, &leaves);
        let epoch = model.trees.len() as u64 + 1;
        let done = self.world.publish(&model.pot, rewards.tree.root(), total, epoch);
        self.tried.expect("publish_root", &done, may);
        if may {
            model.published = total;
            model.trees.push(leaves);
        }
    }

    fn check(&self) {
        let mut paid = self.paid;
        for model in &self.models {
            let totals = self.world.totals(&model.pot);
            assert_eq!(
                (totals.funded, totals.allocated, totals.paid, totals.returned),
                (model.funded, model.allocated(), model.paid(), model.returned)
            );
            assert!(totals.paid <= totals.allocated);
            assert!(totals.allocated + totals.returned <= totals.funded);
            let held = model.funded - model.paid() - model.returned;
            assert_eq!(self.world.amount(&model.pot.tokens), held + model.sent);
            self.check_accounts(model);
            for (sum, here) in paid.iter_mut().zip(model.paid_to()) {
                *sum += here;
            }
        }
        for (recipient, paid) in self.recipients.iter().zip(paid) {
            assert_eq!(self.world.amount(&recipient.tokens), paid);
        }
    }

    /// What is stored, other than totals.
    fn check_accounts(&self, model: &Model) {
        let state = self.world.distribution(&model.pot);
        let root = model.trees.last().map_or([0; 32], |leaves| {
            tree(&model.pot, &self.recipients, leaves).tree.root()
        });
        assert_eq!((state.root, state.epoch), (root, model.trees.len() as u64));
        assert_eq!(state.ended, u8::from(model.over));
        assert_eq!((state.order_rate.started, state.order_rate.issued), model.rate());
        for (key, promise) in &model.promises {
            let address = account_of(model, &self.recipients, *key);
            assert_eq!(self.world.chain.exists(&address), !promise.closed);
            if promise.closed {
                continue;
            }
            let stored: Allocation = self.world.chain.read(&address);
            assert_eq!(stored.recipient, self.recipients[promise.to].address());
            assert_eq!(
                (stored.amount, stored.paid, stored.revoked),
                (promise.amount, promise.paid, promise.revoked)
            );
        }
        for to in &model.records {
            let record = self.world.record(&model.pot, &self.recipients[*to]);
            assert_eq!(record.paid, model.merkle_paid[*to]);
        }
    }
}

/// The allocation of a promise.
fn account_of(model: &Model, recipients: &[Recipient], key: u64) -> Address {
    let distribution = &model.pot.distribution;
    match model.kind {
        Kind::Orders => order_of(distribution, &order_id(key)),
        _ => allocation_of(distribution, &recipients[model.promises[&key].to].address()),
    }
}

fn tree(pot: &Pot, recipients: &[Recipient], leaves: &[u64; RECIPIENTS]) -> Rewards {
    let rewards: Vec<_> = recipients.iter().zip(leaves.iter().copied()).collect();
    Rewards::new(pot, &rewards)
}

fn order_id(order: u64) -> [u8; 32] {
    let mut id = [1; 32];
    id[..8].copy_from_slice(&order.to_le_bytes());
    id
}
