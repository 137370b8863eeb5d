//! When a window is closed, and how many intents it takes.

/// How large windows and batches are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A window is closed at the latest when its first intent has waited this long, in seconds.
    pub window_seconds: u64,
    /// A window of nothing but rejections waits this long for company, in seconds: its batch would cost as much as another.
    pub quiet_seconds: u64,
    /// With nothing in flight, this many intents close a window before its time.
    pub min_intents: u64,
    /// Most intents of a window.
    pub max_intents: u64,
    /// Most batches that the chain has not ended; it takes 8.
    pub max_in_flight: u64,
    /// Most deltas of a batch: the signer takes messages of 2 MiB.
    pub max_deltas: usize,
    /// Most items of a batch.
    pub max_items: usize,
    /// Most assets that a batch debits.
    pub max_assets: usize,
}

/// What waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// Intents that no window has taken.
    pub new: u64,
    /// For how long the first of these has waited, in seconds.
    pub waited: u64,
    /// Intents of batches that ended without effect, and listings that have expired.
    pub retries: u64,
    /// Batches that the chain has not ended.
    pub in_flight: u64,
}

impl Limits {
    /// How many new intents the window takes if it is closed now; `None` when it stays open.
    ///
    /// Time closes a window, or size. The size that does depends on what is in flight: with nothing, `min_intents` are enough,
    /// and every batch in flight asks for four times as many. So while the chain keeps up, intents wait no longer than they must,
    /// and when it does not, the batches grow until it does.
    pub fn close(&self, queue: &Queue) -> Option<u64> {
        let waiting = queue.new.saturating_add(queue.retries);
        if waiting == 0 || queue.in_flight >= self.max_in_flight {
            return None;
        }
        let grown = u32::try_from(queue.in_flight)
            .ok()
            .and_then(|n| 4_u64.checked_pow(n));
        let enough = grown
            .and_then(|factor| self.min_intents.checked_mul(factor))
            .map_or(self.max_intents, |size| size.min(self.max_intents));
        let closed = waiting >= enough || queue.waited >= self.window_seconds || queue.new == 0;
        closed.then(|| queue.new.min(self.max_intents))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        window_seconds: 30,
        quiet_seconds: 300,
        min_intents: 1_000,
        max_intents: 100_000,
        max_in_flight: 4,
        max_deltas: 15_000,
        max_items: 1_000,
        max_assets: 32,
    };

    fn queue(new: u64, waited: u64, in_flight: u64) -> Queue {
        Queue {
            new,
            waited,
            retries: 0,
            in_flight,
        }
    }

    #[test]
    fn time_closes_a_small_window() {
        assert_eq!(LIMITS.close(&queue(1, 29, 0)), None);
        assert_eq!(LIMITS.close(&queue(1, 30, 0)), Some(1));
        assert_eq!(LIMITS.close(&queue(0, 0, 0)), None);
    }

    #[test]
    fn size_closes_a_window_before_its_time() {
        assert_eq!(LIMITS.close(&queue(999, 0, 0)), None);
        assert_eq!(LIMITS.close(&queue(1_000, 0, 0)), Some(1_000));
    }

    #[test]
    fn batches_grow_with_what_is_in_flight() {
        assert_eq!(LIMITS.close(&queue(3_999, 0, 1)), None);
        assert_eq!(LIMITS.close(&queue(4_000, 0, 1)), Some(4_000));
        assert_eq!(LIMITS.close(&queue(63_999, 0, 3)), None);
        assert_eq!(LIMITS.close(&queue(64_000, 0, 3)), Some(64_000));
        let many = Limits {
            max_in_flight: u64::MAX,
            ..LIMITS
        };
        assert_eq!(many.close(&queue(100_000, 0, 4_000)), Some(100_000));
    }

    #[test]
    fn a_window_takes_no_more_than_its_most() {
        assert_eq!(LIMITS.close(&queue(1_000_000, 0, 0)), Some(100_000));
    }

    #[test]
    fn nothing_is_closed_while_too_much_is_in_flight() {
        assert_eq!(LIMITS.close(&queue(1_000_000, 3_600, 4)), None);
    }

    #[test]
    fn what_waits_to_be_netted_again_waits_no_longer() {
        let retries = Queue {
            retries: 1,
            ..Queue::default()
        };
        assert_eq!(LIMITS.close(&retries), Some(0));
    }
}
