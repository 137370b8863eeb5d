use super::clock::Differ;
use crate::{chain::ChainError, state::NotReady, store::StoreError};
use novate_netting::SealError;

/// Why no window was closed. Nothing was written, and it is tried again.
#[derive(Debug, thiserror::Error)]
pub enum MakerError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The list of blobs.
    #[error(transparent)]
    Blob(#[from] novate_blobs::StoreError),
    /// The chain, which is asked for its time and the next sequence.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The state that the window begins with is not known.
    #[error(transparent)]
    State(#[from] NotReady),
    /// The clock cannot be believed.
    #[error(transparent)]
    Clock(#[from] Differ),
    /// Balances and sessions are old: batches made of them would fail.
    #[error("the index is {behind} seconds behind the chain: is the indexer running?")]
    IndexBehind {
        /// In seconds.
        behind: u64,
    },
    /// The sequence is not the next one any more.
    #[error("batches were refused while the window was netted: it is netted again")]
    Refused,
    /// The window gives no batch.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The thread that nets was lost.
    #[error("netting ended without a result: {0}; please report this")]
    Netting(#[from] tokio::task::JoinError),
}

impl From<sqlx::Error> for MakerError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
