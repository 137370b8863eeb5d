//! What staking should be: the same rules in rational numbers, which round nothing.

use num_bigint::BigInt;

/// All amounts of a history are fractions with one denominator, which grows by every divisor; so nothing has to be
/// reduced, and a division is a multiplication of all the others.
#[derive(Clone)]
pub struct Exact {
    denominator: BigInt,
    amounts: Amounts,
    stakes: Vec<Stake>,
    seconds_left: u64,
    clock: i64,
}

/// What a share weighs by.
#[derive(Clone)]
struct Stake {
    /// Base units.
    amount: u64,
    /// Basis points.
    multiplier: u32,
}

impl Stake {
    /// The amount, times the multiplier, in whole units of weight.
    fn weight(&self) -> u128 {
        u128::from(self.amount) * u128::from(self.multiplier) / 10_000
    }
}

/// Numerators, in base units.
#[derive(Clone, Default)]
struct Amounts {
    /// What each share has earned in its life, without what it forfeited.
    earned: Vec<BigInt>,
    /// What is in the schedule and has not flowed.
    scheduled: BigInt,
    /// What was forfeited, and was not funded again.
    forfeited: BigInt,
}

impl Exact {
    /// Shares without stake, with these multipliers in basis points.
    pub fn new(multipliers: impl Iterator<Item = u32>) -> Self {
        let stakes: Vec<_> = multipliers
            .map(|multiplier| Stake {
                amount: 0,
                multiplier,
            })
            .collect();
        Self {
            denominator: 1.into(),
            amounts: Amounts {
                earned: vec![0.into(); stakes.len()],
                ..Amounts::default()
            },
            stakes,
            seconds_left: 0,
            clock: 0,
        }
    }

    /// Lets rewards flow until `now`, each second to the shares by their weights.
    pub fn accrue(&mut self, now: i64) {
        let elapsed = (now - self.clock).max(0) as u64;
        self.clock = self.clock.max(now);
        let seconds = elapsed.min(self.seconds_left);
        let total: u128 = self.stakes.iter().map(Stake::weight).sum();
        if total == 0 || seconds == 0 {
            return;
        }
        // A second's part of what is scheduled, and of that the part of a weight of 1.
        self.divide_by(self.seconds_left.into());
        self.divide_by(total);
        let flows = &self.amounts.scheduled * seconds / (BigInt::from(self.seconds_left) * total);
        for (earned, stake) in self.amounts.earned.iter_mut().zip(&self.stakes) {
            *earned += &flows * stake.weight();
        }
        self.amounts.scheduled -= flows * total;
        self.seconds_left -= seconds;
    }

    /// Adds stake to a share, which has accrued until now.
    pub fn stake(&mut self, share: usize, amount: u64) {
        self.stakes[share].amount += amount;
    }

    /// Takes stake from a share, which has accrued until now.
    pub fn unstake(&mut self, share: usize, amount: u64) {
        self.stakes[share].amount -= amount;
    }

    /// Base units.
    pub fn staked(&self, share: usize) -> u64 {
        self.stakes[share].amount
    }

    pub fn weight(&self, share: usize) -> u128 {
        self.stakes[share].weight()
    }

    /// Adds to the schedule, with what was forfeited, and starts it anew.
    pub fn fund(&mut self, amount: u64, duration: u64) {
        self.amounts.scheduled += amount * &self.denominator + &self.amounts.forfeited;
        self.amounts.forfeited = 0.into();
        self.seconds_left = duration;
    }

    /// Takes from a share its stake, and what it has earned and was not paid.
    pub fn forfeit(&mut self, share: usize, paid: u64) {
        self.stakes[share].amount = 0;
        let paid = paid * &self.denominator;
        self.amounts.forfeited += &self.amounts.earned[share] - &paid;
        self.amounts.earned[share] = paid;
    }

    /// By how much `units` of 2^-64 differ from what the share has earned, rounded up, in 2^-64 base units.
    pub fn difference(&self, share: usize, units: BigInt) -> BigInt {
        let exact = &self.amounts.earned[share] << 64u32;
        let difference: BigInt = units * &self.denominator - exact;
        let up = self.denominator.magnitude() - 1u32;
        ((difference.magnitude() + up) / self.denominator.magnitude()).into()
    }

    /// All that there is, in base units, which must be a whole number.
    pub fn total(&self) -> BigInt {
        let Amounts {
            earned,
            scheduled,
            forfeited,
        } = &self.amounts;
        let total = earned.iter().sum::<BigInt>() + scheduled + forfeited;
        let whole = &total / &self.denominator;
        assert_eq!(&whole * &self.denominator, total);
        whole
    }

    /// Makes all amounts divisible by `divisor`.
    fn divide_by(&mut self, divisor: u128) {
        self.denominator *= divisor;
        let Amounts {
            earned,
            scheduled,
            forfeited,
        } = &mut self.amounts;
        for amount in earned.iter_mut().chain([scheduled, forfeited]) {
            *amount *= divisor;
        }
    }
}
