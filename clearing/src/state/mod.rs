//! What the index knows of a settlement, as clearing needs it: ledgers, sessions with what is left of their limits, holders of
//! items, and how far batches are.
//!
//! | item | holds |
//! |---|---|
//! | [`Sessions`], [`Openings`] | what intake and the batch maker ask |
//! | [`InFlight`] | batches that the chain has not ended yet, which only their maker knows |

mod ask;

pub use ask::{AsOf, InFlight, NotReady, Openings, Sessions};
