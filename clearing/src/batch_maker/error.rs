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
    /// The database has lost batches.
    #[error(
        "the chain has opened batch {opened}, and the database knows no batch from {next} on: what the lost ones settle would be \
         settled again, so no window is closed; restore the database as it was later, or begin with a new one"
    )]
    Unknown {
        /// The last batch that was opened.
        opened: u64,
        /// The next one, as far as the database knows.
        next: u64,
    },
    /// The index was rolled back between two looks, and what is in flight was read by the first.
    #[error("the index went back from batch {from} to {to} while the window was netted: it is netted again")]
    WentBack {
        /// The last batch that was over.
        from: u64,
        /// The last one that is.
        to: u64,
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
