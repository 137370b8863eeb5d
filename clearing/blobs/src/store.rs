//! What a place that keeps blobs must do.

use async_trait::async_trait;
use cid::Cid;

/// Most bytes that can be anchored.
pub const MAX_ANCHOR: usize = 100_000;

/// A place that keeps blobs. Whoever reads checks the bytes against the CID, so a store need not be trusted.
#[async_trait]
pub trait BlobStore: Send + Sync {
    /// The store's name in configuration, metrics and errors.
    fn name(&self) -> &str;

    /// Keeps `bytes`, whose CID the caller has computed. Doing it twice is the same as once.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is half kept.
    async fn put(&self, cid: &Cid, bytes: &[u8]) -> Result<(), StoreError>;

    /// The bytes, checked against the CID; `None` when the store does not have them.
    ///
    /// # Errors
    /// [`StoreError`]
    async fn get(&self, cid: &Cid) -> Result<Option<Vec<u8>>, StoreError>;

    /// Whether the store has them, without fetching them.
    ///
    /// # Errors
    /// [`StoreError`]
    async fn head(&self, cid: &Cid) -> Result<Option<Head>, StoreError>;

    /// Makes the store keep them for good, where that is more than [`put`](Self::put): a pin, a permanent upload. For
    /// receipts and attestations, so of at most [`MAX_ANCHOR`] bytes.
    ///
    /// # Errors
    /// [`StoreError`]
    async fn anchor(&self, cid: &Cid, bytes: &[u8]) -> Result<(), StoreError>;
}

/// What a store says of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its length in bytes, if the store tells.
    pub length: Option<u64>,
}

/// Why a store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store could not be reached, or answered with an error.
    #[error("store {store}: {reason}")]
    Failed {
        /// Its name.
        store: String,
        /// What it said.
        reason: String,
    },
    /// The store gave other bytes than asked for.
    #[error("store {store} gave bytes that are not {cid}")]
    WrongBytes {
        /// Its name.
        store: String,
        /// What was asked for.
        cid: Cid,
    },
}
