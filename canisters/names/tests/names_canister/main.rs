//! The canister as it is published, on the emulator or on PocketIC (`POCKET_IC_BIN`); what needs another time, other
//! limits or another canister is tested on the emulator only.

mod certified;
mod challenges;
mod claims;
mod common;
mod concurrency;
mod contents;
mod cost;
mod http;
mod ingress;
mod limits;
mod log;
mod registry;
mod registry_time;
mod roles;
mod signatures;
mod traps;
mod upgrade;
mod wallets;
