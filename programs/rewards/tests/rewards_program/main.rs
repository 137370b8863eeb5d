//! The built program in a LiteSVM: a module for each instruction, and for what concerns all of them.
#![allow(clippy::result_large_err)] // LiteSVM's

mod accept_authority;
mod accounts;
mod allocate;
mod claim;
mod claim_merkle;
mod clawback;
mod close_allocation;
mod close_claim;
mod close_distribution;
mod create_distribution;
mod cu;
mod defund;
mod events;
mod fund;
mod fuzz;
mod issue_order_reward;
mod mint_keys;
mod mints;
mod open_claim;
mod propose_authority;
mod publish_root;
mod revoke;
mod sealevel;
mod vesting;
mod world;
