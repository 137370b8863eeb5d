//! Versions of the keys: the next one is known before, the one before signs on for an overlap.

mod common;

use candid::{Nat, encode_args};
use common::{
    batch::{Batch, EVM, SOLANA, allowed, settlement},
    emulated::{Emulated, me},
    recover::recover,
    wasm,
};
use ic_emulator::Options;
use novate_protocol::keccak::keccak256;
use serde_bytes::ByteBuf;
use signer_api::{BatchRequest, KeyStatus, Refusal, RetiringKey, Status};
use std::time::Duration;

const OVERLAP: u64 = 600;

fn start() -> Emulated {
    let signer = Emulated::start(Options::default());
    for chain in [EVM, SOLANA] {
        signer.set("allow_settlement", (allowed(chain),));
    }
    signer
}

fn evm_address(signer: &Emulated, version: u32) -> String {
    signer.update("evm_address_of", (version,)).unwrap()
}

fn rotate(signer: &Emulated, overlap: u64) -> Result<u32, Refusal> {
    signer.update("rotate_key", (overlap,)).unwrap()
}

fn batch(signer: &Emulated, n: u8, sequence: u64, key_version: Option<u32>) -> BatchRequest {
    BatchRequest {
        key_version,
        ..Batch::empty(EVM, sequence, signer.now()).request(n)
    }
}

#[test]
fn the_addresses_of_a_version_follow_from_its_path() {
    let signer = start();
    let mut seen = vec![];
    for version in 1..=2u32 {
        let path = [format!("novate signer v{version}").into_bytes()];
        let canister = signer.canister.as_slice();
        let id = ic_secp256k1::PocketIcMasterPublicKeyId::EcdsaDfxTestKey;
        let derivation = ic_secp256k1::DerivationPath::from_canister_id_and_path(canister, &path);
        let (key, _) = ic_secp256k1::PublicKey::pocketic_key(id).derive_subkey(&derivation);
        let hash = keccak256(&[&key.serialize_sec1(false)[1..]]);
        let address = evm_address(&signer, version);
        assert_eq!(address.to_lowercase(), format!("0x{}", hex::encode(&hash[12..])));

        let id = ic_ed25519::PocketIcMasterPublicKeyId::DfxTestKey;
        let derivation = ic_ed25519::DerivationPath::from_canister_id_and_path(canister, &path);
        let (key, _) = ic_ed25519::PublicKey::pocketic_key(id).derive_subkey(&derivation);
        let solana: String = signer.update("solana_address_of", (version,)).unwrap();
        assert_eq!(solana, bs58::encode(key.serialize_raw()).into_string());
        seen.push((address, solana));
    }
    let current = |signer: &Emulated| -> (String, String) {
        (
            signer.update("evm_address", ()).unwrap(),
            signer.update("solana_address", ()).unwrap(),
        )
    };
    assert_eq!(current(&signer), seen[0]);
    rotate(&signer, 0).unwrap();
    assert_eq!(current(&signer), seen[1]);
    let status: Status = signer.query("status", ());
    assert_eq!(
        (status.evm_address, status.solana_address),
        (Some(seen[1].0.clone()), Some(seen[1].1.clone()))
    );
}

#[test]
fn only_versions_so_far_and_the_next_have_an_address() {
    let signer = start();
    for method in ["evm_address_of", "solana_address_of"] {
        for version in [0u32, 3, u32::MAX] {
            let args = encode_args((version,)).unwrap();
            let trapped = signer
                .emulator
                .update(me(), signer.canister, method, args)
                .unwrap_err();
            assert!(trapped.message.contains("there is no version"), "{trapped}");
        }
    }
}

#[test]
fn the_version_before_signs_until_the_overlap_ends() {
    let signer = start();
    let (first, second) = (evm_address(&signer, 1), evm_address(&signer, 2));
    let early = signer.sign_batch(&batch(&signer, 1, 1, Some(2))).unwrap_err();
    let unknown = Refusal::UnknownKeyVersion {
        version: 2,
        current: 1,
    };
    assert_eq!(early, unknown);

    assert_eq!(rotate(&signer, OVERLAP), Ok(2));
    let retiring = RetiringKey {
        version: 1,
        until: signer.now() + OVERLAP,
    };
    let status: Status = signer.query("status", ());
    let keys = KeyStatus {
        current: 2,
        retiring: Some(retiring),
    };
    assert_eq!(status.keys, keys);
    for (n, asked, version, signer_address) in [(1, None, 2, &second), (2, Some(1), 1, &first)] {
        let signed = signer.sign_batch(&batch(&signer, n, n.into(), asked)).unwrap();
        assert_eq!((signed.key_version, &signed.signer), (version, signer_address));
        let recovered = recover(&signed.digest, &signed.signature);
        assert_eq!(recovered, signer_address.to_lowercase());
    }

    signer.upgrade(wasm()).unwrap();
    signer.emulator.advance_time(Duration::from_secs(OVERLAP));
    let retired = Refusal::KeyRetired {
        version: 1,
        current: 2,
    };
    assert_eq!(signer.sign_batch(&batch(&signer, 3, 3, Some(1))), Err(retired));
    let status: Status = signer.query("status", ());
    assert_eq!(status.keys.retiring, None);
    assert_eq!(
        signer
            .sign_batch(&batch(&signer, 3, 3, None))
            .unwrap()
            .key_version,
        2
    );
    // The second rotation ends the first version for good.
    rotate(&signer, OVERLAP).unwrap();
    rotate(&signer, OVERLAP).unwrap();
    let refused = signer.sign_batch(&batch(&signer, 4, 4, Some(2))).unwrap_err();
    assert_eq!(refused.rule(), "KeyRetired");
    signer.sign_batch(&batch(&signer, 4, 4, Some(3))).unwrap();
}

#[test]
fn a_signature_keeps_its_key_whatever_comes_after() {
    let signer = start();
    let request = batch(&signer, 1, 1, None);
    let signed = signer.sign_batch(&request).unwrap();
    rotate(&signer, 0).unwrap();
    assert_eq!(signer.sign_batch(&request).unwrap(), signed);
    let named = BatchRequest {
        key_version: Some(1),
        ..request.clone()
    };
    assert_eq!(signer.sign_batch(&named).unwrap(), signed);
    let other = BatchRequest {
        key_version: Some(2),
        ..request
    };
    assert_eq!(signer.sign_batch(&other).unwrap_err().rule(), "IdTaken");
}

#[test]
fn an_accepted_batch_is_signed_again_by_the_new_key_and_counted_once() {
    let signer = start();
    signer.to_midnight();
    let made = Batch::empty(EVM, 1, signer.now()).paying(1, 0, 1_000);
    let first = signer.sign_batch(&made.request(1)).unwrap();
    rotate(&signer, 0).unwrap();
    // Long after its window, because it was accepted within it.
    signer.emulator.advance_time(Duration::from_secs(7_200));
    let again = signer.sign_batch(&made.request(2)).unwrap();
    assert_eq!((again.digest.clone(), again.key_version), (first.digest, 2));
    assert_ne!(again.signature, first.signature);

    // Other content of that sequence is refused, and the same content goes on to be signed, whatever comes after.
    let other = Batch::empty(EVM, 1, signer.now()).request(3);
    assert_eq!(signer.sign_batch(&other).unwrap_err().rule(), "OutOfTurn");
    let next = |n: u8, amount| {
        let batch = Batch::empty(EVM, 2, signer.now()).paying(1, 0, amount);
        signer.sign_batch(&batch.request(n))
    };
    next(4, 1_000).unwrap();
    assert_eq!(signer.sign_batch(&made.request(5)).unwrap().digest, again.digest);
    assert_eq!(signer.sign_batch(&other).unwrap_err().rule(), "OutOfTurn");
    let third = Batch::empty(EVM, 3, signer.now()).paying(1, 0, 500);
    signer.sign_batch(&third.request(6)).unwrap();
}

#[test]
fn an_overlap_is_thirty_days_at_most() {
    let signer = start();
    let max = 30 * 86_400;
    let refused = Refusal::TooLarge {
        field: "overlap_seconds".into(),
        value: Nat::from(max + 1),
        max: Nat::from(max),
    };
    assert_eq!(rotate(&signer, max + 1), Err(refused));
    assert_eq!(rotate(&signer, u64::MAX).unwrap_err().rule(), "TooLarge");
    assert_eq!(rotate(&signer, max), Ok(2));
}

#[test]
fn a_sequence_can_be_set_forwards_only() {
    let signer = start();
    let allow = |next: Option<u64>| -> Result<(), Refusal> {
        let mut policy = allowed(EVM);
        policy.next_sequence = next;
        signer.update("allow_settlement", (policy,)).unwrap()
    };
    allow(Some(5)).unwrap();
    let next = || -> Vec<Option<u64>> {
        let all: Vec<signer_api::Settlement> = signer.query("settlements", ());
        let evm = all.into_iter().filter(|s| s.chain == EVM);
        evm.map(|s| s.next_sequence).collect()
    };
    assert_eq!(next(), [Some(5)]);
    let back = Refusal::GoesBack { current: 5, given: 4 };
    assert_eq!(allow(Some(4)), Err(back));
    assert_eq!(allow(Some(0)).unwrap_err().rule(), "Zero");
    allow(None).unwrap();
    assert_eq!(next(), [Some(5)]);
    let made = Batch::empty(EVM, 5, signer.now());
    signer.sign_batch(&made.request(1)).unwrap();
    let remove = (EVM, ByteBuf::from(settlement(EVM)));
    signer.set("remove_settlement", remove);
    assert_eq!(allow(Some(5)).unwrap_err().rule(), "GoesBack");
    allow(Some(7)).unwrap();
    // What was accepted stays known, what was skipped was not accepted here.
    signer.sign_batch(&made.request(2)).unwrap();
    let skipped = Batch::empty(EVM, 6, signer.now());
    assert_eq!(
        signer.sign_batch(&skipped.request(3)).unwrap_err().rule(),
        "OutOfTurn"
    );
}
