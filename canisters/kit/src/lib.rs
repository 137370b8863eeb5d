//! What Novate's canisters share.
//!
//! | module | holds |
//! |---|---|
//! | [`icrc3`] | the block log with its hash chain, its pages, and the tree that certifies its end |
//! | [`stored`] | values in stable memory, as Candid |
//! | [`http`] | answers to plain HTTP requests: metrics and recent blocks |

pub mod http;
pub mod icrc3;
pub mod stored;

use ic_stable_structures::{DefaultMemoryImpl, memory_manager::VirtualMemory};

/// A region of a canister's stable memory.
pub type Memory = VirtualMemory<DefaultMemoryImpl>;
