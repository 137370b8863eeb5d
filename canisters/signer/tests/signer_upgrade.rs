//! Upgrades of a signer that is at work.

mod common;

use common::{Signer, request};
use futures_util::future::join_all;

/// Claims that are handed in at once.
const CLAIMS: u8 = 8;

/// Stopping the canister waits for the signatures that are being made, so each claim gets its one.
#[tokio::test]
async fn an_upgrade_waits_for_the_claims_in_flight() {
    let signer = Signer::start().await;
    let claims: Vec<_> = (1..=CLAIMS).map(request).collect();
    let asked = join_all(
        claims
            .iter()
            .map(|claim| signer.submit(&signer.claimer, "sign_claim", (claim,))),
    )
    .await;
    signer.upgrade().await;
    for (claim, asked) in claims.iter().zip(asked) {
        let signed = signer.signed(asked).await.unwrap();
        let kept = signer.claim(&claim.id).await.unwrap();
        assert_eq!(kept.signature.as_ref(), Some(&signed.signature));
        assert_eq!(
            signer.sign(&signer.claimer, claim).await.unwrap(),
            signed,
            "the new code knows it"
        );
    }
    for block_type in ["claim_accepted", "claim_signed"] {
        assert_eq!(
            signer.blocks_of(block_type).await.len(),
            usize::from(CLAIMS),
            "one {block_type} per claim"
        );
    }
}

#[tokio::test]
async fn after_an_upgrade_that_failed_the_old_code_runs_again() {
    let signer = Signer::start().await;
    let before = signer.sign(&signer.claimer, &request(1)).await.unwrap();
    let failed = signer
        .node
        .upgrade(&signer.admin, signer.canister, b"no wasm", vec![])
        .await
        .unwrap_err();
    assert!(failed.to_string().contains("install code"), "{failed}");
    assert_eq!(signer.sign(&signer.claimer, &request(1)).await.unwrap(), before);
    signer.sign(&signer.claimer, &request(2)).await.unwrap();
}

#[tokio::test]
async fn who_does_not_control_the_canister_neither_upgrades_nor_stops_it() {
    let signer = Signer::start().await;
    let refused = signer
        .node
        .upgrade(&signer.stranger, signer.canister, &common::wasm(), vec![])
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("stop"), "{refused}");
    signer.sign(&signer.claimer, &request(1)).await.unwrap();
}
