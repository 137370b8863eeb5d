//! The programs on the local Solana node, and a settlement: a config, one mint and its vault.

mod client;
mod settlement;
pub mod tokens;

pub use client::{Client, call};
pub use settlement::{LOCAL_CHAIN, SolanaDeployment, deploy};

use novate_bindings::{artifacts, solana};
use solana_address::Address;

/// The system program.
pub const SYSTEM: Address = Address::new_from_array([0; 32]);

/// The sysvar by which a program sees the other instructions of its transaction.
pub const INSTRUCTIONS: Address = Address::from_str_const("Sysvar1nstructions1111111111111111111111111");

/// A program, as it is deployed and followed.
pub struct Program {
    /// In the configuration; its tables begin with it.
    pub name: &'static str,
    pub id: Address,
    pub so: &'static [u8],
    pub idl: &'static str,
}

/// Every program of Novate.
pub const PROGRAMS: [Program; 4] = [
    Program {
        name: "rewards",
        id: solana::rewards::ID,
        so: artifacts::REWARDS_SO,
        idl: artifacts::REWARDS_IDL,
    },
    Program {
        name: "session_keys",
        id: solana::session_keys::ID,
        so: artifacts::SESSION_KEYS_SO,
        idl: artifacts::SESSION_KEYS_IDL,
    },
    Program {
        name: "settlement",
        id: solana::settlement::ID,
        so: artifacts::SETTLEMENT_SO,
        idl: artifacts::SETTLEMENT_IDL,
    },
    Program {
        name: "staking",
        id: solana::staking::ID,
        so: artifacts::STAKING_SO,
        idl: artifacts::STAKING_IDL,
    },
];
