//! Batches made by hand, for a settlement on either chain, and the canister's signatures of them.
//!
//! Their intents are placeholders of which only the digests exist, and these are their blob: the chains know intents by
//! their root only.

mod made;
pub mod policy;
pub mod signed;

pub use made::{Batch, Change, Item};
