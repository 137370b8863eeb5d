use crate::{ConfigError, StoreError};
use novate_catalog::CatalogError;

/// Why the indexer did not start, or ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum IndexerError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// An option that the configuration does not catch.
    #[error("{0}")]
    Source(String),
    #[error("every source has stopped and needs a person; the first was {source_id}: {reason}")]
    AllStopped { source_id: String, reason: String },
}
