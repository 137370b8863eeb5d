use crate::Ident;

/// What can be wrong with the catalog or the database that holds it.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error("{0:?} gives no SQL name: it needs a letter or digit, and at most 63 bytes")]
    BadName(String),
    #[error(
        "table {table} exists with other columns ({stored}) than its ABI, IDL or block schema now gives ({wanted}); \
         run `novate db reset` to index again, or name the contract differently"
    )]
    ColumnsChanged {
        table: Ident,
        stored: String,
        wanted: String,
    },
    #[error(
        "table {table} holds the events {stored}, so those of {wanted} need another name: name the contract differently, \
         or run `novate db reset` to index again"
    )]
    TableTaken {
        table: Ident,
        stored: String,
        wanted: String,
    },
    #[error(
        "the database was written by a newer Novate (its schema has migration {0}, unknown here); \
         use that version, or another database"
    )]
    NewerDatabase(i64),
    #[error(
        "migration {0} of the database differs from this program's; it was edited after it had been applied"
    )]
    EditedMigration(i64),
    #[error(
        "the database is not at this program's version (its schema lacks migration {0}); run `novate db migrate`"
    )]
    NotMigrated(i64),
    #[error("the catalog holds an unreadable definition of table {table}: {reason}")]
    Unreadable { table: String, reason: String },
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("migrating the database: {0}")]
    Migrate(sqlx::migrate::MigrateError),
}

impl From<sqlx::migrate::MigrateError> for CatalogError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError::{VersionMismatch, VersionMissing};
        match error {
            VersionMissing(version) => Self::NewerDatabase(version),
            VersionMismatch(version) => Self::EditedMigration(version),
            other => Self::Migrate(other),
        }
    }
}
