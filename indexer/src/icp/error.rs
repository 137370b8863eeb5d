use novate_catalog::CatalogError;

/// What is wrong with a block schema.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    #[error("not a block schema: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("it describes {0:?}, not ICRC-3")]
    Standard(String),
    #[error("it describes no block types, so there is nothing to index")]
    Empty,
    #[error("block type {btype:?}: {reason}")]
    BlockType { btype: String, reason: String },
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// A certified block that is not as the schema says: the schema is of another version of the canister.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    #[error("the schema has no block type {0:?}")]
    UnknownType(String),
    #[error("it has no time (ts in nanoseconds)")]
    NoTime,
    #[error("block type {btype:?}, field {field}: {reason}")]
    Field {
        btype: String,
        field: String,
        reason: String,
    },
}
