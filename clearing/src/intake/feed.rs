//! What is accepted and settled, as it happens, in every process that serves clients.
//!
//! Postgres' notifications only say that there is something: what it is, is read from the tables. So a notification that
//! was lost with its connection loses nothing but time.

use crate::store::{
    StoreError,
    intents_insert::CHANNEL,
    intents_view::{self, IntentView},
};
use sqlx::{PgPool, postgres::PgListener};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// Tells listeners that the batch in the payload has another state.
pub const BATCHES: &str = "clearing_batches";

/// Events that a slow receiver may be behind. All are kept in memory.
const BACKLOG: usize = 128;
/// Intents in one event at most.
const CHUNK: u32 = 500;
/// Before the database is asked again.
const PAUSE: Duration = Duration::from_secs(1);
/// Of so many batches it is watched whether they are settled.
const LATEST: u32 = 1_000;

/// Something that happened to intents.
#[derive(Clone, Debug)]
pub enum FeedEvent {
    /// These were accepted; in arrival order within their settlement.
    Accepted(Arc<[IntentView]>),
    /// These are in a batch that has been settled.
    Settled {
        /// Its number.
        batch: i64,
        /// Some of its intents, in the batch's order; a large batch comes in several events.
        intents: Arc<[IntentView]>,
    },
}

/// Follows the tables until told to stop.
pub(super) fn start(pool: PgPool, stop: CancellationToken) -> broadcast::Sender<FeedEvent> {
    let (events, _) = broadcast::channel(BACKLOG);
    let feed = Feed {
        pool,
        events: events.clone(),
        heads: None,
        settled: None,
    };
    tokio::spawn(async move { stop.run_until_cancelled(feed.run()).await });
    events
}

struct Feed {
    pool: PgPool,
    events: broadcast::Sender<FeedEvent>,
    /// By settlement, the last intent that was told.
    heads: Option<BTreeMap<i16, i64>>,
    /// Settled batches that were told, or were there at the beginning.
    settled: Option<BTreeSet<i64>>,
}

impl Feed {
    async fn run(mut self) {
        loop {
            if let Err(error) = self.follow().await {
                tracing::warn!(%error, "the feed of intents lost the database");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn follow(&mut self) -> Result<(), StoreError> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen_all([CHANNEL, BATCHES]).await?;
        // After listening, so that nothing falls in between.
        let (mut intents, mut batches) = (true, true);
        loop {
            if intents {
                self.accepted().await?;
            }
            if batches {
                self.batches().await?;
            }
            // One look serves all that have come by now.
            let mut heard = listener.try_recv().await?;
            if heard.is_none() {
                return Ok(());
            }
            (intents, batches) = (false, false);
            while let Some(notification) = heard {
                intents |= notification.channel() == CHANNEL;
                batches |= notification.channel() == BATCHES;
                heard = listener.next_buffered();
            }
        }
    }

    async fn accepted(&mut self) -> Result<(), StoreError> {
        let heads: BTreeMap<i16, i64> = intents_view::heads(&self.pool).await?.into_iter().collect();
        let Some(told) = &mut self.heads else {
            self.heads = Some(heads);
            return Ok(());
        };
        for (settlement, head) in heads {
            // What was told is told, also when the next look fails.
            let after = told.entry(settlement).or_default();
            while *after < head && self.events.receiver_count() > 0 {
                let mut intents = intents_view::above(&self.pool, settlement, *after, CHUNK).await?;
                // What is above the head comes with the next look.
                intents.retain(|intent| intent.stored.seq <= head);
                let Some(last) = intents.last() else { break };
                *after = last.stored.seq;
                self.events.send(FeedEvent::Accepted(intents.into())).ok();
            }
            *after = head.max(*after);
        }
        Ok(())
    }

    async fn batches(&mut self) -> Result<(), StoreError> {
        let latest: BTreeSet<i64> = intents_view::settled_batches(&self.pool, LATEST)
            .await?
            .into_iter()
            .collect();
        let Some(told) = &mut self.settled else {
            self.settled = Some(latest);
            return Ok(());
        };
        told.retain(|batch| latest.contains(batch));
        for batch in latest {
            if told.contains(&batch) {
                continue;
            }
            let mut above = -1;
            while self.events.receiver_count() > 0 {
                let (intents, last) = intents_view::of_batch(&self.pool, batch, above, CHUNK).await?;
                let Some(last) = last else { break };
                above = last;
                self.events
                    .send(FeedEvent::Settled {
                        batch,
                        intents: intents.into(),
                    })
                    .ok();
            }
            told.insert(batch);
        }
        Ok(())
    }
}
