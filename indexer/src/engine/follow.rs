//! One source: lock, cursor, then step after step.

use super::{backoff::Backoff, progress::Progress};
use crate::{
    Store, StoreError,
    source::{Source, SourceError},
    store::Writer,
};
use novate_catalog::SourceState;
use std::{convert::Infallible, time::Duration};

/// How long a source may wait for news before it says that there are none.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between attempts to take the lock of an instance that is alive.
const STAND_BY: Duration = Duration::from_millis(500);

/// The longest transaction; a server that vanished without a word must not be waited for.
const APPLY_TIMEOUT: Duration = Duration::from_secs(60);

/// How long the database may take to note a failure, which may be its own.
const REPORT_TIMEOUT: Duration = Duration::from_secs(2);

/// Follows one source for ever.
pub struct Follower {
    store: Store,
    kind: &'static str,
    source: Box<dyn Source>,
    writer: Option<Writer>,
    backoff: Backoff,
    progress: Progress,
}

/// Why a session ended.
enum Failure {
    /// It may work the next time.
    Passing(String),
    /// As `Passing`, and the connection is of no use any more.
    Disconnected(String),
    /// A person must act.
    Lasting(String),
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Unavailable { .. } => Self::Passing(error.to_string()),
            SourceError::Fatal(reason) => Self::Lasting(reason),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_passing() {
            Self::Disconnected(error.to_string())
        } else {
            Self::Lasting(error.to_string())
        }
    }
}

impl Follower {
    pub fn new(store: Store, kind: &'static str, source: Box<dyn Source>, backoff: Backoff) -> Self {
        let progress = Progress::new(source.id());
        Self {
            store,
            kind,
            source,
            writer: None,
            backoff,
            progress,
        }
    }

    /// Ends only with the id of the source and the reason why it cannot go on without a person. May be dropped at any moment.
    pub async fn run(mut self) -> (String, String) {
        loop {
            let failure = match self.session().await {
                Ok(never) => match never {},
                Err(failure) => failure,
            };
            let id = self.source.id().to_owned();
            match failure {
                Failure::Lasting(reason) => {
                    tracing::error!(source = id, reason, "stopped");
                    self.report(SourceState::Stopped, &reason).await;
                    return (id, reason);
                }
                Failure::Passing(reason) => {
                    tracing::warn!(source = id, reason, "retrying");
                    self.report(SourceState::Retrying, &reason).await;
                }
                Failure::Disconnected(reason) => {
                    tracing::warn!(source = id, reason, "retrying");
                    self.report(SourceState::Retrying, &reason).await;
                    self.writer = None;
                }
            }
            tokio::time::sleep(self.backoff.pause()).await;
        }
    }

    /// From the lock to the first failure.
    async fn session(&mut self) -> Result<Infallible, Failure> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let mut writer = lock(&self.store, self.source.as_mut()).await?;
                writer.register(self.kind).await?;
                none.insert(writer)
            }
        };
        let identity = self.source.identity().await?;
        writer.identify(&identity).await?;
        writer.create_tables().await?;
        let mut cursor = writer.cursor().await?;
        loop {
            let step = self.source.next(cursor.as_ref(), PATIENCE).await?;
            let applying = writer.apply(cursor.as_ref(), &step);
            let applied = tokio::time::timeout(APPLY_TIMEOUT, applying)
                .await
                .map_err(|_| {
                    Failure::Disconnected(format!("the database did not answer for {APPLY_TIMEOUT:?}"))
                })??;
            self.backoff.reset();
            self.progress.record(&step, applied);
            if let Some(moved) = step.into_cursor() {
                cursor = Some(moved);
            }
        }
    }

    /// Makes a failure visible, as far as the database can be reached.
    async fn report(&mut self, state: SourceState, reason: &str) {
        let Some(writer) = &mut self.writer else { return };
        let reported = tokio::time::timeout(REPORT_TIMEOUT, writer.report(state, Some(reason))).await;
        if !matches!(reported, Ok(Ok(()))) {
            tracing::debug!(
                source = self.source.id(),
                "the state of the source could not be stored"
            );
            self.writer = None;
        }
    }
}

/// Connects and waits until no other instance follows the source.
async fn lock(store: &Store, source: &mut dyn Source) -> Result<Writer, StoreError> {
    let mut writer = Writer::connect(store, source.id(), source.network(), source.tables()).await?;
    let mut announced = false;
    while !writer.try_lock().await? {
        if !announced {
            tracing::info!(
                source = source.id(),
                "another instance follows this source, standing by"
            );
            announced = true;
        }
        tokio::time::sleep(STAND_BY).await;
    }
    Ok(writer)
}
