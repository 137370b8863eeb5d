//! Brings batches to their end, whatever happens on the way.
//!
//! A batch is `made`, its blob is `stored`, its header `signed`, the chain applies it until it is `settled` and `finalized`. One
//! task drives each batch. It keeps nothing in memory that the database and the chain do not know: after a crash it goes
//! on where they are. What is about to be done is written down before, and whether it was done is asked of the chain.
//!
//! | module | does |
//! |---|---|
//! | `batch` | one batch: which of the others is next |
//! | `signing`, `refusal`, `unwanted` | asks the signer, and knows what its refusals mean, and for whom |
//! | `applying`, `submission` | plans, sends and follows transactions |
//! | `blame` | finds whose leaves cannot be applied |
//! | `ending` | what follows when a batch is over |

mod applying;
mod batch;
mod blame;
mod ending;
mod error;
mod refusal;
mod signing;
mod submission;
mod unwanted;

pub use error::DriverError;
pub use refusal::{Unwanted, Verdict, verdict};
pub use signing::request_id;

use crate::{
    context::Context,
    settlement::Settlement,
    store::{
        StoreError,
        batches::{self, State},
    },
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, atomic::AtomicU64},
};
use tokio::task::{Id, JoinSet};

/// Drives all batches of a settlement.
#[derive(Clone)]
pub struct Driver {
    context: Context,
    settlement: Arc<Settlement>,
    /// Most intents that the next window may take: less after a batch that was too large for the signer.
    cap: Arc<AtomicU64>,
}

impl Driver {
    /// For the settlement's batches. `cap` is shared with its batch maker.
    pub fn new(context: Context, settlement: Arc<Settlement>, cap: Arc<AtomicU64>) -> Self {
        Self {
            context,
            settlement,
            cap,
        }
    }

    /// Drives batches, new ones too, until another leader is found. Dropping it stops everything.
    pub async fn run(self) -> StoreError {
        let mut tasks = JoinSet::new();
        let mut running: HashMap<Id, i64> = HashMap::new();
        loop {
            match batches::live(&self.context.pool, self.settlement.id).await {
                Ok(live) => {
                    self.count(&live);
                    let driven: HashSet<i64> = running.values().copied().collect();
                    for (number, _) in live.into_iter().filter(|(number, _)| !driven.contains(number)) {
                        let task = tasks.spawn(self.clone().drive(number));
                        running.insert(task.id(), number);
                    }
                }
                Err(error) => {
                    tracing::warn!(settlement = self.settlement.name, %error, "cannot read the batches");
                }
            }
            let ended = tokio::select! {
                Some(ended) = tasks.join_next_with_id() => ended,
                () = tokio::time::sleep(self.settlement.pace.poll) => continue,
            };
            match ended {
                Ok((id, Ok(()))) => {
                    running.remove(&id);
                }
                Ok((_, Err(replaced))) => return replaced,
                Err(crash) => {
                    tracing::error!(%crash, "the driver of a batch crashed and begins again; please report this");
                    running.remove(&crash.id());
                }
            }
        }
    }

    fn count(&self, live: &[(i64, State)]) {
        for state in State::LIVE {
            let batches = live.iter().filter(|(_, of)| *of == state).count();
            metrics::gauge!("novate_clearing_batches",
                "settlement" => self.settlement.name.clone(), "state" => state.name())
            .set(batches as f64);
        }
    }
}
