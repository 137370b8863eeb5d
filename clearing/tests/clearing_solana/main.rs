//! The Solana adapter with the real programs in LiteSVM.

// A panic is how a test fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::result_large_err)] // LiteSVM's

mod cost;
mod drive;
mod faults;
mod node;
mod owners;
mod preparing;
mod refused;
mod settling;
mod world;
