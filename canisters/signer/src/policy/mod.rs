//! Setting the policy: what administrators allow, and the switch that stops everything.
//!
//! | module | holds |
//! |---|---|
//! | [`distributor`] | contracts whose claims may be signed |
//! | [`settlement`] | settlements whose batches may be signed |
//! | [`registry`] | registries whose checkpoints may be signed |

pub mod distributor;
pub mod registry;
pub mod settlement;

use crate::{events, state};
use candid::Principal;

/// Stops or resumes signing; nothing happens when it already is as wanted.
pub fn set_paused(caller: Principal, paused: bool) {
    if state::read(|s| s.config.get().0.paused) != paused {
        state::write(|s| s.configure(|c| c.paused = paused));
        events::record(caller, if paused { "paused" } else { "resumed" }, vec![]);
    }
}
