use crate::{chain::ChainError, signer::SignerError, store::StoreError};

/// Why a batch did not get further just now. All but a replaced leader's are tried again.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The signer could not be asked.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// Too few stores took the blob.
    #[error("the blob: {0}")]
    Blob(#[from] novate_blobs::StoreError),
    /// The batch's own row is not complete.
    #[error(
        "batch {number} has no {what}: restore it from a backup of the database, or from a store of blobs"
    )]
    Missing {
        /// Its number.
        number: i64,
        /// What is missing.
        what: &'static str,
    },
}

impl From<sqlx::Error> for DriverError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
