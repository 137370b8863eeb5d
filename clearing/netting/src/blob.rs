//! The blob of a batch: everything that anybody needs to recompute it, and nothing else.
//!
//! Deterministic CBOR (RFC 8949, section 4.2.1), so that one batch has one blob and one CID; the format is in
//! `docs/batches.md`. The blob holds the entries of the window with their signatures and outcomes, and of the opening
//! state what these name. Of listings that stay open it leaves out those that were carried in from an earlier window and
//! whose item no other entry names: nothing in the batch depends on them, and a full book would make every blob large.

mod decode;
mod encode;
mod relevant;

use crate::{Opening, Outcome, Rules, SignedIntent};

pub use decode::DecodeError;
pub(crate) use encode::{Head, Row, encode};
pub(crate) use relevant::{Names, is_idle, listings};

/// First item of every blob: what it is, and the version of the format.
pub const FORMAT: &str = "Novate batch v1";

/// Longest blob that is made or read, in bytes: about 300,000 intents.
pub const MAX_LEN: usize = 128 << 20;

/// A batch, as its blob tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// Settlement, fees and the time at which the window was closed.
    pub rules: Rules,
    /// As in the batch's header.
    pub sequence: u64,
    /// As in the batch's header, in Unix seconds.
    pub opened_at: u64,
    /// The part of the opening state that the entries name, in canonical form, without zero amounts.
    pub opening: Opening,
    /// In window order.
    pub entries: Vec<BlobEntry>,
}

/// An entry of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobEntry {
    /// What arrived.
    pub signed: SignedIntent,
    /// When, in Unix seconds.
    pub received_at: u64,
    /// As [`Entry::carried`](crate::Entry::carried).
    pub carried: bool,
    /// What became of it. With [`Outcome::Open`] it is in no batch yet, and here because others depend on it.
    pub outcome: Outcome,
}
