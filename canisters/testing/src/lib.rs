//! What the tests of canisters share: a canister on an IC node, and those who call it.
//!
//! | module | holds |
//! |---|---|
//! | [`node`] | a canister on the emulator or on PocketIC, called by agents over HTTP |
//! | [`emulated`] | a canister on the emulator as a library, whose time and limits can be chosen |
//! | [`log`] | looking into blocks |
//!
//! Everything panics on what a test does not expect.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "for tests only"
)]

pub mod emulated;
pub mod log;
pub mod node;

pub use emulated::Emulated;
pub use log::get;
pub use node::Deployed;

use candid::Principal;
use ic_agent::{Agent, Identity, identity::BasicIdentity};
use std::{fs, path::Path};

/// Cycles of a canister: enough for thousands of calls.
const CYCLES: u128 = 100_000_000_000_000;

/// `artifacts/icp/<name>.wasm`, if it belongs to the sources.
///
/// # Panics
/// When it does not: `cargo xtask build-onchain --only icp` makes it.
pub fn wasm(name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = format!("icp/{name}.wasm");
    artifact_manifest::check(&root, &file).unwrap();
    fs::read(root.join("artifacts").join(file)).unwrap()
}

/// The identity number `n`; the same number is the same principal.
pub fn identity(n: u8) -> BasicIdentity {
    BasicIdentity::from_raw_key(&[n; 32])
}

/// The principal of identity number `n`.
///
/// # Panics
/// Never: a basic identity has a principal.
pub fn person(n: u8) -> Principal {
    identity(n).sender().unwrap()
}

/// The principal of an agent.
///
/// # Panics
/// Never with the agents of [`node`].
pub fn principal(agent: &Agent) -> Principal {
    agent.get_principal().unwrap()
}
