//! What the management canister refuses to sign, and its random values.

mod common;

use candid::{CandidType, Decode, Encode, Principal};
use common::*;
use ic_emulator::{Emulator, Response};
use ic_management_canister_types::{
    EcdsaCurve, EcdsaKeyId, EcdsaPublicKeyArgs, SchnorrAlgorithm, SchnorrKeyId, SchnorrPublicKeyArgs,
    SignWithEcdsaArgs, SignWithSchnorrArgs,
};

/// A management call by a canister, with the cycles that any signature costs.
fn by_canister(emulator: &Emulator, canister: Principal, method: &str, arg: &impl CandidType) -> Response {
    let arg = forwarded(
        30_000_000_000,
        Principal::management_canister(),
        method,
        &Encode!(arg).unwrap(),
    );
    emulator.update(owner(), canister, "forward", arg)
}

fn assert_rejected(response: Response, reason: &str) {
    let reject = response.unwrap_err();
    assert!(reject.message.contains(reason), "{reason}: {reject}");
}

#[test]
fn unknown_keys_algorithms_and_curves_are_named() {
    let emulator = emulator();
    let id = deploy(&emulator, FORWARDER);
    let ecdsa = |curve, name: &str| {
        let key_id = EcdsaKeyId {
            curve,
            name: name.into(),
        };
        let args = EcdsaPublicKeyArgs {
            canister_id: None,
            derivation_path: vec![],
            key_id,
        };
        by_canister(&emulator, id, "ecdsa_public_key", &args)
    };
    ecdsa(EcdsaCurve::Secp256k1, "key_1").unwrap();
    assert_rejected(ecdsa(EcdsaCurve::Secp256k1, "nope"), "ecdsa:Secp256k1:nope");
    assert_rejected(ecdsa(EcdsaCurve::Secp256r1, "key_1"), "secp256r1");
    let schnorr = |algorithm, name: &str| {
        let key_id = SchnorrKeyId {
            algorithm,
            name: name.into(),
        };
        let args = SchnorrPublicKeyArgs {
            canister_id: None,
            derivation_path: vec![],
            key_id,
        };
        by_canister(&emulator, id, "schnorr_public_key", &args)
    };
    schnorr(SchnorrAlgorithm::Ed25519, "key_1").unwrap();
    assert_rejected(schnorr(SchnorrAlgorithm::Ed25519, "nope"), "schnorr:Ed25519:nope");
    assert_rejected(
        schnorr(SchnorrAlgorithm::Bip340secp256k1, "key_1"),
        "bip340secp256k1 is not modelled",
    );
}

#[test]
fn hashes_of_another_length_and_long_paths_are_not_signed_and_cost_nothing() {
    let emulator = emulator();
    let id = deploy(&emulator, FORWARDER);
    let sign = |length: usize, path: usize| {
        let args = SignWithEcdsaArgs {
            message_hash: vec![1; length],
            derivation_path: vec![vec![]; path],
            key_id: EcdsaKeyId {
                curve: EcdsaCurve::Secp256k1,
                name: "key_1".into(),
            },
        };
        by_canister(&emulator, id, "sign_with_ecdsa", &args)
    };
    assert_rejected(sign(31, 0), "32 bytes, not 31");
    assert_rejected(sign(33, 0), "32 bytes, not 33");
    assert_rejected(sign(32, 256), "255 elements, not 256");
    assert_eq!(cycles(&emulator, id), TRILLION);
    sign(32, 255).unwrap();
    assert_eq!(cycles(&emulator, id), TRILLION - 26_153_846_153);
}

#[test]
fn canisters_have_keys_of_their_own() {
    let emulator = emulator();
    let (one, two) = (deploy(&emulator, FORWARDER), deploy(&emulator, FORWARDER));
    let key_id = SchnorrKeyId {
        algorithm: SchnorrAlgorithm::Ed25519,
        name: "key_1".into(),
    };
    let key = |caller, canister_id| {
        let args = SchnorrPublicKeyArgs {
            canister_id,
            derivation_path: vec![],
            key_id: key_id.clone(),
        };
        by_canister(&emulator, caller, "schnorr_public_key", &args).unwrap()
    };
    assert_ne!(key(one, None), key(two, None));
    assert_eq!(
        key(one, Some(two)),
        key(two, None),
        "anybody may ask for the key of another"
    );

    let sign = |caller, name: &str| {
        let key_id = SchnorrKeyId {
            name: name.into(),
            ..key_id.clone()
        };
        let args = SignWithSchnorrArgs {
            message: vec![],
            derivation_path: vec![],
            key_id,
            aux: None,
        };
        by_canister(&emulator, caller, "sign_with_schnorr", &args).unwrap()
    };
    assert_ne!(sign(one, "key_1"), sign(two, "key_1"));
    assert_ne!(sign(one, "key_1"), sign(one, "test_key_1"));
}

#[test]
fn random_values_differ_and_follow_from_the_seed() {
    let draw = || {
        let emulator = emulator();
        let id = deploy(&emulator, FORWARDER);
        let value = || Decode!(&by_canister(&emulator, id, "raw_rand", &()).unwrap(), Vec<u8>).unwrap();
        (value(), value())
    };
    let (first, second) = draw();
    assert_eq!(first.len(), 32);
    assert_ne!(first, second);
    assert_eq!(draw(), (first, second));
}
