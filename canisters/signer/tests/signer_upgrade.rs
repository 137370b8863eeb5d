//! Upgrades of a signer that is at work.

mod common;

use common::{Signer, request};
use futures_util::future::{join, join_all};

/// Claims that are handed in while the canister is told to stop.
const CLAIMS: u8 = 24;

/// Stopping waits for the signatures that are being made, so a claim that was accepted gets its one, and what comes
/// later is turned away without a trace.
#[tokio::test]
async fn an_upgrade_waits_for_the_claims_in_flight() {
    let signer = Signer::start().await;
    let mut signed = 0;
    for attempt in 0..10 {
        let first = attempt * CLAIMS + 1;
        let claims: Vec<_> = (first..first + CLAIMS).map(request).collect();
        let hand_in = claims
            .iter()
            .map(|claim| signer.try_submit(&signer.operator, "sign_claim", (claim,)));
        let (asked, ()) = join(join_all(hand_in), signer.upgrade()).await;

        let before = signed;
        for (claim, asked) in claims.iter().zip(asked) {
            let answer = match asked {
                Some(asked) => signer.answer(asked).await.ok(),
                None => None,
            };
            let kept = signer.claim(&claim.id).await;
            if let Some(answer) = answer {
                let answer = answer.unwrap();
                assert_eq!(kept.unwrap().signature.as_ref(), Some(&answer.signature));
                let again = signer.sign(&signer.operator, claim).await.unwrap();
                assert_eq!(again, answer, "the new code knows it");
                signed += 1;
            } else {
                assert_eq!(kept, None, "it was accepted and then lost");
            }
        }
        for block_type in ["claim_accepted", "claim_signed"] {
            assert_eq!(signer.blocks_of(block_type).await.len(), signed, "{block_type}");
        }
        // Otherwise all were before the stop, or all after it: try again.
        if (1..usize::from(CLAIMS)).contains(&(signed - before)) {
            return;
        }
    }
    panic!("the stop never falls among the claims");
}

#[tokio::test]
async fn after_an_upgrade_that_failed_the_old_code_runs_again() {
    let signer = Signer::start().await;
    let before = signer.sign(&signer.operator, &request(1)).await.unwrap();
    let failed = signer
        .node
        .upgrade(&signer.admin, signer.canister, b"no wasm", vec![])
        .await
        .unwrap_err();
    assert!(failed.to_string().contains("install code"), "{failed}");
    assert_eq!(signer.sign(&signer.operator, &request(1)).await.unwrap(), before);
    signer.sign(&signer.operator, &request(2)).await.unwrap();
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
    signer.sign(&signer.operator, &request(1)).await.unwrap();
}
