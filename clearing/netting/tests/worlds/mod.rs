//! Small worlds made of bytes: for the tests with random bytes, and for the fuzzer with bytes that it learns.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod bytes;
pub mod decode;
pub mod plain;
pub mod properties;
pub mod reference;

use novate_netting::{Entry, Netted, Opening, Rules, net};

/// All that netting is given.
#[derive(Clone, Debug)]
pub struct World {
    pub rules: Rules,
    pub opening: Opening,
    pub entries: Vec<Entry>,
}

impl World {
    pub fn net(&self) -> Netted {
        net(&self.rules, &self.opening, &self.entries)
    }
}

/// Nets the world of these bytes, and compares it with the specification and with what must always hold.
pub fn fuzz_one(data: &[u8]) -> (World, Netted) {
    let world = decode::world(data);
    let netted = world.net();
    let expected = reference::net(&world.rules, &world.opening, &world.entries);
    assert_eq!(netted.outcomes, expected.outcomes, "{world:#?}");
    assert_eq!(netted, expected, "{world:#?}");
    properties::check(&world, &netted);
    (world, netted)
}

/// Runs [`fuzz_one`] on `count` lists of random bytes, and says how to repeat the one that fails.
///
/// `NOVATE_FUZZ_SEED` is the seed of the first (1 if unset, so that two runs do the same), each after it has the next one;
/// `NOVATE_FUZZ_STEPS` is the number of lists.
pub fn fuzz_many(count: u64, mut seen: impl FnMut(&World, &Netted)) {
    let number = |name| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse::<u64>().expect(name))
    };
    let count = number("NOVATE_FUZZ_STEPS").unwrap_or(count);
    let first = number("NOVATE_FUZZ_SEED").unwrap_or(1);
    for seed in first..first + count {
        let _replay = Replay(seed);
        let (world, netted) = fuzz_one(&bytes::random(seed, 1_000));
        seen(&world, &netted);
    }
}

/// Says how to repeat the world during which it is dropped by a panic.
struct Replay(u64);

impl Drop for Replay {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self(seed) = self;
            eprintln!(
                "this world again: NOVATE_FUZZ_SEED={seed} NOVATE_FUZZ_STEPS=1 \
                 cargo test -p novate-netting --test netting_reference agree"
            );
        }
    }
}
