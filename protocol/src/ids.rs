//! Account and asset identifiers that fit every chain.

use borsh::{BorshDeserialize, BorshSerialize};

/// A user's account: a Solana public key, or an EVM address left-padded with zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Owner(pub [u8; 32]);

/// A fungible or non-fungible asset: a Solana mint, or a token contract's EVM address left-padded with zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Asset(pub [u8; 32]);

impl Owner {
    /// The owner behind an EVM address.
    pub const fn from_evm(address: [u8; 20]) -> Self {
        Self(left_padded(address))
    }
}

impl Asset {
    /// The asset behind a token contract's EVM address.
    pub const fn from_evm(address: [u8; 20]) -> Self {
        Self(left_padded(address))
    }
}

const fn left_padded(address: [u8; 20]) -> [u8; 32] {
    let mut word = [0; 32];
    word.split_at_mut(12).1.copy_from_slice(&address);
    word
}
