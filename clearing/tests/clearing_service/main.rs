//! The service against a chain and a signer that keep to the rules and fail on demand, with a real Postgres and real disks.

mod double;
mod faults;
mod killed;
mod ledger;
mod process;
mod refusals;
mod stores;
mod windows;
mod world;
