//! A LiteSVM with built programs, for the tests of the Solana programs.
//!
//! [`Chain`] holds the programs' real `.so` and hands out keys that are the same in every run, so that addresses,
//! bumps and compute units are the same too.
//!
//! | module | for |
//! |---|---|
//! | [`chain`] | programs, keys, calls, accounts and the clock |
//! | [`tokens`] | mints and token accounts, made by the real token programs |
//! | [`events`] | what a transaction emitted |
//! | [`refusal`] | that a transaction was refused, and for which reason |
//! | [`substitution`] | every account of a call replaced by wrong ones |
//! | [`ed25519`] | instructions that verify a signature |
//! | [`lookup`] | versioned transactions with an address lookup table |
//! | [`fuzz`] | random histories that can be replayed |
//! | [`cu`] | compute units against the committed table |
//! | [`idl`] | what a program's interface says |
#![allow(clippy::result_large_err)] // LiteSVM's
// Only tests depend on it, and a panic is how a test fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod chain;
pub mod cu;
pub mod ed25519;
pub mod events;
pub mod fuzz;
pub mod idl;
pub mod lookup;
pub mod refusal;
pub mod substitution;
pub mod tokens;

pub use chain::{Chain, SYSTEM_PROGRAM, derive, derive_with_lower_bump, event_authority, instruction, units};
pub use refusal::{ALREADY_IN_USE, Reason, Refusal, assert_refused, assert_refused_at};
