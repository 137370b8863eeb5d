//! `sign_claim`: what is signed, once, and what is not.

mod common;

use candid::Nat;
use common::{CHAIN, DISTRIBUTOR, LATER, Signer, principal, recover::recover, request};
use novate_protocol::{claim::Claim, eip712::Domain, keccak::keccak256};
use serde_bytes::ByteBuf;
use signer_api::{ClaimRequest, Refusal, Role};

#[tokio::test]
async fn a_signed_claim_recovers_to_the_signers_address() {
    let signer = Signer::start().await;
    let signed = signer.sign(&signer.operator, &request(1)).await.unwrap();
    let claim = Claim {
        id: [1; 32],
        account: [0xac; 20],
        amount: 1000,
        deadline: LATER,
    };
    let digest = claim.digest(&Domain::rewards(CHAIN, DISTRIBUTOR));
    assert_eq!(signed.digest.as_slice(), digest);
    let address = signer.evm_address().await;
    assert_eq!(signed.signer, address);
    assert_eq!(recover(&digest, &signed.signature), address.to_lowercase());

    let kept = signer.claim(&request(1).id).await.unwrap();
    assert_eq!(
        (kept.request, kept.signature),
        (request(1), Some(signed.signature))
    );
    assert_eq!(kept.caller, principal(&signer.operator));
    assert!(kept.signed_at >= Some(kept.accepted_at));
}

#[tokio::test]
async fn the_same_claim_again_gets_the_same_bytes() {
    let signer = Signer::start().await;
    let first = signer.sign(&signer.operator, &request(1)).await.unwrap();
    assert_eq!(signer.sign(&signer.operator, &request(1)).await.unwrap(), first);
    let other = signer.sign(&signer.operator, &request(2)).await.unwrap();
    assert_ne!(other.signature, first.signature, "another id is another claim");
    signer.pause(&signer.admin).await.unwrap();
    assert_eq!(
        signer.sign(&signer.operator, &request(1)).await.unwrap(),
        first,
        "it is public anyway"
    );
    assert_eq!(signer.blocks_of("claim_signed").await.len(), 2);
}

#[tokio::test]
async fn an_id_is_never_signed_with_other_content() {
    let signer = Signer::start().await;
    let digest = signer.sign(&signer.operator, &request(1)).await.unwrap().digest;
    let changes: [fn(&mut ClaimRequest); 4] = [
        |r| r.amount = Nat::from(1001u32),
        |r| r.account = ByteBuf::from([0xad; 20]),
        |r| r.deadline += 1,
        |r| r.chain_id += 1,
    ];
    for change in changes {
        let mut changed = request(1);
        change(&mut changed);
        let refused = signer.sign(&signer.operator, &changed).await.unwrap_err();
        assert_eq!(
            refused,
            Refusal::IdTaken {
                id: request(1).id,
                digest: digest.clone()
            }
        );
    }
    assert_eq!(signer.blocks_of("claim_signed").await.len(), 1);
}

#[tokio::test]
async fn only_a_operator_gets_a_signature() {
    let signer = Signer::start().await;
    for who in [&signer.stranger, &signer.admin, &signer.anonymous] {
        signer.turned_away(who, "sign_claim", (request(1),)).await;
    }
    signer
        .set_role(&signer.admin, principal(&signer.operator), Role::Operator, false)
        .await
        .unwrap();
    signer
        .turned_away(&signer.operator, "sign_claim", (request(1),))
        .await;
    assert_eq!(
        signer.claim(&request(1).id).await,
        None,
        "a refusal leaves nothing"
    );
}

#[tokio::test]
async fn what_the_policy_does_not_allow_is_refused_and_leaves_nothing() {
    let signer = Signer::start().await;
    let before = signer.status().await;
    let refuse = async |change: &dyn Fn(&mut ClaimRequest)| {
        let mut request = request(1);
        change(&mut request);
        signer.sign(&signer.operator, &request).await.unwrap_err()
    };
    assert_eq!(refuse(&|r| r.amount = Nat::from(0u8)).await, Refusal::ZeroAmount);
    let above = refuse(&|r| r.amount = Nat::from(1_000_001u32)).await;
    assert_eq!(
        above,
        Refusal::AboveMaximum {
            amount: Nat::from(1_000_001u32),
            max: Nat::from(1_000_000u32)
        }
    );
    let wide = refuse(&|r| r.amount = Nat::from(u128::MAX) + 1u8).await;
    assert!(matches!(wide, Refusal::TooLarge { .. }), "{wide:?}");
    let expired = refuse(&|r| r.deadline = 1_700_000_000).await;
    assert!(
        matches!(expired, Refusal::Expired { deadline: 1_700_000_000, now } if now > 1_700_000_000),
        "{expired:?}"
    );
    let elsewhere = refuse(&|r| r.chain_id = 1).await;
    let distributor = ByteBuf::from(DISTRIBUTOR.to_vec());
    assert_eq!(
        elsewhere,
        Refusal::DistributorNotAllowed {
            chain_id: 1,
            distributor
        }
    );
    let unknown = refuse(&|r| r.distributor = ByteBuf::from([0xd2; 20])).await;
    assert!(
        matches!(unknown, Refusal::DistributorNotAllowed { chain_id: CHAIN, .. }),
        "{unknown:?}"
    );
    let short = refuse(&|r| r.id = ByteBuf::from([1; 31])).await;
    assert!(
        matches!(
            short,
            Refusal::WrongLength {
                expected: 32,
                actual: 31,
                ..
            }
        ),
        "{short:?}"
    );

    assert_eq!(signer.claim(&request(1).id).await, None);
    let after = signer.status().await;
    assert_eq!((after.claims, after.requests), (before.claims, before.requests));
    let refusals = after.refusals - before.refusals;
    assert_eq!(
        (refusals, after.log_length),
        (7, before.log_length + 7),
        "nothing but refusals"
    );
}

#[tokio::test]
async fn nothing_is_signed_while_paused() {
    let signer = Signer::start().await;
    signer.pause(&signer.admin).await.unwrap();
    assert_eq!(
        signer.sign(&signer.operator, &request(1)).await,
        Err(Refusal::Paused)
    );
    signer.resume(&signer.admin).await.unwrap();
    signer.sign(&signer.operator, &request(1)).await.unwrap();
}

/// The threshold protocol fails in the middle: the decision stays, and is carried out later.
#[tokio::test]
async fn a_claim_whose_signing_failed_is_signed_later_with_the_same_bytes() {
    let signer = Signer::with_cycles(200_000_000_000).await;
    let mut n = 0;
    let reason = loop {
        n += 1;
        assert!(n < 60, "the cycles never run out");
        match signer.sign(&signer.operator, &request(n)).await {
            Ok(_) => {}
            Err(Refusal::SigningFailed { reason }) => break reason,
            Err(other) => panic!("{other:?}"),
        }
    };
    assert!(reason.contains("cycles"), "{reason}");
    let pending = signer.claim(&request(n).id).await.unwrap();
    assert_eq!((pending.signature, pending.signed_at), (None, None));
    let mut changed = request(n);
    changed.amount = Nat::from(999u32);
    let refused = signer.sign(&signer.operator, &changed).await.unwrap_err();
    assert!(
        matches!(refused, Refusal::IdTaken { .. }),
        "the decision binds: {refused:?}"
    );

    signer
        .node
        .top_up(&signer.admin, signer.canister, 1_000_000_000_000)
        .await
        .unwrap();
    let signed = signer.sign(&signer.operator, &request(n)).await.unwrap();
    assert_eq!(signed.digest, pending.digest);
    assert_eq!(
        recover(&signed.digest, &signed.signature),
        signer.evm_address().await.to_lowercase()
    );
}

#[tokio::test]
async fn an_upgrade_keeps_claims_policy_and_addresses() {
    let signer = Signer::start().await;
    let before = signer.sign(&signer.operator, &request(1)).await.unwrap();
    let solana: String = signer
        .update(&signer.stranger, "solana_address", ())
        .await
        .unwrap();
    let status = signer.status().await;
    signer.upgrade().await;
    let after = signer.status().await;
    assert_eq!(
        (after.evm_address, after.solana_address),
        (status.evm_address, Some(solana))
    );
    assert_eq!(
        (after.claims, after.log_length, after.roles),
        (1, status.log_length, status.roles)
    );
    assert_eq!(after.distributors, status.distributors);
    assert_eq!(signer.sign(&signer.operator, &request(1)).await.unwrap(), before);
    signer.sign(&signer.operator, &request(2)).await.unwrap();
}

/// The emulator and PocketIC share their master keys, from which the crates of the IC derive ours by themselves.
#[tokio::test]
async fn the_addresses_are_those_of_the_master_keys() {
    let signer = Signer::start().await;
    let path = [b"novate signer v1".to_vec()];

    let id = ic_secp256k1::PocketIcMasterPublicKeyId::EcdsaDfxTestKey;
    let derivation =
        ic_secp256k1::DerivationPath::from_canister_id_and_path(signer.canister.as_slice(), &path);
    let (key, _) = ic_secp256k1::PublicKey::pocketic_key(id).derive_subkey(&derivation);
    let hash = keccak256(&[&key.serialize_sec1(false)[1..]]);
    assert_eq!(
        signer.evm_address().await.to_lowercase(),
        format!("0x{}", hex::encode(&hash[12..]))
    );

    let id = ic_ed25519::PocketIcMasterPublicKeyId::DfxTestKey;
    let derivation = ic_ed25519::DerivationPath::from_canister_id_and_path(signer.canister.as_slice(), &path);
    let (key, _) = ic_ed25519::PublicKey::pocketic_key(id).derive_subkey(&derivation);
    let address: String = signer
        .update(&signer.stranger, "solana_address", ())
        .await
        .unwrap();
    assert_eq!(address, bs58::encode(key.serialize_raw()).into_string());
}

#[tokio::test]
async fn an_unknown_key_name_is_said() {
    let node = devnet_nodes::IcNode::start().await.unwrap();
    let admin = node.agent(common::identity(1)).unwrap();
    let canister = node.create_canister(&admin, 10_000_000_000_000).await.unwrap();
    let init = signer_api::InitArgs {
        admin: principal(&admin),
        key_name: "no_such_key".into(),
    };
    node.install(
        &admin,
        canister,
        &common::wasm(),
        candid::encode_one(init).unwrap(),
    )
    .await
    .unwrap();
    let call = admin
        .update(&canister, "evm_address")
        .with_arg(candid::encode_args(()).unwrap());
    let refused = call.call_and_wait().await.unwrap_err().to_string();
    assert!(refused.contains("no_such_key"), "{refused}");
}
