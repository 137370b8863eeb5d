//! Follows EVM chains, Solana programs and ICRC-3 canisters, and writes each of their events exactly once into Postgres.

pub mod icp;
pub mod row;
pub mod solana;
pub mod source;
