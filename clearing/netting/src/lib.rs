//! Clearing without I/O: signed intents in, net deltas, item transfers, roots and a blob out.
//!
//! [`Window`] takes the intents of one window in arrival order and nets them. Everything is a function of its input:
//! the same [`Rules`], [`Opening`] and intents give the same bytes on every machine, so anybody can recompute a batch.
//!
//! | module | holds |
//! |---|---|
//! | [`rules`], [`opening`], [`entry`] | what goes in |
//! | [`window`] | the netting |
//! | [`outcome`], [`netted`] | what comes out |
//! | [`verify`] | signatures of session keys |
//! | [`mod@seal`], [`leaves`] | from a window to a header that can be signed |
//! | [`blob`], [`cid`] | all that a batch follows from, and its name |
//! | [`recompute`] | the audit of a blob |
//! | [`receipt`] | proof of what became of one intent |

pub mod blob;
pub mod cid;
pub mod entry;
pub mod leaves;
pub mod netted;
pub mod opening;
pub mod outcome;
pub mod receipt;
pub mod recompute;
pub mod rules;
pub mod seal;
pub mod verify;
pub mod window;

pub use blob::{Blob, BlobEntry};
pub use entry::{Entry, Signature, SignedIntent};
pub use netted::{Delta, ItemMove, Netted};
pub use opening::{Balance, Holding, Opening, Session, SessionLimit};
pub use outcome::Outcome;
pub use receipt::{Authority, Receipt};
pub use recompute::{Difference, Recomputed};
pub use rules::{Fees, Rules};
pub use seal::{Draft, SealError, Sealed, seal};
pub use verify::verify_all;
pub use window::{Window, net};
