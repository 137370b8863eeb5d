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
    /// The name of a settlement stood for another chain or address before.
    #[error("settlement {name} was {stored} in this database: give the new one another name")]
    OtherSettlement {
        /// As in the configuration.
        name: String,
        /// What it was.
        stored: String,
    },
    /// A window was taken by somebody else in the meantime.
    #[error(
        "the window of settlement {settlement} after intent {from} was taken by another process; nothing was written"
    )]
    CursorMoved {
        /// Its id.
        settlement: i16,
        /// Where the window began.
        from: i64,
    },
    /// This process led and was replaced.
    #[error(
        "this process led in epoch {epoch}, and another does now; nothing was written, and this one stands by"
    )]
    Replaced {
        /// The epoch in which this process led.
        epoch: i64,
    },
    /// A batch is not in the state that the change begins with.
    #[error("batch {number} is not {expected} any more; nothing was written")]
    OtherState {
        /// Its number.
        number: i64,
        /// What was expected.
        expected: String,
    },
}
