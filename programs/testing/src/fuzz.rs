//! Random histories that can be replayed.
//!
//! ```no_run
//! use program_testing::fuzz::{self, Rng};
//!
//! fuzz::histories(250, |rng, steps| {
//!     // a new chain with its users ...
//!     for _ in 0..steps {
//!         match rng.below(3) { /* one random instruction, and then the invariants */ _ => {} }
//!     }
//! });
//! ```
//!
//! `NOVATE_FUZZ_STEPS` is the number of steps of all histories together (10,000 if unset), `NOVATE_FUZZ_SEED` the seed
//! of the first history (1 if unset, so that two runs do the same; `random` takes it from the clock); each history after
//! it has the next one. A history that fails prints the command that repeats it alone.

use std::{
    env,
    ops::RangeInclusive,
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

const STEPS: &str = "NOVATE_FUZZ_STEPS";
const SEED: &str = "NOVATE_FUZZ_SEED";

/// Steps of all histories together.
pub fn steps() -> usize {
    env::var(STEPS).map_or(10_000, |text| {
        text.parse().expect("NOVATE_FUZZ_STEPS is a number")
    })
}

/// Seed of the first history.
pub fn seed() -> u64 {
    match env::var(SEED).as_deref() {
        Err(_) => 1,
        Ok("random") => SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64,
        Ok(text) => text.parse().expect("NOVATE_FUZZ_SEED is a number or `random`"),
    }
}

/// Runs histories of at most `length` steps until [`steps`] are done. `history` is given its random numbers and how
/// many steps to take.
pub fn histories(length: usize, mut history: impl FnMut(&mut Rng, usize)) {
    let (mut left, mut seed) = (steps(), seed());
    while left > 0 {
        let steps = left.min(length);
        let _replay = Replay { seed, steps };
        history(&mut Rng::new(seed), steps);
        (left, seed) = (left - steps, seed.wrapping_add(1));
    }
}

/// Says how to repeat the history during which it is dropped by a panic.
struct Replay {
    seed: u64,
    steps: usize,
}

impl Drop for Replay {
    fn drop(&mut self) {
        if thread::panicking() {
            let Self { seed, steps } = self;
            eprintln!("this history again: {SEED}={seed} {STEPS}={steps} {}", command());
        }
    }
}

/// The command that runs this test alone.
fn command() -> String {
    let program = env::current_exe().unwrap_or_default();
    // Cargo appends a hash.
    let name = program.file_stem().unwrap_or_default().to_string_lossy();
    let target = name.rsplit_once('-').map_or(&*name, |(target, _)| target);
    let current = thread::current();
    let test = current.name().filter(|name| *name != "main").unwrap_or("fuzz");
    format!("cargo test --workspace --test {target} {test}")
}

/// Random numbers that are the same for the same seed, for ever: splitmix64 (Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", 2014).
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        // The bias is below 2^-64 times `end`.
        ((u128::from(self.any()) * u128::from(end)) >> 64) as u64
    }

    /// A number of a range.
    pub fn within(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (first, last) = range.into_inner();
        match (last - first).checked_add(1) {
            Some(count) => first + self.below(count),
            None => self.any(),
        }
    }

    /// An index of a list of `len` items.
    pub fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// One of the items.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// An amount for something of which `available` is there: mostly a part of it, sometimes 0, all of it, one more, or
    /// the largest number.
    pub fn amount(&mut self, available: u64) -> u64 {
        match self.below(20) {
            0 => 0,
            1 => available,
            2 => available.saturating_add(1),
            3 => u64::MAX,
            _ => self.within(0..=available),
        }
    }
}
