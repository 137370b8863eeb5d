//! An account on another chain, and how it is written.

use borsh::{BorshDeserialize, BorshSerialize};
use std::fmt;

/// An account that a key controls.
#[derive(BorshDeserialize, BorshSerialize, Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Wallet {
    /// An account of an EVM chain.
    Evm {
        /// EIP-155 chain id.
        chain_id: u64,
        /// The account's address.
        address: [u8; 20],
    },
    /// An account of a Solana cluster.
    Solana {
        /// Which cluster.
        cluster: Cluster,
        /// The account's Ed25519 key.
        address: [u8; 32],
    },
}

/// A Solana cluster.
#[derive(BorshDeserialize, BorshSerialize, Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Cluster {
    /// `mainnet-beta`.
    Mainnet,
    /// `devnet`.
    Devnet,
    /// `testnet`.
    Testnet,
    /// A validator on one's own machine.
    Localnet,
}

impl Cluster {
    /// Its name in texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mainnet => "mainnet",
            Self::Devnet => "devnet",
            Self::Testnet => "testnet",
            Self::Localnet => "localnet",
        }
    }
}

impl Wallet {
    /// `evm:8453` or `solana:mainnet`.
    pub fn chain(&self) -> String {
        match self {
            Self::Evm { chain_id, .. } => format!("evm:{chain_id}"),
            Self::Solana { cluster, .. } => format!("solana:{}", cluster.name()),
        }
    }

    /// The account's bytes.
    pub fn address(&self) -> &[u8] {
        match self {
            Self::Evm { address, .. } => address,
            Self::Solana { address, .. } => address,
        }
    }
}

/// `evm:8453:0x…` in small digits, or `solana:mainnet:…` in base58.
impl fmt::Display for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chain = self.chain();
        match self {
            Self::Evm { address, .. } => write!(f, "{chain}:0x{}", hex::encode(address)),
            Self::Solana { address, .. } => write!(f, "{chain}:{}", bs58::encode(address).into_string()),
        }
    }
}
