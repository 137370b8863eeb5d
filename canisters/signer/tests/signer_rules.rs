//! The rules without a canister: form, policy, addresses and recoverable signatures.

use candid::Nat;
use k256::ecdsa::{RecoveryId, Signature, SigningKey, VerifyingKey, signature::hazmat::PrehashSigner};
use serde_bytes::ByteBuf;
use signer::{
    claims::{
        policy::{self, Circumstances},
        voucher::Voucher,
    },
    keys::{ecdsa, ed25519},
};
use signer_api::{ClaimRequest, Refusal};

fn request() -> ClaimRequest {
    ClaimRequest {
        id: ByteBuf::from([1; 32]),
        chain_id: 31337,
        distributor: ByteBuf::from([2; 20]),
        account: ByteBuf::from([3; 20]),
        amount: Nat::from(1000u32),
        deadline: 100,
        key_version: None,
    }
}

fn parse(change: impl FnOnce(&mut ClaimRequest)) -> Result<Voucher, Refusal> {
    let mut request = request();
    change(&mut request);
    Voucher::parse(&request)
}

const OPEN: Circumstances = Circumstances {
    now: 99,
    max_amount: Some(1000),
};

#[test]
fn a_claim_within_the_policy_is_allowed() {
    assert_eq!(policy::check(&parse(|_| ()).unwrap(), &OPEN), Ok(()));
}

#[test]
fn malformed_fields_are_refused_by_name() {
    let wrong = |field: &str, expected, actual| Refusal::WrongLength {
        field: field.into(),
        expected,
        actual,
    };
    assert_eq!(parse(|r| r.id = ByteBuf::from([1; 31])), Err(wrong("id", 32, 31)));
    assert_eq!(
        parse(|r| r.account = ByteBuf::from([1; 21])),
        Err(wrong("account", 20, 21))
    );
    assert_eq!(
        parse(|r| r.distributor = ByteBuf::new()),
        Err(wrong("distributor", 20, 0))
    );
    assert_eq!(parse(|r| r.amount = Nat::from(0u8)), Err(Refusal::ZeroAmount));
    assert_eq!(
        parse(|r| r.account = ByteBuf::from([0; 20])),
        Err(Refusal::ZeroAccount)
    );
}

#[test]
fn an_amount_has_128_bits() {
    assert_eq!(
        parse(|r| r.amount = Nat::from(u128::MAX)).unwrap().claim.amount,
        u128::MAX
    );
    let value = Nat::from(u128::MAX) + 1u8;
    let refused = parse(|r| r.amount = value.clone());
    assert_eq!(
        refused,
        Err(Refusal::TooLarge {
            field: "amount".into(),
            value,
            max: Nat::from(u128::MAX)
        })
    );
}

#[test]
fn the_policy_refuses_at_its_limits() {
    let voucher = parse(|_| ()).unwrap();
    let refuse = |circumstances| policy::check(&voucher, &circumstances).unwrap_err();
    assert_eq!(
        refuse(Circumstances { now: 100, ..OPEN }),
        Refusal::Expired {
            deadline: 100,
            now: 100
        }
    );
    let above = Refusal::AboveMaximum {
        amount: Nat::from(1000u32),
        max: Nat::from(999u32),
    };
    assert_eq!(
        refuse(Circumstances {
            max_amount: Some(999),
            ..OPEN
        }),
        above
    );
    let unknown = Refusal::DistributorNotAllowed {
        chain_id: 31337,
        distributor: ByteBuf::from([2; 20]),
    };
    assert_eq!(
        refuse(Circumstances {
            max_amount: None,
            ..OPEN
        }),
        unknown
    );
}

/// The first account of the phrase "test test ... junk".
fn known_key() -> SigningKey {
    let key = hex::decode("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80").unwrap();
    SigningKey::from_slice(&key).unwrap()
}

#[test]
fn an_evm_address_has_its_checksum() {
    assert_eq!(
        ecdsa::address(known_key().verifying_key()),
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    );
}

#[test]
fn a_solana_address_is_base58() {
    assert_eq!(ed25519::address(&[0; 32]), "1".repeat(32));
}

#[test]
fn signatures_become_low_and_recoverable() {
    let key = known_key();
    for n in 0..64u8 {
        let digest = novate_protocol::keccak::keccak256(&[&[n]]);
        let low: Signature = key.sign_prehash(&digest).unwrap();
        let low = low.normalize_s().unwrap_or(low);
        let high = Signature::from_scalars(low.r(), -low.s()).unwrap();
        for given in [low, high] {
            let made = ecdsa::recoverable(key.verifying_key(), digest, &given.to_bytes()).unwrap();
            assert_eq!(made[..64], low.to_bytes()[..], "the lower of the two");
            let id = RecoveryId::from_byte(made[64] - 27).unwrap();
            let recovered = VerifyingKey::recover_from_prehash(&digest, &low, id).unwrap();
            assert_eq!(&recovered, key.verifying_key());
        }
    }
}

#[test]
fn a_signature_of_another_key_or_digest_is_refused() {
    let key = known_key();
    let signature: Signature = key.sign_prehash(&[7; 32]).unwrap();
    let other = SigningKey::from_slice(&[9; 32]).unwrap();
    assert_eq!(
        ecdsa::recoverable(other.verifying_key(), [7; 32], &signature.to_bytes()),
        None
    );
    assert_eq!(
        ecdsa::recoverable(key.verifying_key(), [8; 32], &signature.to_bytes()),
        None
    );
    assert_eq!(ecdsa::recoverable(key.verifying_key(), [7; 32], &[0; 64]), None);
    assert_eq!(ecdsa::recoverable(key.verifying_key(), [7; 32], b"short"), None);
}
