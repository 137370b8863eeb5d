use novate_catalog::{CatalogError, Ident};
use sqlx::postgres::PgConnectOptions;

/// What can go wrong between us and Postgres.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database URL is unusable: {0}; write it as postgres://user:password@host:port/database")]
    Url(String),
    /// Never holds the password.
    #[error("cannot use Postgres at {server}: {cause}")]
    Connect { server: String, cause: sqlx::Error },
    #[error(
        "network {network}: this database indexed another chain there ({stored}, the node says {found}); point `rpc` to that \
         chain, use another database, or run `novate db reset` to index again"
    )]
    OtherChain {
        network: String,
        stored: String,
        found: String,
    },
    #[error(
        "network {network} is of kind {stored} in this database and {wanted} in the configuration; rename it, or run \
         `novate db reset` to index again"
    )]
    OtherKind {
        network: String,
        stored: String,
        wanted: String,
    },
    #[error("the cursor of source {0} was moved by somebody else; reading it again")]
    CursorMoved(String),
    #[error("source {source_id} gave a {given} for column {column} of table {table}, which is {wanted}")]
    Mistyped {
        source_id: String,
        table: Ident,
        column: Ident,
        given: &'static str,
        wanted: &'static str,
    },
    #[error("source {source_id} gave block {block}, which is above 2^63")]
    BlockNumber { source_id: String, block: u64 },
    #[error("a cursor of the database is unreadable: {0}; it was written by another program")]
    Cursor(serde_json::Error),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

impl StoreError {
    pub(super) fn connect(options: &PgConnectOptions, cause: sqlx::Error) -> Self {
        Self::Connect {
            server: server(options),
            cause,
        }
    }

    /// Whether trying again may help: the server may come back, get room, or be asked by us again.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Connect { .. } | Self::CursorMoved(_) => true,
            Self::Database(cause) | Self::Catalog(CatalogError::Database(cause)) => !blames_the_data(cause),
            _ => false,
        }
    }
}

/// A missing table, column or function: while and after `novate db reset` a running indexer begins anew.
const MISSING: [&str; 3] = ["42P01", "42703", "42883"];

/// Whether Postgres refuses what was written. Classes 22 (bad value), 23 (broken constraint, which would be a row written
/// twice) and 42 (bad statement): PostgreSQL manual, appendix A.
fn blames_the_data(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|e| e.code());
    code.is_some_and(|code| {
        !MISSING.contains(&code.as_ref()) && ["22", "23", "42"].iter().any(|class| code.starts_with(class))
    })
}

/// Host, port and database; never user or password.
pub(super) fn server(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or("its default database");
    format!("{}:{}, {database}", options.get_host(), options.get_port())
}
