use super::super::{error::Diverged, rows::Unreadable};
use novate_catalog::CatalogError;

/// Why the state could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub(super) enum FollowError {
    #[error("the index has no table for event {event} of contract {contract} on network {network}: {hint}")]
    NoTable {
        network: String,
        contract: String,
        event: &'static str,
        hint: &'static str,
    },
    #[error(
        "table {table} of the index has no column for field {field}; index the contract with the ABI or IDL of this version"
    )]
    NoColumn { table: String, field: &'static str },
    #[error("the index has no network {0}; check the name, or start the indexer")]
    NoNetwork(String),
    #[error("the index has no source {0}; check the contract's name, or start the indexer")]
    NoSource(String),
    /// It goes on by itself.
    #[error("{0}")]
    Waiting(String),
    #[error(
        "row {id} of table {table} of the index: {reason}; index the contract with the ABI or IDL of this version"
    )]
    Row {
        table: String,
        id: String,
        reason: Unreadable,
    },
    #[error("row {id}: {reason}")]
    Diverged { id: String, reason: Diverged },
    #[error(transparent)]
    Catalog(CatalogError),
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

impl FollowError {
    /// Whether a state that was built before it is still right, only not new.
    pub fn keeps_state(&self) -> bool {
        matches!(self, Self::Waiting(_) | Self::Database(_) | Self::Catalog(_))
    }
}

impl From<CatalogError> for FollowError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Database(error) => Self::Database(error),
            other => Self::Catalog(other),
        }
    }
}
