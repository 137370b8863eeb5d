//! Chains, and the contracts on them.

use candid::CandidType;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A chain, by the number that batch headers have for it. The kind decides which key signs: one number could stand for
/// a chain of either kind.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Chain {
    /// EIP-155 chain id. Signed with secp256k1; contracts have 20 bytes.
    Evm(u64),
    /// The id that the settlement's config holds. Signed with Ed25519; contracts are accounts of 32 bytes.
    Solana(u64),
}

impl Chain {
    /// The number in batch headers.
    pub const fn number(self) -> u64 {
        match self {
            Self::Evm(number) | Self::Solana(number) => number,
        }
    }

    /// `evm` or `solana`.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Evm(_) => "evm",
            Self::Solana(_) => "solana",
        }
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} chain {}", self.kind(), self.number())
    }
}
