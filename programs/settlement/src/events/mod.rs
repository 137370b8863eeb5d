//! One event for every change of state. Amounts are in the mint's base units.
//!
//! What tells of money is emitted by a call of the program to itself, which no truncation of logs can lose. The
//! others are log lines.

mod batch;
mod deltas;
mod market;
mod roles;
mod vault;

pub use batch::*;
pub(crate) use deltas::Deltas;
pub use market::*;
pub use roles::*;
pub use vault::*;

use anchor_lang::Discriminator;
use anchor_lang::prelude::*;

/// Emits an event that tells of money. `capacity` is the event's length in bytes, or a guess at it.
pub(crate) fn emit_by_call<E: Discriminator + AnchorSerialize>(
    event_authority: &AccountInfo,
    capacity: usize,
    event: &E,
) -> Result<()> {
    let bump = crate::EVENT_AUTHORITY_AND_BUMP.1;
    novate_onchain::event::emit_by_call(crate::ID, event_authority, bump, capacity, event)
}
