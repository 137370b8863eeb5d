//! The built program in a LiteSVM: a module for each instruction, and for what concerns all of them.
#![allow(clippy::result_large_err)] // LiteSVM's

mod accounts;
mod call;
mod close_expired;
mod consume;
mod consume_many;
mod create_session;
mod cu;
mod events;
mod fuzz;
mod lessons;
mod model;
mod period;
mod revoke_all;
mod revoke_session;
mod set_limit;
mod state;
mod world;
