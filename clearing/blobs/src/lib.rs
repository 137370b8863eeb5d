//! Blobs by content: written to several stores, read from any, and never taken on trust.

mod store;

pub use store::{BlobStore, Head, MAX_ANCHOR, StoreError};
