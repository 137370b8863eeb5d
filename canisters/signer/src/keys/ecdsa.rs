//! Threshold ECDSA on secp256k1: the keys for EVM chains.

use super::{Curve, failed, keep, key_name, known, version::derivation_path};
use ic_cdk_management_canister::{
    EcdsaCurve, EcdsaKeyId, EcdsaPublicKeyArgs, SignWithEcdsaArgs, ecdsa_public_key, sign_with_ecdsa,
};
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use novate_protocol::keccak::keccak256;
use signer_api::Refusal;

fn key_id() -> EcdsaKeyId {
    EcdsaKeyId {
        curve: EcdsaCurve::Secp256k1,
        name: key_name(),
    }
}

/// The public key of a version; asks the management canister once, then answers from memory.
///
/// # Errors
/// [`Refusal::SigningFailed`].
pub async fn key(version: u32) -> Result<VerifyingKey, Refusal> {
    if let Some(key) = known(version, Curve::Secp256k1) {
        return parse(&key);
    }
    let args = EcdsaPublicKeyArgs {
        canister_id: None,
        derivation_path: derivation_path(version),
        key_id: key_id(),
    };
    let key = ecdsa_public_key(&args).await.map_err(failed)?.public_key;
    let parsed = parse(&key)?;
    keep(version, Curve::Secp256k1, &key);
    Ok(parsed)
}

pub(super) fn parse(key: &[u8]) -> Result<VerifyingKey, Refusal> {
    VerifyingKey::from_sec1_bytes(key).map_err(failed)
}

/// 65 bytes `r || s || v` over the digest, made by the threshold key and checked against it.
///
/// # Errors
/// [`Refusal::SigningFailed`].
pub async fn sign(version: u32, digest: [u8; 32]) -> Result<[u8; 65], Refusal> {
    let key = key(version).await?;
    let args = SignWithEcdsaArgs {
        message_hash: digest.to_vec(),
        derivation_path: derivation_path(version),
        key_id: key_id(),
    };
    let signature = sign_with_ecdsa(&args).await.map_err(failed)?.signature;
    recoverable(&key, digest, &signature).ok_or_else(|| {
        failed(format!(
            "the signature 0x{} does not belong to our key",
            hex::encode(&signature)
        ))
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

/// The EVM address of a key (the last 20 bytes of the hash of its point), with the checksum of EIP-55.
pub fn address(key: &VerifyingKey) -> String {
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
