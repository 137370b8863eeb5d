//! Closes windows: reads what waits, nets it, and writes the batch down in one transaction.
//!
//! | module | does |
//! |---|---|
//! | [`window`] | when a window is closed, and how large it is |
//! | [`allowed`] | which assets and items a batch may move |
//! | [`clock`] | whether the clock can be believed |
//! | `reading` | what a window takes |
//! | `writing` | what it leaves behind |

pub mod allowed;
pub mod clock;
mod error;
mod reading;
pub mod window;
mod writing;

pub use allowed::Allowed;
pub use clock::{Clocks, Skew};
pub use error::MakerError;
pub use window::{Limits, Queue};

use crate::{
    alert::Alert,
    context::Context,
    failpoint::Point,
    settlement::Settlement,
    state::AsOf,
    store::{StoreError, batches, intents, outcomes},
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Makes the batches of one settlement.
pub struct BatchMaker {
    context: Context,
    settlement: Arc<Settlement>,
    /// Most intents of a window, if the signer takes fewer than configured.
    cap: Arc<AtomicU64>,
    /// That all that waited at the last look would be rejected.
    quiet: Option<Quiet>,
    /// What went wrong the last time, so that it is told once.
    said: Option<String>,
}

/// A window that waits for company. Times are Unix seconds.
#[derive(Clone, Copy)]
struct Quiet {
    since: u64,
    /// When it was netted last.
    looked: u64,
    /// How much waited then.
    seen: Queue,
}

impl Quiet {
    /// Whether netting would come to the same.
    fn lasts(&self, now: u64, queue: &Queue, limits: &Limits) -> bool {
        let next = self
            .looked
            .saturating_add(limits.window_seconds)
            .min(self.since.saturating_add(limits.quiet_seconds));
        self.seen.new == queue.new && self.seen.retries == queue.retries && (self.looked..next).contains(&now)
    }
}

/// What a look at the queue came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// The window stays open.
    Nothing,
    /// It stays open though it could be closed: all of it would be rejected, and it waits for company.
    Quiet,
    /// It was closed, and all of it waits in the book.
    Carried,
    /// It was closed.
    Batch {
        /// The batch's number.
        number: i64,
    },
}

impl BatchMaker {
    /// For the settlement's windows. `cap` is shared with its driver.
    pub fn new(context: Context, settlement: Arc<Settlement>, cap: Arc<AtomicU64>) -> Self {
        Self {
            context,
            settlement,
            cap,
            quiet: None,
            said: None,
        }
    }

    /// Closes windows until another leader is found. Dropping it at any time leaves nothing half done.
    pub async fn run(mut self) -> StoreError {
        loop {
            match self.tick().await {
                // There may be enough for another one.
                Ok(Made::Batch { .. }) => {
                    self.said = None;
                    continue;
                }
                Ok(_) => self.said = None,
                Err(MakerError::Store(replaced @ StoreError::Replaced { .. })) => return replaced,
                Err(error) => self.report(&error),
            }
            tokio::time::sleep(self.settlement.pace.poll).await;
        }
    }

    fn report(&mut self, error: &MakerError) {
        let name = &self.settlement.name;
        // The values of clocks change from second to second.
        let said = match error {
            MakerError::Clock(_) => "clock".to_owned(),
            other => other.to_string(),
        };
        if self.said.as_ref() == Some(&said) {
            return;
        }
        self.said = Some(said);
        match error {
            MakerError::Clock(differ) => Alert::Clock.raise(name, None, differ),
            unknown @ MakerError::Unknown { .. } => Alert::Unknown.raise(name, None, unknown),
            other => tracing::warn!(settlement = name, error = %other, "no window is closed for now"),
        }
    }

    /// Looks at the queue, and closes the window if it is time.
    ///
    /// # Errors
    /// [`MakerError`]; then nothing was written.
    pub async fn tick(&mut self) -> Result<Made, MakerError> {
        let (queue, oldest) = self.queue().await?;
        let limits = Limits {
            max_intents: self
                .settlement
                .limits
                .max_intents
                .min(self.cap.load(Ordering::Relaxed)),
            ..self.settlement.limits
        };
        let Some(new) = limits.close(&queue) else {
            return Ok(Made::Nothing);
        };
        let now = self.context.now();
        if self.quiet.is_some_and(|quiet| quiet.lasts(now, &queue, &limits)) {
            return Ok(Made::Quiet);
        }
        let (opened, as_of) = self.check_clocks(now).await?;
        let reading = self.read(now, new, oldest, opened, as_of).await?;
        let Some(closed) = self.net(reading, limits).await? else {
            return Ok(Made::Nothing);
        };
        if closed.filled == 0 && !closed.ended.is_empty() && queue.new < limits.max_intents {
            let since = self.quiet.map_or(now, |quiet| quiet.since);
            self.quiet = Some(Quiet {
                since,
                looked: now,
                seen: queue,
            });
            if now.saturating_sub(since) < limits.quiet_seconds {
                return Ok(Made::Quiet);
            }
        }
        self.context.pass(Point::WindowNetted);
        let made = self.write(&closed).await?;
        if let Made::Batch { .. } = made {
            self.context.pass(Point::BatchWritten);
        }
        self.quiet = None;
        let waited = queue.waited as f64;
        metrics::histogram!("novate_clearing_window_seconds", "settlement" => self.settlement.name.clone())
            .record(waited);
        Ok(made)
    }

    async fn queue(&self) -> Result<(Queue, Option<u64>), MakerError> {
        let (now, id) = (self.context.now(), self.settlement.id);
        let mut db = self.context.pool.acquire().await.map_err(StoreError::from)?;
        let waiting = intents::waiting(&mut *db, id, now).await?;
        let retries = outcomes::retries(&mut db, id, now).await?;
        drop(db);
        let queue = Queue {
            new: waiting.count,
            waited: waiting.oldest.map_or(0, |oldest| now.saturating_sub(oldest)),
            retries,
            in_flight: batches::in_flight(&self.context.pool, id).await?,
        };
        let labels = [("settlement", self.settlement.name.clone())];
        metrics::gauge!("novate_clearing_queue", &labels).set(queue.new as f64);
        metrics::gauge!("novate_clearing_in_flight", &labels).set(queue.in_flight as f64);
        Ok((queue, waiting.oldest))
    }

    /// The last sequence that the chain has opened, and how far the index is.
    async fn check_clocks(&self, service: u64) -> Result<(u64, AsOf), MakerError> {
        let database: i64 = sqlx::query_scalar("select extract(epoch from clock_timestamp())::bigint")
            .fetch_one(&self.context.pool)
            .await
            .map_err(StoreError::from)?;
        let (opened, chain) = self.settlement.chain.opened().await?;
        let clocks = Clocks {
            service,
            database: database.unsigned_abs(),
            chain,
        };
        self.settlement.skew.check(clocks)?;
        let as_of = self.settlement.state.as_of()?;
        let behind = chain.saturating_sub(as_of.head_time);
        if as_of.head_time != 0 && behind > self.settlement.skew.max_index_lag {
            return Err(MakerError::IndexBehind { behind });
        }
        Ok((opened, as_of))
    }
}
