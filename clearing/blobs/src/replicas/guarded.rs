//! One store behind its circuit breaker, with a time limit and counters.

use crate::{
    BlobStore, StoreError,
    breaker::{Breaker, Circuit},
    replicas::Settings,
};
use serde::Serialize;
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::time::timeout;

/// A store and how it is doing.
pub(crate) struct Guarded {
    pub store: Box<dyn BlobStore>,
    breaker: Breaker,
    last_error: Mutex<Option<String>>,
}

/// How a store is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoreStatus {
    /// Its name.
    pub name: String,
    /// `closed` is well.
    pub circuit: Circuit,
    /// Seconds until it is tried again, rounded up; 0 when it may be.
    pub retry_in: u64,
    /// What went wrong last, though it may be well again since.
    pub last_error: Option<String>,
}

/// What a call says of its store.
enum Verdict {
    Well,
    Ill,
    /// Nothing: the fault is the caller's.
    Neither,
}

impl Guarded {
    pub fn new(store: Box<dyn BlobStore>, settings: &Settings) -> Self {
        Self {
            store,
            breaker: Breaker::new(settings.first_rest, settings.longest_rest),
            last_error: Mutex::new(None),
        }
    }

    pub fn name(&self) -> &str {
        self.store.name()
    }

    /// Makes a call, unless the circuit is open, and counts what comes of it.
    pub async fn call<T>(
        &self,
        verb: &'static str,
        limit: Duration,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let pass = match self.breaker.enter(Instant::now()) {
            Ok(pass) => pass,
            Err(retry_in) => {
                self.count(verb, "resting");
                return Err(StoreError::Resting {
                    store: self.name().to_owned(),
                    retry_in,
                });
            }
        };
        let done = timeout(limit, work).await.unwrap_or_else(|_| {
            Err(StoreError::TimedOut {
                store: self.name().to_owned(),
                after: limit,
            })
        });
        let (verdict, outcome) = judge(done.as_ref().err());
        self.count(verb, outcome);
        match verdict {
            Verdict::Well => pass.succeeded(),
            Verdict::Ill => pass.failed(Instant::now()),
            Verdict::Neither => drop(pass),
        }
        if let (Err(error), Verdict::Ill) = (&done, judge(done.as_ref().err()).0) {
            tracing::warn!(store = self.name(), verb, %error, "a blob store failed");
            *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
        }
        done
    }

    fn count(&self, verb: &'static str, outcome: &'static str) {
        let store = self.name().to_owned();
        metrics::counter!("novate_blobs_calls_total", "store" => store, "verb" => verb, "outcome" => outcome)
            .increment(1);
    }

    pub fn status(&self) -> StoreStatus {
        let (circuit, left) = self.breaker.circuit(Instant::now());
        let last_error = self.last_error.lock().unwrap_or_else(PoisonError::into_inner);
        StoreStatus {
            name: self.name().to_owned(),
            circuit,
            retry_in: left.as_secs() + u64::from(left.subsec_nanos() > 0),
            last_error: last_error.clone(),
        }
    }
}

fn judge(error: Option<&StoreError>) -> (Verdict, &'static str) {
    match error {
        None => (Verdict::Well, "ok"),
        Some(StoreError::Pending { .. }) => (Verdict::Well, "pending"),
        Some(StoreError::TimedOut { .. }) => (Verdict::Ill, "timed_out"),
        Some(StoreError::WrongBytes { .. } | StoreError::WrongCid { .. }) => (Verdict::Ill, "wrong"),
        Some(StoreError::Full { .. }) => (Verdict::Ill, "full"),
        Some(StoreError::Unsupported { .. } | StoreError::TooLargeToAnchor { .. }) => {
            (Verdict::Neither, "refused")
        }
        Some(_) => (Verdict::Ill, "failed"),
    }
}
