//! How an operator configures the adapter.

use crate::secret::{Secret, SecretError};
use serde::Deserialize;
use solana_address::Address;
use solana_keypair::Keypair;
use std::time::Duration;

/// A settlement on Solana, and who pays for its transactions.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SolanaConfig {
    /// URL of a node's JSON-RPC. It must keep the history of transactions.
    pub rpc: String,
    /// The settlement's config account, in base58.
    pub settlement: String,
    /// Where the key pair is that pays fees and rents: a JSON array of its 64 bytes, as `solana-keygen` writes it, or those
    /// in base58.
    pub payer: Secret,
    /// What is bid for compute units.
    #[serde(default)]
    pub price: Prices,
    /// For how long an answer of the node is waited for, in seconds.
    #[serde(default = "ten")]
    pub timeout_seconds: u64,
}

/// Bounds of what is bid for a compute unit, in micro-lamports. Between them it is what recent blocks took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prices {
    /// At least this.
    pub floor: u64,
    /// At most this, however often a transaction does not land.
    pub cap: u64,
}

impl Default for Prices {
    /// Of a chunk of 27 debits, about 60,000 units, the cap is 0.00006 SOL: twelve times the fee of its signature.
    fn default() -> Self {
        Self {
            floor: 0,
            cap: 1_000_000,
        }
    }
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SolanaConfigError {
    /// The settlement is no address.
    #[error("`{0}` is no Solana address: give the settlement's config account in base58")]
    Settlement(String),
    /// The floor is above the cap.
    #[error(
        "the price's floor of {floor} micro-lamports is above its cap of {cap}: lower the one or raise the other"
    )]
    Prices {
        /// As configured.
        floor: u64,
        /// As configured.
        cap: u64,
    },
    /// The key is not where it should be.
    #[error("the payer's key pair: {0}")]
    Secret(#[from] SecretError),
    /// What is there is no key pair.
    #[error("{0:?} holds no Solana key pair: it must be a JSON array of 64 bytes, or those in base58")]
    Key(Secret),
}

impl SolanaConfig {
    pub(super) fn settlement(&self) -> Result<Address, SolanaConfigError> {
        let parsed = self.settlement.parse();
        parsed.map_err(|_| SolanaConfigError::Settlement(self.settlement.clone()))
    }

    pub(super) fn prices(&self) -> Result<Prices, SolanaConfigError> {
        let Prices { floor, cap } = self.price;
        match floor <= cap {
            true => Ok(self.price),
            false => Err(SolanaConfigError::Prices { floor, cap }),
        }
    }

    pub(super) fn payer(&self) -> Result<Keypair, SolanaConfigError> {
        let text = self.payer.read()?;
        let bytes = match text.starts_with('[') {
            true => serde_json::from_str::<Vec<u8>>(&text).ok(),
            false => bs58::decode(&text).into_vec().ok(),
        };
        let pair = bytes.and_then(|bytes| Keypair::try_from(bytes.as_slice()).ok());
        pair.ok_or_else(|| SolanaConfigError::Key(self.payer.clone()))
    }

    pub(super) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }
}

fn ten() -> u64 {
    10
}
