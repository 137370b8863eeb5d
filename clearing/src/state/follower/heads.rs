//! How far the index is complete.

use super::{FollowerConfig, error::FollowError};
use novate_catalog::{Finality, SourceState};
use sqlx::PgConnection;
use std::time::{SystemTime, UNIX_EPOCH};

/// Of the network and of the sources that rows come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Heads {
    /// The last block of which all rows are there and certain enough; -1 for none.
    pub complete: i64,
    pub head: i64,
    /// Unix seconds; 0 when not known.
    pub head_time: i64,
    /// By this machine's clock, in Unix seconds, before anything was read.
    pub looked_at: u64,
}

#[derive(sqlx::FromRow)]
struct Network {
    head: i64,
    confirmed: i64,
    finalized: i64,
    head_time: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Source {
    state: SourceState,
    error: Option<String>,
    next_block: Option<i64>,
}

impl Heads {
    /// What the index says in this transaction.
    ///
    /// A source that has just started may be about to read the history of a contract that was added, so what it says of its
    /// progress counts only once it has made a step.
    pub async fn read(db: &mut PgConnection, config: &FollowerConfig) -> Result<Self, FollowError> {
        let looked_at = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let network: Option<Network> = sqlx::query_as(
            "select head, confirmed, finalized, floor(extract(epoch from head_time))::bigint as head_time
             from novate.networks where name = $1",
        )
        .bind(&config.network)
        .fetch_optional(&mut *db)
        .await?;
        let network = network.ok_or_else(|| FollowError::NoNetwork(config.network.clone()))?;
        let mut complete = match config.finality {
            Finality::Seen => network.head,
            Finality::Confirmed => network.confirmed,
            Finality::Finalized => network.finalized,
        };
        for id in config.sources() {
            let source: Option<Source> =
                sqlx::query_as("select state, error, next_block from novate.sources where id = $1")
                    .bind(&id)
                    .fetch_optional(&mut *db)
                    .await?;
            let source = source.ok_or_else(|| FollowError::NoSource(id.clone()))?;
            if !matches!(source.state, SourceState::Backfill | SourceState::Live) {
                let error = source.error.unwrap_or_else(|| "it is starting".into());
                return Err(FollowError::Waiting(format!("source {id} of the index: {error}")));
            }
            // The first block whose rows may be missing is not complete.
            let last = source.next_block.map_or(-1, |next| next.saturating_sub(1));
            complete = complete.min(last);
        }
        Ok(Self {
            complete,
            head: network.head,
            head_time: network.head_time.unwrap_or(0),
            looked_at,
        })
    }
}
