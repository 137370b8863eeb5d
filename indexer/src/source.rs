//! What a chain must offer to be followed.

use crate::row::{Event, Undecoded};
use async_trait::async_trait;
use novate_catalog::Table;
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

/// Where a source stands, as it is stored beside the rows: everything before it is in the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The first block whose events may be missing.
    pub next_block: u64,
    /// Whatever else the source needs to go on (a block hash, a signature); opaque to the store.
    pub at: serde_json::Value,
}

/// How far the chain is. Block numbers are inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heads {
    pub head: u64,
    pub confirmed: u64,
    pub finalized: u64,
    /// Time of the head block.
    pub head_time: chrono::DateTime<chrono::Utc>,
}

/// What a source found after a cursor. The store applies it in one transaction.
#[derive(Clone, Debug)]
pub enum Step {
    /// Everything between the given cursor and the new one.
    Advance {
        /// In chain order.
        events: Vec<Event>,
        /// What matched an event but could not be read, kept in `novate.undecoded` so that nothing is lost silently.
        undecoded: Vec<Undecoded>,
        cursor: Cursor,
        /// Whether the cursor is at the head: then the source is live.
        live: bool,
        heads: Heads,
    },
    /// The chain left us: events of blocks at or above `from_block` are no longer in it.
    Rollback { from_block: u64, cursor: Cursor },
    /// Nothing new, though the heads may have moved.
    Idle { live: bool, heads: Heads },
}

impl Step {
    /// Where the source stands after it, if that changed.
    pub fn into_cursor(self) -> Option<Cursor> {
        match self {
            Self::Advance { cursor, .. } | Self::Rollback { cursor, .. } => Some(cursor),
            Self::Idle { .. } => None,
        }
    }
}

/// Follows one chain, program or canister.
///
/// A source keeps nothing that it could not find again from the cursor: after a restart, and after every error, `next`
/// is called with the last cursor that was committed.
#[async_trait]
pub trait Source: Send {
    /// Key of its cursor: `<network>` when it follows all contracts there, else `<network>/<contract>`, for example `anvil` or
    /// `localnet/settlement`.
    fn id(&self) -> &str;

    /// Network of the configuration.
    fn network(&self) -> &str;

    /// The tables its events go to.
    fn tables(&self) -> &[Arc<Table>];

    /// What tells this chain from another one behind the same URL (EVM: `<chain id>:<genesis hash>`; Solana: genesis hash; ICP: root key, hex).
    async fn identity(&mut self) -> Result<String, SourceError>;

    /// What comes after `cursor` (`None`: nothing was ever committed, begin at the configured start). Waits up to
    /// `patience` for news, then answers [`Step::Idle`].
    async fn next(&mut self, cursor: Option<&Cursor>, patience: Duration) -> Result<Step, SourceError>;
}

/// Why a source could not answer.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The node did not answer, or answered nonsense; the next attempt may succeed.
    #[error("{endpoint}: {reason}")]
    Unavailable { endpoint: String, reason: String },
    /// A person must act; trying again cannot help.
    #[error("{0}")]
    Fatal(String),
}
