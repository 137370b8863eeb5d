//! What can go wrong, and what to do about it.

use crate::MAX_ANCHOR;
use cid::Cid;
use std::{fmt, time::Duration};

/// Why a store, or all of them, did not do what was asked.
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
    /// The store did not answer in time.
    #[error("store {store} did not answer within {}s", after.as_secs_f32())]
    TimedOut {
        /// Its name.
        store: String,
        /// How long it had.
        after: Duration,
    },
    /// The store gave other bytes than asked for.
    #[error("store {store} gave bytes that are not {cid}")]
    WrongBytes {
        /// Its name.
        store: String,
        /// What was asked for.
        cid: Cid,
    },
    /// The store named the bytes otherwise.
    #[error("store {store} names the bytes {said}, not {cid}; its chunker or hash must be Kubo's default")]
    WrongCid {
        /// Its name.
        store: String,
        /// The right name.
        cid: Cid,
        /// What it said.
        said: String,
    },
    /// The store has no room.
    #[error("store {store} is full ({reason}); make room, missing copies are then repaired")]
    Full {
        /// Its name.
        store: String,
        /// What the system said.
        reason: String,
    },
    /// A blob is longer than is read or written here.
    #[error(
        "store {store}: the blob is longer than {limit} bytes; raise `max_blob_bytes` if it is to be that long"
    )]
    TooLarge {
        /// Its name.
        store: String,
        /// Most bytes.
        limit: usize,
    },
    /// Something is too long to be anchored.
    #[error("{length} bytes are more than the {MAX_ANCHOR} that can be anchored; put them instead")]
    TooLargeToAnchor {
        /// How long it is.
        length: usize,
    },
    /// The store is not made for it.
    #[error("store {store} is not for {verb}; configure another one too")]
    Unsupported {
        /// Its name.
        store: String,
        /// What was asked.
        verb: &'static str,
    },
    /// The store has agreed to keep a blob and does not have it yet.
    #[error("store {store} has not fetched {cid} yet; ask again later")]
    Pending {
        /// Its name.
        store: String,
        /// What it is to fetch.
        cid: Cid,
    },
    /// The store failed several times in a row and is left alone for a while.
    #[error("store {store} is left alone for {}s more, for it failed again and again", retry_in.as_secs_f32().ceil())]
    Resting {
        /// Its name.
        store: String,
        /// How long until it is tried.
        retry_in: Duration,
    },
    /// Too few stores kept a blob.
    #[error("{kept} of {wanted} stores kept {cid}: {failures}; mend one of them and put it again")]
    TooFewCopies {
        /// The blob.
        cid: Cid,
        /// Stores that have it.
        kept: usize,
        /// Stores that must.
        wanted: usize,
        /// What went wrong.
        failures: Failures,
    },
    /// No store gave a blob, and not all said that they do not have it.
    #[error("no store gave {cid}: {failures}; ask again, or add a store or gateway that has it")]
    Unavailable {
        /// The blob.
        cid: Cid,
        /// What went wrong.
        failures: Failures,
    },
    /// The configuration is wrong.
    #[error("blob stores: {0}")]
    Config(String),
    /// A name is not one.
    #[error("{0:?} is no name; write 1 to 200 of a-z, 0-9, `.`, `_`, `-` and `/`")]
    BadName(String),
    /// Somebody else has linked a name meanwhile.
    #[error("{name} is at version {version}, not {expected}; resolve it again and decide anew")]
    Moved {
        /// The name.
        name: String,
        /// The version that was expected.
        expected: u64,
        /// The version that it has.
        version: u64,
    },
    /// The database holds what this program has not written.
    #[error("the table {table} holds {problem}; restore it from a backup")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// Postgres.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought to this program's version.
    #[error("migration of the schema `blobs`: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

/// What went wrong at one store.
#[derive(Debug)]
pub struct Failure {
    /// The store's name.
    pub store: String,
    /// What went wrong.
    pub error: StoreError,
}

/// What went wrong, store by store.
#[derive(Debug, Default)]
pub struct Failures(pub Vec<Failure>);

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, failure) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}", failure.error)?;
        }
        Ok(())
    }
}
