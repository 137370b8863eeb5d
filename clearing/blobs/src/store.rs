//! What a place that keeps blobs must do.

use crate::StoreError;
use async_trait::async_trait;
use cid::Cid;
use serde::Deserialize;

/// Most bytes that can be anchored.
pub const MAX_ANCHOR: usize = 100_000;

/// A place that keeps blobs. Whoever reads checks the bytes against the CID, so a store need not be trusted.
#[async_trait]
pub trait BlobStore: Send + Sync {
    /// The store's name in configuration, metrics and errors.
    fn name(&self) -> &str;

    /// What is written to it.
    fn writes(&self) -> Writes {
        Writes::Blobs
    }

    /// Whether bytes can be got from it.
    fn reads(&self) -> bool {
        true
    }

    /// Keeps `bytes`, whose CID the caller has computed. Doing it twice is the same as once.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is half kept. [`StoreError::Pending`] when the store has agreed to keep them and does not have
    /// them yet: then [`head`](Self::head) tells later.
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

    /// [`put`](Self::put) of a receipt or an attestation, which a store that [writes](Self::writes) anchors alone takes too.
    ///
    /// # Errors
    /// [`StoreError::TooLargeToAnchor`] above [`MAX_ANCHOR`] bytes, and those of [`put`](Self::put).
    async fn anchor(&self, cid: &Cid, bytes: &[u8]) -> Result<(), StoreError> {
        check_anchor(bytes)?;
        self.put(cid, bytes).await
    }
}

/// Refuses what is too long to be anchored.
pub(crate) fn check_anchor(bytes: &[u8]) -> Result<(), StoreError> {
    match bytes.len() {
        0..=MAX_ANCHOR => Ok(()),
        length => Err(StoreError::TooLargeToAnchor { length }),
    }
}

/// What is written to a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Writes {
    /// Nothing: it is for reading.
    Nothing,
    /// Receipts and attestations that are anchored: for a store where every byte costs money for good.
    Anchors,
    /// Those and every blob.
    #[default]
    Blobs,
}

/// What a store says of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its length in bytes, if the store tells.
    pub length: Option<u64>,
}
