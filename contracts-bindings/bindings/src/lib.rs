//! Typed access to everything of Novate that runs on a chain, made from the committed `artifacts/`.
//!
//! [`evm`]: the Solidity contracts, by alloy. [`solana`]: the programs, by Anchor, and the events in their
//! transactions. [`icp`]: the Candid types of the signer canister. [`artifacts`]: the artifacts
//! themselves, for those who deploy them or decode without generated code.

pub mod artifacts;
pub mod evm;
pub mod icp;
pub mod solana;
