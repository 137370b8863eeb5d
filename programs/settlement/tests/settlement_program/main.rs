//! The built program in a LiteSVM: a module for each instruction, and for what concerns all of them.
#![allow(clippy::result_large_err)] // LiteSVM's

mod accounts;
mod batch;
mod create_vault;
mod cu;
mod deposit;
mod deposit_accounts;
mod entrypoint;
mod escape_withdraw;
mod fuzz;
mod initialize;
mod invariant;
mod market;
mod open_ledger;
mod orders;
mod pause;
mod roles;
mod sealevel;
mod withdraw;
mod withdraw_accounts;
mod world;
