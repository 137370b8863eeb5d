//! The bytes that Novate's users sign and its contracts hash.
//!
//! One definition of every encoding that two chains must agree on: account and asset ids, intents, the batch
//! header, the checkpoint of orders, the leaves and Merkle trees that these commit to, and the digests that the
//! threshold keys sign. Solana programs, canisters, the clearing service and auditors all call this crate; Solidity
//! implements the same bytes. `vectors/v1.json`, made by unrelated JavaScript, holds them all to it.
//!
//! Integers are unsigned and in base units unless a field says otherwise. The crate is `no_std`, and
//! needs a heap only for intents and to build trees (feature `alloc`, on by default).
#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;

mod abi;
pub mod batch;
pub mod claim;
pub mod eip712;
pub mod ids;
#[cfg(feature = "alloc")]
pub mod intent;
pub mod keccak;
pub mod leaf;
pub mod merkle;
pub mod order;
mod solana;
