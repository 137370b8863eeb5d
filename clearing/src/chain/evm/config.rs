//! What the configuration says of a settlement on an EVM chain.

use crate::secret::{Secret, SecretError};
use alloy::primitives::Address;
use serde::Deserialize;
use std::{fmt, ops::RangeInclusive};

/// A settlement on an EVM chain, and how it is sent to.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvmConfig {
    /// URLs of JSON-RPC over HTTP; the next one is used when one does not answer.
    pub rpc: Vec<String>,
    /// EIP-155 id that the nodes must be of.
    pub chain_id: u64,
    /// The `Settlement` contract.
    pub settlement: Address,
    /// Private key of the account that pays for transactions: 32 bytes in hexadecimal. Nobody else may send with it.
    pub key: Secret,
    /// Milliseconds that a request may take.
    #[serde(default = "default::timeout_ms")]
    pub timeout_ms: u64,
    /// Blocks below the head that count as confirmed where the node does not know `safe`.
    #[serde(default = "default::confirmed_depth")]
    pub confirmed_depth: u64,
    /// Blocks below the head that count as final where the node does not know `finalized`.
    #[serde(default = "default::finalized_depth")]
    pub finalized_depth: u64,
    /// Most blocks of one `eth_getLogs`; it is halved when the node refuses.
    #[serde(default = "default::max_block_range")]
    pub max_block_range: u64,
    /// Most deltas or items in a transaction, 1 to 256.
    #[serde(default = "default::chunk_entries")]
    pub chunk_entries: u32,
    /// Most of a block's gas that a transaction may take, in percent.
    #[serde(default = "default::block_gas_percent")]
    pub block_gas_percent: u64,
    /// Most wei per gas that are bid, base fee included. While the base fee is above it, nothing is sent.
    #[serde(default = "default::max_fee_per_gas")]
    pub max_fee_per_gas: u64,
    /// Most wei per gas of that for the block's producer.
    #[serde(default = "default::max_priority_fee_per_gas")]
    pub max_priority_fee_per_gas: u64,
}

mod default {
    pub(super) const fn timeout_ms() -> u64 {
        10_000
    }
    pub(super) const fn confirmed_depth() -> u64 {
        12
    }
    pub(super) const fn finalized_depth() -> u64 {
        64
    }
    pub(super) const fn max_block_range() -> u64 {
        5_000
    }
    pub(super) const fn chunk_entries() -> u32 {
        256
    }
    pub(super) const fn block_gas_percent() -> u64 {
        30
    }
    /// 500 gwei.
    pub(super) const fn max_fee_per_gas() -> u64 {
        500_000_000_000
    }
    /// 10 gwei.
    pub(super) const fn max_priority_fee_per_gas() -> u64 {
        10_000_000_000
    }
}

/// What is wrong with an [`EvmConfig`].
#[derive(Debug, thiserror::Error)]
pub enum EvmConfigError {
    /// No node to ask.
    #[error("rpc is empty: give at least one URL of a node")]
    NoRpc,
    /// Not the URL of a node.
    #[error("rpc number {number} is no URL of a node: {reason}")]
    Url {
        /// Which, from 1; the URL itself may hold a key.
        number: usize,
        /// Why.
        reason: String,
    },
    /// The zero address.
    #[error("settlement is the zero address: give the Settlement contract's")]
    Settlement,
    /// A number that is too small or too large.
    #[error("{name} is {value}: give one from {least} to {most}")]
    OutOfBounds {
        /// Of the field.
        name: &'static str,
        /// What it is.
        value: u64,
        /// Smallest.
        least: u64,
        /// Largest.
        most: u64,
    },
    /// The key cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// What was read is no key.
    #[error("the payer's key is no secp256k1 private key: give 32 bytes in hexadecimal")]
    Key,
    /// No HTTP client.
    #[error("cannot make an HTTP client: {0}")]
    Http(String),
}

impl EvmConfig {
    /// With the defaults for everything else.
    pub fn new(rpc: Vec<String>, chain_id: u64, settlement: Address, key: Secret) -> Self {
        Self {
            rpc,
            chain_id,
            settlement,
            key,
            timeout_ms: default::timeout_ms(),
            confirmed_depth: default::confirmed_depth(),
            finalized_depth: default::finalized_depth(),
            max_block_range: default::max_block_range(),
            chunk_entries: default::chunk_entries(),
            block_gas_percent: default::block_gas_percent(),
            max_fee_per_gas: default::max_fee_per_gas(),
            max_priority_fee_per_gas: default::max_priority_fee_per_gas(),
        }
    }

    pub(super) fn check(&self) -> Result<(), EvmConfigError> {
        if self.settlement.is_zero() {
            return Err(EvmConfigError::Settlement);
        }
        within("timeout_ms", self.timeout_ms, 1..=600_000)?;
        within("max_block_range", self.max_block_range, 1..=u64::MAX)?;
        within("chunk_entries", self.chunk_entries.into(), 1..=256)?;
        within("block_gas_percent", self.block_gas_percent, 1..=100)?;
        within("max_fee_per_gas", self.max_fee_per_gas, 1..=u64::MAX)
    }
}

fn within(name: &'static str, value: u64, bounds: RangeInclusive<u64>) -> Result<(), EvmConfigError> {
    if bounds.contains(&value) {
        return Ok(());
    }
    Err(EvmConfigError::OutOfBounds {
        name,
        value,
        least: *bounds.start(),
        most: *bounds.end(),
    })
}

/// Without the URLs, which often hold a key.
impl fmt::Debug for EvmConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EvmConfig")
            .field("chain_id", &self.chain_id)
            .field("settlement", &self.settlement)
            .finish_non_exhaustive()
    }
}
