//! Measures netting: `cargo xtask bench netting`.
//!
//! Prints lines `bench netting.NAME VALUE UNIT min MIN max MAX runs RUNS`, each value the median of the runs. The world is
//! made before the clock starts: intents with their ids, opening balances, sessions and holders, in memory.
//!
//! | figure | what is measured |
//! |---|---|
//! | `intents_per_s` | [`net`] of 1,000,000 mixed intents of 100,000 owners, 10 assets and 50,000 items, by the CPU time of the one thread that nets them, not by the clock: interning the opening state, validation, matching, elimination, deltas. Not in it: checking signatures, hashing ids, leaves and roots |
//! | `bytes_per_intent` | the most that is allocated meanwhile, result included and input not, by what the allocator is asked for, per intent |
//! | `scale_10x_time_ratio` | CPU time for these intents over that for a tenth of them, with the same number of owners, assets and items |
//! | `scale_10x_world_ratio` | CPU time for these intents over that for a tenth of intents, owners and items: what is more than 10 is what a larger world costs that fits less into a core's caches |
//! | `batch_100k_ms` | [`seal`] of 100,000 of them, by the clock: netting, blob, CID, leaves, roots and header, on all cores |

mod memory;
mod world;

use std::{
    hint::black_box,
    sync::OnceLock,
    time::{Duration, Instant},
};

use novate_netting::{Draft, Outcome, net, seal};
use world::World;

#[global_allocator]
static ALLOCATOR: memory::Counting = memory::Counting;

const RUNS: usize = 5;
const INTENTS: u64 = 1_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let quick = std::env::args().any(|arg| arg == "--quick");
    let intents = if quick { INTENTS / 10 } else { INTENTS };

    let whole = world::world(intents, intents / 10, intents / 20);
    let fewer = world::world(intents / 10, intents / 10, intents / 20);
    let tenth = world::world(intents / 10, intents / 100, intents / 200);
    let batch = world::world(100_000, 10_000, 5_000);
    describe(&whole);

    let mut bytes = 0;
    let mut seconds = Vec::new();
    let (mut ratios, mut world_ratios) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (time, peak) = memory::peak(|| netting(&whole));
        seconds.push(time);
        ratios.push(time / average(&fewer));
        world_ratios.push(time / average(&tenth));
        bytes = peak;
    }
    let count = intents as f64;
    print("intents_per_s", seconds.iter().map(|time| count / time), "1/s", 0);
    print("bytes_per_intent", [bytes as f64 / count], "B", 1);
    print("scale_10x_time_ratio", ratios, "x", 2);
    print("scale_10x_world_ratio", world_ratios, "x", 2);

    let mut milliseconds = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        black_box(seal(&Draft {
            rules: &batch.rules,
            sequence: 1,
            opened_at: batch.rules.closed_at - 30,
            opening: &batch.opening,
            entries: &batch.entries,
            signatures: &batch.signatures,
        })?);
        milliseconds.push(start.elapsed().as_secs_f64() * 1_000.0);
    }
    print("batch_100k_ms", milliseconds, "ms", 1);
    Ok(())
}

/// Seconds on a core to net a small world, which is over sooner than a scheduler's turn: ten times take long enough.
fn average(world: &World) -> f64 {
    (0..10).map(|_| netting(world)).sum::<f64>() / 10.0
}

/// Seconds on a core to net a world.
fn netting(world: &World) -> f64 {
    let start = on_core();
    let netted = black_box(net(&world.rules, &world.opening, &world.entries));
    let seconds = on_core() - start;
    drop(netted);
    seconds
}

/// Seconds for which this thread has run: waiting for others' turns is not counted. Of the clock, where Linux is not.
fn on_core() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|word| word.parse::<u64>().ok());
    let of_clock = START.get_or_init(Instant::now).elapsed();
    nanoseconds.map_or(of_clock, Duration::from_nanos).as_secs_f64()
}

/// Says on stderr what the intents came to.
fn describe(world: &World) {
    let netted = net(&world.rules, &world.opening, &world.entries);
    for outcome in Outcome::ALL {
        let count = netted.outcomes.iter().filter(|found| **found == outcome).count();
        if count != 0 {
            eprintln!("{:>9} {}", count, outcome.name());
        }
    }
    let (deltas, items) = (netted.deltas.len(), netted.items.len());
    eprintln!("{deltas:>9} deltas\n{items:>9} items that change hands");
}

fn print(name: &str, runs: impl IntoIterator<Item = f64>, unit: &str, digits: usize) {
    let mut runs: Vec<f64> = runs.into_iter().collect();
    runs.sort_by(f64::total_cmp);
    if let (Some(median), [min, ..], Some(max)) = (runs.get(runs.len() / 2), &runs[..], runs.last()) {
        let count = runs.len();
        println!(
            "bench netting.{name} {median:.digits$} {unit} min {min:.digits$} max {max:.digits$} runs {count}"
        );
    }
}
