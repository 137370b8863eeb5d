/// Why the database could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Postgres said no, or was not there.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought to this version.
    #[error("migrating the schema clearing: {0}; was the database written by a newer Novate?")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A row cannot be what this program wrote.
    #[error("table clearing.{table} holds what Novate never writes: {reason}")]
    Corrupt {
        /// Which.
        table: &'static str,
        /// What is wrong.
        reason: String,
    },
}
