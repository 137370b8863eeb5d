//! How many intents are taken a second.

use super::{
    Refusal,
    config::{IntakeConfig, Rate},
};
use governor::{
    DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use std::sync::atomic::{AtomicU32, Ordering};

/// Whose intents are counted together: settlement, owner and session.
pub type Sender = (i16, [u8; 32], [u8; 32]);

/// After so many, buckets that are full again are forgotten.
const SWEEP: u32 = 1 << 17;

/// Token buckets, of this process alone.
pub struct Rates {
    sessions: DefaultKeyedRateLimiter<Sender>,
    all: DefaultDirectRateLimiter,
    clock: DefaultClock,
    checked: AtomicU32,
}

impl Rates {
    pub fn new(config: &IntakeConfig) -> Self {
        Self {
            sessions: RateLimiter::keyed(quota(config.session_rate)),
            all: RateLimiter::direct(quota(config.global_rate)),
            clock: DefaultClock::default(),
            checked: AtomicU32::new(0),
        }
    }

    /// Takes a token. To be asked for live sessions with a right signature only: so nobody spends another's tokens, and there
    /// are no more buckets than sessions.
    ///
    /// # Errors
    /// [`Refusal::SessionRate`], [`Refusal::GlobalRate`]
    pub fn take(&self, sender: &Sender) -> Result<(), Refusal> {
        if self.checked.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.sessions.retain_recent();
        }
        self.sessions
            .check_key(sender)
            .map_err(|until| Refusal::SessionRate(until.wait_time_from(self.clock.now())))?;
        self.all
            .check()
            .map_err(|until| Refusal::GlobalRate(until.wait_time_from(self.clock.now())))
    }
}

const fn quota(rate: Rate) -> Quota {
    Quota::per_second(rate.per_second).allow_burst(rate.burst)
}
