//! Calls that meet while the threshold protocol works.

mod common;

use candid::Nat;
use common::{Signer, principal, request};
use futures_util::future::{join, join_all};
use signer_api::{Refusal, Role};

/// Two calls that are executed before the threshold protocol has answered the first.
#[tokio::test]
async fn a_twin_is_told_to_come_again_and_then_gets_the_same_bytes() {
    let signer = Signer::start().await;
    for n in 1..100 {
        let claim = request(n);
        let (one, two) = {
            let ask = || signer.submit(&signer.operator, "sign_claim", (&claim,));
            join(ask(), ask()).await
        };
        assert_ne!(one, two, "two requests, not one sent twice");
        let mut twins = [signer.signed(one).await, signer.signed(two).await];
        twins.sort_by_key(|twin| twin.is_err());
        let [first, second] = twins;
        let first = first.unwrap();
        let refused = match second {
            Err(refused) => refused,
            Ok(second) => {
                // The node happened to run one after the other: try again.
                assert_eq!(second, first);
                continue;
            }
        };
        assert_eq!(refused, Refusal::InProgress { id: claim.id.clone() });
        assert_eq!(signer.sign(&signer.operator, &claim).await.unwrap(), first);
        assert_eq!(
            signer.blocks_of("claim_signed").await.len(),
            usize::from(n),
            "one signature per id"
        );
        return;
    }
    panic!("the node never runs two calls at the same time");
}

/// What is revoked while the threshold protocol works is not given away by its answer.
#[tokio::test]
async fn a_pause_also_stops_what_is_being_signed() {
    let signer = Signer::start().await;
    for n in 1..100 {
        let claim = request(n);
        let asked = signer.submit(&signer.operator, "sign_claim", (&claim,)).await;
        let paused = signer.submit(&signer.admin, "pause", ()).await;
        let answer = signer.signed(asked).await;
        signer.admin.wait(&paused, signer.canister).await.unwrap();
        let kept = signer.claim(&claim.id).await;
        signer.resume(&signer.admin).await.unwrap();
        // Otherwise the node finished one call before it looked at the other: try again.
        if let (Err(Refusal::Paused), Some(kept)) = (answer, kept) {
            assert_eq!(kept.signature, None);
            let signed = signer.sign(&signer.operator, &claim).await.unwrap();
            assert_eq!(signed.digest, kept.digest);
            return;
        }
    }
    panic!("the node never pauses in the middle of a call");
}

#[tokio::test]
async fn who_loses_the_role_meanwhile_gets_no_signature() {
    let signer = Signer::start().await;
    let operator = principal(&signer.operator);
    for n in 1..100 {
        let claim = request(n);
        let asked = signer.submit(&signer.operator, "sign_claim", (&claim,)).await;
        let revoke = (operator, Role::Operator, false);
        let revoked = signer.submit(&signer.admin, "set_role", revoke).await;
        let answer = signer.signed(asked).await;
        signer.admin.wait(&revoked, signer.canister).await.unwrap();
        let kept = signer.claim(&claim.id).await;
        signer.set("set_role", (operator, Role::Operator, true)).await;
        let refused = Err(Refusal::RoleMissing {
            caller: operator,
            role: Role::Operator,
        });
        // Otherwise the node finished one call before it looked at the other: try again.
        if let (true, Some(kept)) = (answer == refused, kept) {
            assert_eq!(kept.signature, None);
            let credits = signer.credits().await;
            signer.sign(&signer.operator, &claim).await.unwrap();
            assert_eq!(
                signer.credits().await,
                credits,
                "it was charged when it was accepted"
            );
            return;
        }
    }
    panic!("the node never revokes in the middle of a call");
}

#[tokio::test]
async fn many_calls_yield_one_signature() {
    let signer = Signer::start().await;
    for n in 1..30 {
        // Otherwise the node ran one after the other, and nothing met: try again.
        if many_meet(&signer, n).await {
            return;
        }
    }
    panic!("the node never runs two calls at the same time");
}

/// Signs a claim by calls at the same time, some with other content. Whether one of them met another.
async fn many_meet(signer: &Signer, n: u8) -> bool {
    let (claim, mut changed) = (request(n), request(n));
    changed.amount = Nat::from(999u32);
    let ask = |i| {
        signer.submit(
            &signer.operator,
            "sign_claim",
            (if i < 6 { &claim } else { &changed },),
        )
    };
    let asked = join_all((0..8).map(ask)).await;
    let twins = join_all(asked.into_iter().map(|id| signer.signed(id))).await;
    let signed = twins
        .iter()
        .filter_map(|twin| twin.as_ref().ok())
        .collect::<Vec<_>>();
    assert!(
        !signed.is_empty() && signed.iter().all(|twin| *twin == signed[0]),
        "{twins:?}"
    );
    for refusal in twins.iter().filter_map(|twin| twin.as_ref().err()) {
        assert!(
            matches!(refusal, Refusal::InProgress { .. } | Refusal::IdTaken { .. }),
            "{refusal:?}"
        );
    }
    assert_eq!(signer.blocks_of("claim_signed").await.len(), usize::from(n));
    assert_eq!(signer.blocks_of("claim_accepted").await.len(), usize::from(n));
    let met = |twin: &Result<_, Refusal>| matches!(twin, Err(Refusal::InProgress { .. }));
    twins.iter().any(met)
}
