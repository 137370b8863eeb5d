//! Candid types of the canisters; a test holds them to their interfaces, `artifacts/icp/*.did`.
//!
//! Those of the signer are its own: it shares the crate `signer-api` with its callers. Those of
//! the names canister are in [`names`].

pub mod names;

pub use signer_api::*;
