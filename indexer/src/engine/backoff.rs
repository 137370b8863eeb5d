use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(10);

/// Growing pauses with jitter, so that many clients of a server that comes back do not all come at once.
#[derive(Debug)]
pub struct Backoff {
    next: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { next: FIRST }
    }
}

impl Backoff {
    /// Between half and all of a pause that doubles each time.
    pub fn pause(&mut self) -> Duration {
        let full = self.next;
        self.next = (full * 2).min(LONGEST);
        // A fresh hasher has random keys, which is all the randomness that jitter needs.
        let random = RandomState::new().hash_one(0) % 1000;
        full / 2 + full.mul_f64(random as f64 / 2000.0)
    }

    /// After a success.
    pub fn reset(&mut self) {
        self.next = FIRST;
    }
}
