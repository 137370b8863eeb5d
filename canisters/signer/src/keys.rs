//! The threshold keys: their addresses, and signatures by them.
//!
//! The subnet's nodes hold shares of the keys; no one of them, and not this canister, can sign alone or see a key.

use crate::{refusal::Refusal, state};
use ic_cdk_management_canister::{
    EcdsaCurve, EcdsaKeyId, EcdsaPublicKeyArgs, SchnorrAlgorithm, SchnorrKeyId, SchnorrPublicKeyArgs,
    SignWithEcdsaArgs, ecdsa_public_key, schnorr_public_key, sign_with_ecdsa,
};
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use novate_protocol::keccak::keccak256;
use serde_bytes::ByteBuf;

/// One key per chain family. Contracts and programs are told the addresses, so this never changes.
const DERIVATION_PATH: &[u8] = b"novate signer v1";

fn derivation_path() -> Vec<Vec<u8>> {
    vec![DERIVATION_PATH.to_vec()]
}

fn key_name() -> String {
    state::read(|s| s.config.get().0.key_name.clone())
}

fn ecdsa_key_id() -> EcdsaKeyId {
    EcdsaKeyId {
        curve: EcdsaCurve::Secp256k1,
        name: key_name(),
    }
}

/// The public key behind our EVM address; asks the management canister once, then answers from memory.
///
/// # Errors
/// [`Refusal::SigningFailed`].
pub async fn evm_key() -> Result<VerifyingKey, Refusal> {
    if let Some(key) = state::read(|s| s.config.get().0.ecdsa_key.clone()) {
        return parse(&key);
    }
    let args = EcdsaPublicKeyArgs {
        canister_id: None,
        derivation_path: derivation_path(),
        key_id: ecdsa_key_id(),
    };
    let key = ecdsa_public_key(&args).await.map_err(failed)?.public_key;
    let parsed = parse(&key)?;
    state::write(|s| s.configure(|c| c.ecdsa_key = Some(ByteBuf::from(key))));
    Ok(parsed)
}

fn parse(key: &[u8]) -> Result<VerifyingKey, Refusal> {
    VerifyingKey::from_sec1_bytes(key).map_err(failed)
}

/// The Ed25519 public key that is our Solana address; asks once, then answers from memory.
///
/// # Errors
/// [`Refusal::SigningFailed`].
pub async fn solana_key() -> Result<Vec<u8>, Refusal> {
    if let Some(key) = state::read(|s| s.config.get().0.ed25519_key.clone()) {
        return Ok(key.into_vec());
    }
    let key_id = SchnorrKeyId {
        algorithm: SchnorrAlgorithm::Ed25519,
        name: key_name(),
    };
    let args = SchnorrPublicKeyArgs {
        canister_id: None,
        derivation_path: derivation_path(),
        key_id,
    };
    let key = schnorr_public_key(&args).await.map_err(failed)?.public_key;
    state::write(|s| s.configure(|c| c.ed25519_key = Some(ByteBuf::from(key.clone()))));
    Ok(key)
}

/// 65 bytes `r || s || v` over the digest, made by the threshold key and checked against it.
///
/// # Errors
/// [`Refusal::SigningFailed`].
pub async fn sign(key: &VerifyingKey, digest: [u8; 32]) -> Result<[u8; 65], Refusal> {
    let args = SignWithEcdsaArgs {
        message_hash: digest.to_vec(),
        derivation_path: derivation_path(),
        key_id: ecdsa_key_id(),
    };
    let signature = sign_with_ecdsa(&args).await.map_err(failed)?.signature;
    recoverable(key, digest, &signature).ok_or_else(|| Refusal::SigningFailed {
        reason: format!(
            "the signature 0x{} does not belong to our key",
            hex::encode(&signature)
        ),
    })
}

/// Adds the `v` that makes `ecrecover` return our address. Solidity refuses the higher of the two possible `s`
/// (EIP-2), so that is replaced by the lower, which mirrors the point and hence may change `v`.
pub fn recoverable(key: &VerifyingKey, digest: [u8; 32], compact: &[u8]) -> Option<[u8; 65]> {
    let signature = Signature::from_slice(compact).ok()?;
    let signature = signature.normalize_s().unwrap_or(signature);
    let odd = [false, true].into_iter().find(|odd| {
        let recovered = VerifyingKey::recover_from_prehash(&digest, &signature, RecoveryId::new(*odd, false));
        recovered.is_ok_and(|recovered| recovered == *key)
    })?;
    let mut bytes = [0; 65];
    bytes[..64].copy_from_slice(&signature.to_bytes());
    bytes[64] = 27 + u8::from(odd);
    Some(bytes)
}

fn failed(error: impl std::fmt::Display) -> Refusal {
    Refusal::SigningFailed {
        reason: error.to_string(),
    }
}

/// The EVM address of a key (the last 20 bytes of the hash of its point), with the checksum of EIP-55.
pub fn evm_address(key: &VerifyingKey) -> String {
    let point = key.to_encoded_point(false);
    let hash = keccak256(&[&point.as_bytes()[1..]]); // the first byte says "uncompressed"
    let digits = hex::encode(&hash[12..]);
    let checksum = keccak256(&[digits.as_bytes()]);
    let checked = digits.chars().enumerate().map(|(i, digit)| {
        let nibble = checksum[i / 2] >> (4 * (1 - i % 2)) & 0xf;
        if nibble >= 8 {
            digit.to_ascii_uppercase()
        } else {
            digit
        }
    });
    "0x".chars().chain(checked).collect()
}

/// The Solana address of an Ed25519 key: base58.
pub fn solana_address(key: &[u8]) -> String {
    bs58::encode(key).into_string()
}

/// Both addresses as far as they are known without asking.
pub fn known_addresses() -> (Option<String>, Option<String>) {
    let config = state::read(|s| s.config.get().0.clone());
    let evm = config
        .ecdsa_key
        .and_then(|key| parse(&key).ok())
        .map(|key| evm_address(&key));
    (evm, config.ed25519_key.map(|key| solana_address(&key)))
}
