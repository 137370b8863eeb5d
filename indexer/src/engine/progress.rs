use crate::{
    source::{Heads, Step},
    store::Applied,
};
use std::time::{Duration, Instant};

const INTERVAL: Duration = Duration::from_secs(5);

/// A line now and then while history is read: how far, how fast, how long still.
#[derive(Debug)]
pub struct Progress {
    source: String,
    since: Instant,
    first_block: Option<u64>,
    events: u64,
    live: bool,
}

impl Progress {
    pub fn new(source: &str) -> Self {
        Self {
            source: source.to_owned(),
            since: Instant::now(),
            first_block: None,
            events: 0,
            live: false,
        }
    }

    pub fn record(&mut self, step: &Step, applied: Applied) {
        let source = || self.source.clone();
        metrics::counter!("novate_events_processed_total", "source" => source()).increment(applied.added);
        match step {
            Step::Rollback { from_block, .. } => {
                metrics::counter!("novate_reorgs_detected_total", "source" => source()).increment(1);
                tracing::warn!(
                    source = self.source,
                    from_block,
                    rows = applied.removed,
                    "rolled back"
                );
            }
            Step::Advance {
                cursor, live, heads, ..
            } => {
                self.events += applied.added;
                self.went_live(*live, cursor.next_block);
                if !live {
                    self.report(cursor.next_block, heads);
                }
            }
            Step::Idle { live, heads } => self.went_live(*live, heads.head + 1),
        }
    }

    fn went_live(&mut self, live: bool, next_block: u64) {
        if live && !self.live {
            tracing::info!(source = self.source, block = next_block.saturating_sub(1), "live");
        }
        self.live = live;
    }

    fn report(&mut self, next: u64, heads: &Heads) {
        let first = *self.first_block.get_or_insert(next);
        let elapsed = self.since.elapsed();
        if elapsed < INTERVAL {
            return;
        }
        let seconds = elapsed.as_secs_f64();
        let blocks_per_second = next.saturating_sub(first) as f64 / seconds;
        let left = (heads.head + 1).saturating_sub(next);
        let eta = if blocks_per_second > 0.0 {
            left as f64 / blocks_per_second
        } else {
            f64::INFINITY
        };
        tracing::info!(
            source = self.source,
            block = next.saturating_sub(1),
            head = heads.head,
            blocks_per_second = blocks_per_second.round(),
            events_per_second = (self.events as f64 / seconds).round(),
            eta_seconds = eta.round(),
            "reading history"
        );
        (self.since, self.first_block, self.events) = (Instant::now(), Some(next), 0);
    }
}
