//! The built program in a LiteSVM: one module per instruction, and what concerns several of them.
#![allow(clippy::result_large_err)] // LiteSVM's

mod world;

mod accept_admin;
mod claim;
mod close_position;
mod compound;
mod create_pool;
mod cu;
mod emergency_withdraw;
mod events;
mod exit;
mod fund;
mod fuzz;
mod layout;
mod mint_keys;
mod open_position;
mod pause;
mod propose_admin;
mod recover;
mod rewards;
mod sealevel;
mod set_duration;
mod set_guardian;
mod stake;
mod unpause;
mod unstake;
mod withdraw;
