//! Calls that are handed in at the same time: what counts once counts once.

use crate::common::{Evm, Key, Names, content};
use candid::Nat;
use ic_agent::{Agent, RequestId};
use names_api::{
    Refusal,
    interface::{Action, ClaimArgs, ClaimView, ContentView, NameView, Role},
};
use serde_bytes::ByteBuf;

/// The answers to calls that were handed in before any was waited for.
async fn answers<T>(names: &Names, who: &[&Agent], calls: Vec<RequestId>) -> Vec<Result<T, Refusal>>
where
    T: candid::CandidType + serde::de::DeserializeOwned,
{
    let mut answers = Vec::new();
    for (who, call) in who.iter().zip(calls) {
        answers.push(names.answer(who, call).await.unwrap());
    }
    answers
}

#[tokio::test]
async fn of_two_who_want_a_name_one_gets_it() {
    let names = Names::start().await;
    let who = [&names.alice, &names.bob];
    let mut calls = Vec::new();
    for agent in who {
        calls.push(names.submit(agent, "register", ("wanted", 1u32)).await);
    }
    let answers: Vec<Result<NameView, _>> = answers(&names, &who, calls).await;
    assert_eq!(
        answers.iter().filter(|answer| answer.is_ok()).count(),
        1,
        "{answers:?}"
    );
    assert!(
        answers
            .iter()
            .any(|a| matches!(a, Err(Refusal::NameTaken { .. }))),
        "{answers:?}"
    );
    assert_eq!(names.blocks_of("name_registered").await.len(), 1);
}

#[tokio::test]
async fn a_challenge_answered_twice_at_once_counts_once() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let key = Evm::new(7);
    let challenge = names
        .challenge(&names.alice, Action::Link, "alice", key.wallet())
        .await
        .unwrap();
    let args = (challenge.nonce, key.sign(&challenge));
    let who = [&names.alice; 4];
    let mut calls = Vec::new();
    for agent in who {
        calls.push(names.submit(agent, "prove_wallet", args.clone()).await);
    }
    let answers: Vec<Result<NameView, _>> = answers(&names, &who, calls).await;
    assert_eq!(
        answers.iter().filter(|answer| answer.is_ok()).count(),
        1,
        "{answers:?}"
    );
    let nonce = challenge.nonce;
    let unknown = Err(Refusal::ChallengeUnknown { nonce });
    assert_eq!(answers.iter().filter(|answer| **answer == unknown).count(), 3);
    assert_eq!(names.blocks_of("wallet_linked").await.len(), 1);
}

#[tokio::test]
async fn a_claim_redeemed_twice_at_once_counts_once() {
    let names = Names::start().await;
    let (issuer, key) = (names.agent(4), Evm::new(7));
    names.grant(&issuer, Role::Issuer).await;
    names.register(&names.alice, "alice").await.unwrap();
    names.link(&names.alice, "alice", &key).await.unwrap();
    let claim = ClaimArgs {
        id: ByteBuf::from([1; 32]),
        name: "alice".into(),
        wallet: key.wallet(),
        subject: ByteBuf::from([2; 32]),
        amount: Nat::from(1u8),
        deadline: 4_102_444_800,
    };
    names
        .ask::<ClaimView>(&issuer, "issue_claim", (claim.clone(),))
        .await
        .unwrap();
    let who = [&names.alice; 3];
    let mut calls = Vec::new();
    for agent in who {
        let args = (claim.id.clone(), key.wallet());
        calls.push(names.submit(agent, "redeem_claim", args).await);
    }
    let answers: Vec<Result<ClaimView, _>> = answers(&names, &who, calls).await;
    assert_eq!(
        answers.iter().filter(|answer| answer.is_ok()).count(),
        1,
        "{answers:?}"
    );
    assert_eq!(names.blocks_of("claim_redeemed").await.len(), 1);
}

#[tokio::test]
async fn versions_published_at_once_have_numbers_of_their_own() {
    let names = Names::start().await;
    names.register(&names.alice, "alice").await.unwrap();
    let who = [&names.alice; 6];
    let mut calls = Vec::new();
    for (n, agent) in who.iter().enumerate() {
        let args = (content("alice", "site", n as u8),);
        calls.push(names.submit(agent, "set_content", args).await);
    }
    let answers: Vec<Result<ContentView, _>> = answers(&names, &who, calls).await;
    let mut versions: Vec<_> = answers
        .into_iter()
        .map(|answer| answer.unwrap().version)
        .collect();
    versions.sort();
    assert_eq!(versions, [1, 2, 3, 4, 5, 6]);
}
