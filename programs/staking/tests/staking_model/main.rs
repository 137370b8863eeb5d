//! The accounting against a model in rational numbers: nothing is lost or made, and nobody gets what is another's.
//!
//! A history is a pool with a few positions and random instructions; the seed of one that fails is printed.
//! `NOVATE_FUZZ_SEED` sets the seed of the first.

mod exact;

use exact::Exact;
use num_bigint::BigInt;
use program_testing::fuzz::{Rng, seed};
use solana_address::Address;
use staking::accounting::Stream;
use staking::state::{BASIS_POINTS, MAX_DURATION, MAX_MULTIPLIER, Pool, Position, Tier, Tiers};

const HISTORIES: u64 = 10_000;
const STEPS: usize = 40;
const KINDS: [&str; 7] = [
    "fund", "stake", "unstake", "withdraw", "claim", "compound", "forfeit",
];
const TIERS: [Tier; 3] = [
    Tier {
        lock: 0,
        multiplier: BASIS_POINTS,
    },
    Tier {
        lock: 30,
        multiplier: 12_345,
    },
    Tier {
        lock: 900,
        multiplier: MAX_MULTIPLIER,
    },
];

/// How large the amounts and how long the times of a history are.
struct Scale {
    /// Base units of stake and of rewards that exist.
    stake: u64,
    rewards: u64,
    duration: u32,
    /// Mostly at most this many seconds between instructions.
    pause: u64,
}

struct History {
    rng: Rng,
    scale: Scale,
    pool: Pool,
    positions: Vec<Position>,
    exact: Exact,
    now: i64,
    /// Base units that each position was paid.
    paid: Vec<u64>,
    /// What rounding can have moved so far between any two of the positions, in 2^-64 base units.
    rounding: BigInt,
    largest_weight: u128,
}

#[test]
fn the_sums_agree_with_rational_numbers_in_thousands_of_histories() {
    let mut worst = BigInt::from(0);
    let mut accepted = [0u32; KINDS.len()];
    for history in 0..HISTORIES {
        let seed = seed().wrapping_add(history);
        let _named = Named(seed);
        let mut history = History::new(seed);
        for _ in 0..STEPS {
            if let Some(kind) = history.step() {
                accepted[kind] += 1;
            }
            worst = worst.max(history.check());
        }
    }
    // Every kind of instruction was accepted often.
    for (kind, times) in KINDS.iter().zip(accepted) {
        println!("{kind}: {times} accepted");
        assert!(times > 3_000, "{kind}: {times} accepted");
    }
    println!("the largest deviation is {worst} / 2^64 base units");
}

impl History {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let scale = Scale {
            stake: *rng.pick(&[10, 1_000_000, 1 << 40, u64::MAX]),
            rewards: *rng.pick(&[10, 1_000_000, 1 << 40, u64::MAX]),
            duration: *rng.pick(&[1, 7, 1_000, 604_800, MAX_DURATION]),
            pause: *rng.pick(&[3, 100, 100_000, 1 << 30]),
        };
        let shares = 2 + rng.index(4);
        let mut pool = Pool::zeroed();
        pool.tiers = Tiers::new(&TIERS).unwrap();
        pool.duration = scale.duration;
        pool.cooldown = *rng.pick(&[0, 50]);
        let mut position = |_| Position::new(Address::default(), Address::default(), rng.index(3) as u8);
        let positions: Vec<_> = (0..shares).map(&mut position).collect();
        let multiplier = |position: &Position| TIERS[usize::from(position.tier)].multiplier;
        Self {
            exact: Exact::new(positions.iter().map(multiplier)),
            positions,
            rng,
            scale,
            pool,
            now: 1_800_000_000,
            paid: vec![0; shares],
            rounding: 0.into(),
            largest_weight: 0,
        }
    }

    /// Lets some time pass and does something; returns the index of its kind if it was accepted.
    fn step(&mut self) -> Option<usize> {
        self.wait();
        let at = self.rng.index(self.positions.len());
        let (kind, accepted) = match self.rng.index(8) {
            0 => (0, self.fund()),
            1 | 2 => (1, self.stake(at)),
            3 => (2, self.unstake(at)),
            4 => (3, self.withdraw(at)),
            5 => (4, self.claim(at)),
            6 => (5, self.compound(at)),
            _ => (6, self.forfeit(at)),
        };
        self.largest_weight = self.largest_weight.max(self.pool.stream.weight.get());
        // The carry may have changed by a unit for every unit of weight, and the remainder by one for every second.
        self.rounding += 2 * self.largest_weight + u128::from(self.scale.duration);
        accepted.then_some(kind)
    }

    /// Sometimes no time passes, sometimes much, and sometimes the clock goes back.
    fn wait(&mut self) {
        match self.rng.below(10) {
            0 => {}
            1 => self.now -= self.rng.within(0..=100) as i64,
            2 => self.now += self.rng.within(0..=1 << 32) as i64,
            _ => self.now += self.rng.within(0..=self.scale.pause) as i64,
        }
    }

    fn fund(&mut self) -> bool {
        let amount = self
            .rng
            .amount(self.scale.rewards.saturating_sub(self.pool.stream.funded) / 2);
        let before = self.pool;
        let Stream {
            scheduled,
            unscheduled,
            ..
        } = before.stream;
        // What was forfeited is scheduled again, so it can be too much for a pool's life.
        let life = [scheduled.whole, unscheduled.whole, amount].map(u128::from);
        let fits = amount > 0 && life.iter().sum::<u128>() < (1 << 64) - 1;
        match self.pool.fund(amount, self.now) {
            Ok(()) => {
                self.exact.accrue(self.now);
                self.exact.fund(amount, self.scale.duration.into());
                true
            }
            // A transaction that fails changes nothing.
            Err(_) => {
                assert!(!fits);
                self.pool = before;
                false
            }
        }
    }

    fn stake(&mut self, at: usize) -> bool {
        let amount = self.rng.amount(self.scale.stake);
        let principal = self.pool.principal().unwrap();
        // There are not more tokens than 64 bits count.
        if principal.checked_add(amount).is_none() || amount == 0 {
            return false;
        }
        self.pool
            .stake(&mut self.positions[at], amount, self.now)
            .unwrap();
        self.exact.accrue(self.now);
        self.exact.stake(at, amount);
        true
    }

    fn unstake(&mut self, at: usize) -> bool {
        let amount = self.rng.amount(self.positions[at].staked);
        let position = &mut self.positions[at];
        let fits = (1..=position.staked).contains(&amount) && self.now >= position.unlocks_at;
        let before = (self.pool, *position);
        let result = self.pool.unstake(position, amount, self.now);
        assert_eq!(result.is_ok(), fits);
        if fits {
            self.exact.accrue(self.now);
            self.exact.unstake(at, amount);
        } else {
            (self.pool, *position) = before;
        }
        fits
    }

    fn withdraw(&mut self, at: usize) -> bool {
        let position = &mut self.positions[at];
        let cooling = position.cooling;
        let fits = cooling > 0 && self.now >= position.cooled_at;
        let result = self.pool.withdraw(position, self.now);
        assert_eq!(result.ok(), fits.then_some(cooling));
        fits
    }

    fn claim(&mut self, at: usize) -> bool {
        let amount = self.pool.claim(&mut self.positions[at], self.now).unwrap();
        self.paid[at] += amount;
        self.exact.accrue(self.now);
        // The program refuses to pay nothing.
        amount > 0
    }

    fn compound(&mut self, at: usize) -> bool {
        let before = (self.pool, self.positions[at]);
        let amount = self.pool.claim(&mut self.positions[at], self.now).unwrap();
        // Rewards and stake are of one supply then.
        let staked = self.pool.principal().unwrap().checked_add(amount);
        if amount == 0 || staked.is_none() {
            (self.pool, self.positions[at]) = before;
            return false;
        }
        self.pool
            .stake(&mut self.positions[at], amount, self.now)
            .unwrap();
        self.exact.accrue(self.now);
        self.exact.stake(at, amount);
        self.paid[at] += amount;
        true
    }

    fn forfeit(&mut self, at: usize) -> bool {
        let position = &mut self.positions[at];
        self.pool.paused = self.rng.one_in(2).into();
        let before = (self.pool, *position);
        let principal = (position.staked, position.cooling);
        let result = self.pool.forfeit(position, self.now);
        let accepted = result.is_ok();
        match result {
            Ok((amount, _)) => {
                assert_eq!(amount, principal.0 + principal.1);
                assert!(position.is_empty());
                self.exact.accrue(self.now);
                self.exact.forfeit(at, self.paid[at]);
            }
            Err(_) => (self.pool, *position) = before,
        }
        self.pool.paused = 0;
        accepted
    }

    /// Everything that must hold between any two instructions; returns the largest deviation from the exact sums.
    fn check(&self) -> BigInt {
        let mut pool = self.pool;
        let mut positions = self.positions.clone();
        for position in &mut positions {
            pool.stream.settle(&mut position.share, self.now).unwrap();
        }
        let stream = &pool.stream;
        let mut exact = self.exact.clone();
        exact.accrue(self.now);

        // To the 2^64th part of a base unit: paid + owed + remaining = funded.
        let owed: BigInt = positions.iter().map(|position| position.share.owed.get()).sum();
        let remaining = BigInt::from(stream.rate.get()) * stream.seconds_left
            + stream.carry.get()
            + stream.unscheduled.get();
        let paid = BigInt::from(stream.paid) << 64;
        assert_eq!(
            paid + &owed + remaining,
            BigInt::from(stream.funded) << 64,
            "nothing is lost or made"
        );
        assert_eq!(self.paid.iter().sum::<u64>(), stream.paid);
        assert_eq!(exact.total(), BigInt::from(stream.funded));

        // The dust is what the documentation says it is at most.
        assert!(stream.carry.get() <= self.largest_weight);
        assert!(stream.carry.whole < 10);

        // What each has earned.
        let deviation = |at: usize| {
            let earned = (BigInt::from(self.paid[at]) << 64) + positions[at].share.owed.get();
            exact.difference(at, earned)
        };
        let worst = (0..positions.len()).map(deviation).max().unwrap();
        assert!(
            worst <= self.rounding,
            "{worst} / 2^64 base units from the exact sum, where {} are explained",
            self.rounding
        );

        // What each has staked, and what that weighs.
        for (at, position) in positions.iter().enumerate() {
            assert_eq!(position.staked, exact.staked(at));
            assert_eq!(position.share.weight.get(), exact.weight(at));
        }

        // The sums of the positions are the pool's.
        let sum = |of: fn(&Position) -> u128| positions.iter().map(of).sum::<u128>();
        assert_eq!(sum(|p| p.share.weight.get()), stream.weight.get());
        assert_eq!(sum(|p| p.staked.into()), pool.staked.into());
        assert_eq!(sum(|p| p.cooling.into()), pool.cooling.into());
        worst
    }
}

/// Names the seed of the history during which it is dropped by a panic.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let seed = self.0;
            eprintln!(
                "this history first: NOVATE_FUZZ_SEED={seed} cargo test --workspace --test staking_model"
            );
        }
    }
}
