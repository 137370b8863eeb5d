//! The names canister: its types, which it shares by the crate `names-api`, and the check of its certified answers.

mod current;
mod verify;

pub use names_api::*;
pub use verify::{MAX_AGE, Proven, Verifier, VerifyError};
