//! Follows EVM chains, Solana programs and ICRC-3 canisters, and writes each of their events exactly once into Postgres.
//!
//! A [`source`] answers, from the last committed cursor on, with one step at a time; the [`store`] applies it in one
//! transaction with the new cursor; the [`engine`] runs one source beside the other, for ever. What is followed is said by the
//! [`config`].

pub mod config;
pub mod engine;
mod error;
pub mod evm;
pub mod icp;
pub mod row;
pub mod solana;
pub mod source;
pub mod store;

pub use config::{ClearingSection, Config, ConfigError, NetworkNodes, SourceOptions};
pub use engine::{run, run_on};
pub use error::IndexerError;
pub use store::{Store, StoreError};
