//! [Threshold signatures](https://internetcomputer.org/docs/references/ic-interface-spec#ic-sign_with_ecdsa), by master keys
//! that everybody knows.
//!
//! The keys are those of PocketIC, whose secrets are published in the crates `ic-secp256k1` and `ic-ed25519`; a
//! canister has the same addresses here and there. They protect nothing.

use super::{Managed, decode, encode, invalid, reply};
use crate::{Reject, fees, world::Call};
use candid::Principal;
use ic_management_canister_types::{
    EcdsaCurve, EcdsaKeyId, EcdsaPublicKeyArgs, EcdsaPublicKeyResult, SchnorrAlgorithm, SchnorrKeyId,
    SchnorrPublicKeyArgs, SchnorrPublicKeyResult, SignWithEcdsaArgs, SignWithEcdsaResult,
    SignWithSchnorrArgs, SignWithSchnorrResult,
};

/// Longest derivation path.
const MAX_PATH: usize = 255;

pub(super) fn ecdsa_public_key(call: &Call) -> Managed {
    let args: EcdsaPublicKeyArgs = decode(call)?;
    let canister = args.canister_id.unwrap_or(call.caller);
    let (key, chain_code) = ecdsa_key(&args.key_id, canister, &args.derivation_path)?;
    let public_key = key.public_key().serialize_sec1(true);
    reply(&EcdsaPublicKeyResult {
        public_key,
        chain_code,
    })
}

pub(super) fn sign_with_ecdsa(call: &Call) -> Managed {
    let args: SignWithEcdsaArgs = decode(call)?;
    let (key, _) = ecdsa_key(&args.key_id, call.caller, &args.derivation_path)?;
    if args.message_hash.len() != 32 {
        return Err(invalid(format!(
            "message_hash has 32 bytes, not {}",
            args.message_hash.len()
        )));
    }
    let fee = fee(call, &args.key_id.name)?;
    let signature = key.sign_digest_with_ecdsa(&args.message_hash).to_vec();
    Ok((encode(&SignWithEcdsaResult { signature })?, fee))
}

pub(super) fn schnorr_public_key(call: &Call) -> Managed {
    let args: SchnorrPublicKeyArgs = decode(call)?;
    let canister = args.canister_id.unwrap_or(call.caller);
    let (key, chain_code) = ed25519_key(&args.key_id, canister, &args.derivation_path)?;
    let public_key = key.public_key().serialize_raw().to_vec();
    reply(&SchnorrPublicKeyResult {
        public_key,
        chain_code,
    })
}

pub(super) fn sign_with_schnorr(call: &Call) -> Managed {
    let args: SignWithSchnorrArgs = decode(call)?;
    let (key, _) = ed25519_key(&args.key_id, call.caller, &args.derivation_path)?;
    if args.aux.is_some() {
        return Err(invalid("aux goes with bip340secp256k1 only".into()));
    }
    let fee = fee(call, &args.key_id.name)?;
    let signature = key.sign_message(&args.message).to_vec();
    Ok((encode(&SignWithSchnorrResult { signature })?, fee))
}

fn ecdsa_key(
    id: &EcdsaKeyId,
    canister: Principal,
    path: &[Vec<u8>],
) -> Result<(ic_secp256k1::PrivateKey, Vec<u8>), Reject> {
    match id.curve {
        EcdsaCurve::Secp256k1 => (),
        EcdsaCurve::Secp256r1 => return Err(Reject::not_modelled("the curve secp256r1")),
    }
    let secret = match id.name.as_str() {
        "key_1" => "6f65b33c736ceaf3d89e6b913a508e0612a2f43d872128606d59ab855b80d288",
        "test_key_1" => "cb1eb3d67ff91be823715ee2f2af9c2b88252dacbf67f8d09c167c10e7deca7a",
        "dfx_test_key" => "2aff2be7e3e57007909036d08767bcc5e192717b59eeae19ead8eff9ee874a48",
        name => return Err(unknown_key("ecdsa:Secp256k1", name)),
    };
    check_path(path)?;
    let secret = hex::decode(secret).map_err(|e| invalid(e.to_string()))?;
    let key = ic_secp256k1::PrivateKey::deserialize_sec1(&secret).map_err(|e| invalid(format!("{e:?}")))?;
    let path = ic_secp256k1::DerivationPath::from_canister_id_and_path(canister.as_slice(), path);
    let (key, chain_code) = key.derive_subkey(&path);
    Ok((key, chain_code.to_vec()))
}

fn ed25519_key(
    id: &SchnorrKeyId,
    canister: Principal,
    path: &[Vec<u8>],
) -> Result<(ic_ed25519::DerivedPrivateKey, Vec<u8>), Reject> {
    match id.algorithm {
        SchnorrAlgorithm::Ed25519 => (),
        SchnorrAlgorithm::Bip340secp256k1 => {
            return Err(Reject::not_modelled("the algorithm bip340secp256k1"));
        }
    }
    if fees::signature(&id.name).is_none() {
        return Err(unknown_key("schnorr:Ed25519", &id.name));
    }
    check_path(path)?;
    // PocketIC's own derivation (`state_machine_tests` in dfinity/ic).
    let name = ic_ed25519::DerivationIndex(id.name.as_bytes().to_vec());
    let (master, _) = ic_ed25519::PrivateKey::generate_from_seed(&[42; 32])
        .derive_subkey(&ic_ed25519::DerivationPath::new(vec![name]));
    let path = ic_ed25519::DerivationPath::from_canister_id_and_path(canister.as_slice(), path);
    let (key, chain_code) = master.derive_subkey(&path);
    Ok((key, chain_code.to_vec()))
}

/// The price of a signature, if it came with the call.
fn fee(call: &Call, key: &str) -> Result<u128, Reject> {
    let fee = fees::signature(key).ok_or_else(|| invalid(format!("there is no price for the key {key}")))?;
    if call.cycles < fee {
        let (method, cycles) = (&call.method, call.cycles);
        let message = format!("{method} request sent with {cycles} cycles, but {fee} cycles are required.");
        return Err(Reject::new(
            ic_error_types::ErrorCode::CanisterRejectedMessage,
            message,
        ));
    }
    Ok(fee)
}

fn check_path(path: &[Vec<u8>]) -> Result<(), Reject> {
    if path.len() > MAX_PATH {
        return Err(invalid(format!(
            "a derivation path has at most {MAX_PATH} elements, not {}",
            path.len()
        )));
    }
    Ok(())
}

fn unknown_key(kind: &str, name: &str) -> Reject {
    invalid(format!(
        "Requested unknown threshold key: {kind}:{name}; there are key_1, test_key_1 and dfx_test_key"
    ))
}
