//! What an operator may set.

use serde::Deserialize;
use std::num::NonZeroU32;

/// Bounds of the intake. Every one of them has a default.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IntakeConfig {
    /// Most intents in one body.
    pub max_intents: usize,
    /// Longest body in bytes.
    pub max_body_bytes: usize,
    /// Most bytes of bodies that are being worked on at once; what comes then is told that the service is busy.
    pub max_in_flight_bytes: u32,
    /// Most submissions that wait for the database.
    pub queue: usize,
    /// About how many intents are stored in one transaction at most.
    pub group: usize,
    /// How long one transaction may take in seconds, connecting included.
    pub store_seconds: u64,
    /// What one session may send.
    pub session_rate: Rate,
    /// What all sessions may send together.
    pub global_rate: Rate,
}

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Intents a second in the long run.
    pub per_second: NonZeroU32,
    /// Intents at once, after a pause.
    pub burst: NonZeroU32,
}

impl Rate {
    /// Zero counts as one.
    pub const fn new(per_second: u32, burst: u32) -> Self {
        Self {
            per_second: at_least_one(per_second),
            burst: at_least_one(burst),
        }
    }
}

const fn at_least_one(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

impl Default for IntakeConfig {
    fn default() -> Self {
        Self {
            max_intents: 1_000,
            max_body_bytes: 1 << 20,
            max_in_flight_bytes: 32 << 20,
            queue: 1_024,
            group: 4_000,
            store_seconds: 5,
            session_rate: Rate::new(200, 1_000),
            global_rate: Rate::new(50_000, 100_000),
        }
    }
}
