//! What the index knows of a settlement, as clearing needs it: ledgers, sessions with what is left of their limits, holders of
//! items, and how far batches are.
//!
//! | item | holds |
//! |---|---|
//! | [`Sessions`], [`Openings`] | what intake and the batch maker ask |
//! | [`InFlight`] | batches that the chain has not ended yet, which only their maker knows |
//! | [`State`] | the settlement after its [`event`]s, without I/O |
//! | [`Follower`] | a state that is kept up to date with the index in Postgres |

mod ask;
mod available;
mod batches;
mod error;
pub mod event;
mod fold;
mod follower;
mod grants;
mod items;
mod ledgers;
mod rows;
mod spending;

pub use ask::{AsOf, InFlight, NotReady, Openings, Sessions};
pub use available::Reserved;
pub use error::Diverged;
pub use event::Event;
pub use fold::State;
pub use follower::{Follower, FollowerConfig, Known};
pub use ledgers::Owed;
