//! How far each network and source is: one view of it for `_meta`, `/ready`, `/status` and `/metrics`.

use crate::{ApiConfig, error::Fault, reader::Reader};
use chrono::{DateTime, Utc};
use novate_catalog::{CatalogError, NetworkStatus, SourceState, SourceStatus};
use serde::Serialize;

/// A network with what its sources have indexed. Block numbers are inclusive; none when unknown.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Network {
    pub name: String,
    pub kind: String,
    pub head: Option<i64>,
    pub confirmed: Option<i64>,
    pub finalized: Option<i64>,
    /// Every event up to this block is in the database.
    pub indexed: Option<i64>,
    /// Blocks that its slowest source is behind.
    pub lag: Option<i64>,
    pub head_time: Option<DateTime<Utc>>,
    /// The worst state of its sources; none without a source.
    pub state: Option<SourceState>,
    /// The error of the source in that state.
    pub error: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Status {
    pub networks: Vec<Network>,
    pub sources: Vec<SourceStatus>,
}

impl Status {
    pub async fn read(reader: &Reader) -> Result<Self, Fault> {
        let networks = novate_catalog::networks(reader.pool())
            .await
            .map_err(catalog_fault)?;
        let sources = novate_catalog::sources(reader.pool())
            .await
            .map_err(catalog_fault)?;
        Ok(Self {
            networks: networks
                .into_iter()
                .map(|network| join(network, &sources))
                .collect(),
            sources,
        })
    }

    /// Last block that a source has indexed, and how many it is behind.
    pub fn progress(&self, source: &SourceStatus) -> (Option<i64>, Option<i64>) {
        let network = self.networks.iter().find(|n| n.name == source.network);
        (indexed(source), behind(source, network.and_then(|n| n.head)))
    }

    /// Why the index should not be relied on at `now`; nothing when it may.
    pub fn reasons(&self, config: &ApiConfig, now: DateTime<Utc>) -> Vec<String> {
        if self.sources.is_empty() {
            return vec!["no source has ever started; run the indexer on this database".to_owned()];
        }
        self.sources
            .iter()
            .filter_map(|source| self.reason(source, config, now))
            .collect()
    }

    fn reason(&self, source: &SourceStatus, config: &ApiConfig, now: DateTime<Utc>) -> Option<String> {
        let id = &source.id;
        let age = (now - source.updated_at).num_seconds();
        let error = source.error.as_deref().unwrap_or("no reason is known");
        let (indexed, behind) = self.progress(source);
        let far =
            behind.filter(|&blocks| u64::try_from(blocks).is_ok_and(|blocks| blocks > config.ready_max_lag));
        match source.state {
            SourceState::Stopped => Some(format!("source {id} has stopped: {error}")),
            SourceState::Retrying => Some(format!("source {id} is retrying: {error}")),
            SourceState::Starting => Some(format!("source {id} is starting")),
            SourceState::Backfill => match (indexed, behind) {
                (Some(block), Some(behind)) => Some(format!(
                    "source {id} is reading history: at block {block}, {behind} behind"
                )),
                _ => Some(format!("source {id} is reading history")),
            },
            SourceState::Live if u64::try_from(age).is_ok_and(|age| age > config.ready_max_staleness) => {
                Some(format!("source {id} has not reported for {age} s"))
            }
            SourceState::Live => far.map(|behind| format!("source {id} is {behind} blocks behind")),
        }
    }
}

pub(crate) fn catalog_fault(error: CatalogError) -> Fault {
    match error {
        CatalogError::Database(error) => error.into(),
        other => {
            tracing::error!(error = %other, "the catalog cannot be read");
            Fault::Internal
        }
    }
}

fn join(network: NetworkStatus, sources: &[SourceStatus]) -> Network {
    let own: Vec<&SourceStatus> = sources
        .iter()
        .filter(|source| source.network == network.name)
        .collect();
    let worst = own.iter().max_by_key(|source| badness(source.state));
    let known = |block: i64| (block >= 0).then_some(block);
    let head = known(network.head);
    // A source that has committed nothing yet has nothing indexed for sure; none is the least.
    let least = own
        .iter()
        .map(|source| indexed(source))
        .min()
        .flatten()
        .and_then(known);
    let lags: Option<Vec<i64>> = own.iter().map(|source| behind(source, head)).collect();
    let mut blocks = (head, known(network.confirmed), known(network.finalized), least);
    if network.kind == "icp"
        && let Some(source) = furthest_behind(&own)
    {
        // A canister counts the blocks of its own log, and each is final: the network's are those of one canister.
        blocks = (
            source.head,
            source.head,
            source.head,
            indexed(source).and_then(known),
        );
    }
    let (head, confirmed, finalized, indexed) = blocks;
    Network {
        head,
        confirmed,
        finalized,
        indexed,
        lag: lags.and_then(|lags| lags.into_iter().max()),
        head_time: network.head_time,
        state: worst.map(|source| source.state),
        error: worst.and_then(|source| source.error.clone()),
        name: network.name,
        kind: network.kind,
    }
}

/// The source with the most blocks before it, among those whose heads are known.
fn furthest_behind<'a>(sources: &[&'a SourceStatus]) -> Option<&'a SourceStatus> {
    let known = sources.iter().filter(|source| source.head.is_some());
    known.copied().max_by_key(|source| behind(source, None))
}

/// The last block whose events are all in the database.
fn indexed(source: &SourceStatus) -> Option<i64> {
    source.next_block.map(|next| next - 1)
}

/// Blocks from there to the head of what the source follows, or else of its network.
fn behind(source: &SourceStatus, network_head: Option<i64>) -> Option<i64> {
    // Indexing may be ahead of a head that was noted a moment ago.
    Some(
        source
            .head
            .or(network_head)?
            .saturating_sub(indexed(source)?)
            .max(0),
    )
}

fn badness(state: SourceState) -> u8 {
    match state {
        SourceState::Live => 0,
        SourceState::Backfill => 1,
        SourceState::Starting => 2,
        SourceState::Retrying => 3,
        SourceState::Stopped => 4,
    }
}
