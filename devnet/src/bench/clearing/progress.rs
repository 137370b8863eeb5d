use std::time::{Duration, Instant};

/// Between two lines.
const EVERY: Duration = Duration::from_secs(5);

/// Says on stderr how far something long is.
pub struct Progress {
    what: &'static str,
    of: usize,
    done: usize,
    begun: Instant,
    told: Instant,
}

impl Progress {
    pub fn new(what: &'static str, of: usize) -> Self {
        let now = Instant::now();
        Self {
            what,
            of,
            done: 0,
            begun: now,
            told: now,
        }
    }

    /// So many are done now.
    pub fn at(&mut self, done: usize) {
        self.done = done;
        if self.done >= self.of || self.told.elapsed() >= EVERY {
            self.told = Instant::now();
            let rate = self.done as f64 / self.begun.elapsed().as_secs_f64().max(0.001);
            let left = self.of.saturating_sub(self.done) as f64 / rate.max(0.001);
            eprintln!(
                "{}: {} of {}, {rate:.0}/s, {left:.0} s left",
                self.what, self.done, self.of
            );
        }
    }

    /// So many more are done.
    pub fn more(&mut self, done: usize) {
        self.at(self.done + done);
    }
}
