//! Where the service can be killed with something half done. Tests kill it at each.

use std::fmt;

/// A place between a write that must not be forgotten and what it is about, or right after one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Point {
    /// A window is netted, and nothing is written.
    WindowNetted,
    /// A batch is written, and nobody was told.
    BatchWritten,
    /// Stores have the blob, and that is not noted.
    BlobStored,
    /// That is noted.
    BlobNoted,
    /// The signer has signed, and the signature is not written.
    Signed,
    /// The signature is written.
    SignatureWritten,
    /// A transaction is signed, and not written.
    TransactionPlanned,
    /// It is written, and not sent.
    TransactionWritten,
    /// It is sent, and that is not noted.
    TransactionSent,
    /// It has landed, and that is not noted.
    TransactionLanded,
    /// The batch is settled, and that is not noted.
    SettledSeen,
    /// That is noted.
    SettledNoted,
    /// It is final, and that is not noted.
    FinalizedSeen,
    /// A chunk cannot be applied, and that is not noted.
    QuarantineSeen,
    /// That is noted.
    QuarantineNoted,
    /// A batch is closed for good, and its intents do not wait for another one yet.
    ClosedSeen,
    /// They do.
    ClosedNoted,
    /// The signer refuses for good, and that is not noted.
    RefusalSeen,
    /// The intents of the refused batches wait for other ones.
    RefusalNoted,
}

impl Point {
    /// Every point, in the order in which a batch passes them.
    pub const ALL: [Self; 19] = [
        Self::WindowNetted,
        Self::BatchWritten,
        Self::BlobStored,
        Self::BlobNoted,
        Self::Signed,
        Self::SignatureWritten,
        Self::TransactionPlanned,
        Self::TransactionWritten,
        Self::TransactionSent,
        Self::TransactionLanded,
        Self::SettledSeen,
        Self::SettledNoted,
        Self::FinalizedSeen,
        Self::QuarantineSeen,
        Self::QuarantineNoted,
        Self::ClosedSeen,
        Self::ClosedNoted,
        Self::RefusalSeen,
        Self::RefusalNoted,
    ];
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Called at every point. What it does is up to who builds the service; [`pass`] outside tests.
pub type Hook = fn(Point);

/// Goes on.
pub fn pass(_: Point) {}
