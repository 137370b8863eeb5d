//! The threshold keys: their addresses, and signatures by them.
//!
//! The subnet's nodes hold shares of the keys; no one of them, and not this canister, can sign alone or see a key.
//!
//! | module | holds |
//! |---|---|
//! | [`ecdsa`] | the keys for EVM chains |
//! | [`ed25519`] | the keys for Solana |
//! | [`version`] | which keys are in use, and how they are replaced |

pub mod ecdsa;
pub mod ed25519;
pub mod version;

pub use version::{current, require_usable};

use crate::state;
use novate_protocol::keccak::keccak256;
use signer_api::{Chain, Refusal};

/// What a key is for. The number is that in stable memory, never to be changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Curve {
    /// EVM chains.
    Secp256k1 = 0,
    /// Solana.
    Ed25519 = 1,
}

/// What is signed: made by this canister, never given to it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Message {
    /// A digest for an EVM chain.
    Ecdsa([u8; 32]),
    /// A message for Solana.
    Ed25519(Vec<u8>),
}

impl Message {
    /// The curve of the key that signs it.
    pub fn curve(&self) -> Curve {
        match self {
            Self::Ecdsa(_) => Curve::Secp256k1,
            Self::Ed25519(_) => Curve::Ed25519,
        }
    }

    /// What tells it from every other message.
    pub fn digest(&self) -> [u8; 32] {
        match self {
            Self::Ecdsa(digest) => *digest,
            Self::Ed25519(message) => keccak256(&[message]),
        }
    }
}

/// On EVM 65 bytes `r || s || v` with low `s` and `v` 27 or 28; on Solana 64 bytes.
///
/// # Errors
/// [`Refusal::SigningFailed`].
pub async fn sign(version: u32, message: &Message) -> Result<Vec<u8>, Refusal> {
    match message {
        Message::Ecdsa(digest) => Ok(ecdsa::sign(version, *digest).await?.to_vec()),
        Message::Ed25519(message) => ed25519::sign(version, message.clone()).await,
    }
}

/// The address on the chain that belongs to a version of the key.
///
/// # Errors
/// [`Refusal::SigningFailed`].
pub async fn address(version: u32, chain: Chain) -> Result<String, Refusal> {
    Ok(match chain {
        Chain::Evm(_) => ecdsa::address(&ecdsa::key(version).await?),
        Chain::Solana(_) => ed25519::address(&ed25519::key(version).await?),
    })
}

/// The addresses of the current keys, as far as they are known without asking.
pub fn known_addresses() -> (Option<String>, Option<String>) {
    let version = current();
    let evm = known(version, Curve::Secp256k1).and_then(|key| ecdsa::parse(&key).ok());
    let solana = known(version, Curve::Ed25519);
    (
        evm.map(|key| ecdsa::address(&key)),
        solana.map(|key| ed25519::address(&key)),
    )
}

/// Cycles that the threshold protocol takes for a signature.
///
/// # Errors
/// [`Refusal::SigningFailed`] when the subnet does not know the key.
pub fn fee(curve: Curve) -> Result<u128, Refusal> {
    let name = key_name();
    // The numbers are those of the system interface.
    let fee = match curve {
        Curve::Secp256k1 => ic_cdk::api::cost_sign_with_ecdsa(&name, 0),
        Curve::Ed25519 => ic_cdk::api::cost_sign_with_schnorr(&name, 1),
    };
    fee.map_err(|e| failed(format!("the key {name} has no price: {e}")))
}

fn key_name() -> String {
    state::read(|s| s.config.get().0.key_name.clone())
}

/// A public key that was fetched before. It never changes: a version has one derivation path.
fn known(version: u32, curve: Curve) -> Option<Vec<u8>> {
    let known = state::read(|s| s.keys.get(&(version, curve as u8)));
    known.or_else(|| {
        let config = state::read(|s| s.config.get().0.clone());
        let first = match curve {
            Curve::Secp256k1 => config.ecdsa_key,
            Curve::Ed25519 => config.ed25519_key,
        };
        first.filter(|_| version == 1).map(serde_bytes::ByteBuf::into_vec)
    })
}

fn keep(version: u32, curve: Curve, key: &[u8]) {
    state::write(|s| s.keys.insert((version, curve as u8), key.to_vec()));
}

fn failed(error: impl std::fmt::Display) -> Refusal {
    Refusal::SigningFailed {
        reason: error.to_string(),
    }
}
