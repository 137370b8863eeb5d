//! Threshold Ed25519: the keys for Solana.

use super::{Curve, failed, keep, key_name, known, version::derivation_path};
use ic_cdk_management_canister::{
    SchnorrAlgorithm, SchnorrKeyId, SchnorrPublicKeyArgs, SignWithSchnorrArgs, schnorr_public_key,
    sign_with_schnorr,
};
use signer_api::Refusal;

/// Length of a signature.
const SIGNATURE: usize = 64;

fn key_id() -> SchnorrKeyId {
    SchnorrKeyId {
        algorithm: SchnorrAlgorithm::Ed25519,
        name: key_name(),
    }
}

/// The public key of a version; asks the management canister once, then answers from memory.
///
/// # Errors
/// [`Refusal::SigningFailed`].
pub async fn key(version: u32) -> Result<Vec<u8>, Refusal> {
    if let Some(key) = known(version, Curve::Ed25519) {
        return Ok(key);
    }
    let args = SchnorrPublicKeyArgs {
        canister_id: None,
        derivation_path: derivation_path(version),
        key_id: key_id(),
    };
    let key = schnorr_public_key(&args).await.map_err(failed)?.public_key;
    keep(version, Curve::Ed25519, &key);
    Ok(key)
}

/// 64 bytes over the message, made by the threshold key.
///
/// # Errors
/// [`Refusal::SigningFailed`].
pub async fn sign(version: u32, message: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    // Asked for before the signature is, so that who has the one never waits for the other.
    key(version).await?;
    let args = SignWithSchnorrArgs {
        message,
        derivation_path: derivation_path(version),
        key_id: key_id(),
        aux: None,
    };
    let signature = sign_with_schnorr(&args).await.map_err(failed)?.signature;
    if signature.len() != SIGNATURE {
        return Err(failed(format!("a signature of {} bytes", signature.len())));
    }
    Ok(signature)
}

/// The Solana address of a key: base58.
pub fn address(key: &[u8]) -> String {
    bs58::encode(key).into_string()
}
