//! The same intent is the same answer, however often, at once, and whenever it comes.

use crate::common::{Key, World, accepted, now, refusal};
use novate_clearing::intake::{Accepted, Answer, IntakeConfig, Rate, Refusal};
use novate_protocol::intent::Intent;
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_intent_that_comes_a_thousand_times_at_once_is_one_row_and_one_answer() {
    let world = World::new().await;
    let key = world.key(Key::solana(1));
    let (signed, intakes) = (key.pay(5), [world.intake(), world.intake()]);
    let tasks: Vec<_> = (0..1_000)
        .map(|n| {
            let intake = intakes[n % 2].clone();
            tokio::spawn(async move { intake.submit(vec![signed; 1 + n % 3]).await.unwrap() })
        })
        .collect();
    let mut answers: HashSet<(i64, u64)> = HashSet::new();
    for task in tasks {
        for answer in task.await.unwrap() {
            let Accepted { seq, received_at, .. } = accepted(&answer);
            answers.insert((seq, received_at));
        }
    }
    assert_eq!(answers.len(), 1);
    assert_eq!(world.rows().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repetition_gets_the_first_answer_whatever_has_changed_since() {
    let world = World::new().await;
    let key = world.key(Key::evm(1));
    let intake = world.intake();
    let signed = key.pay(1);
    let first = intake.submit(vec![signed]).await.unwrap();
    accepted(&first[0]);
    accepted(&intake.submit(vec![key.pay(9)]).await.unwrap()[0]);
    // The nonce is behind by now.
    assert_eq!(intake.submit(vec![signed]).await.unwrap(), first);
    // No token is left.
    let session_rate = Rate::new(1, 1);
    let slow = world.intake_with(IntakeConfig {
        session_rate,
        ..IntakeConfig::default()
    });
    let sent = vec![key.pay(10), key.pay(11), signed];
    let answers = slow.submit(sent).await.unwrap();
    accepted(&answers[0]);
    assert!(matches!(refusal(&answers[1]), Refusal::SessionRate(_)));
    assert_eq!(answers[2..], first);
    // The session is over.
    world.granted.revoke_all();
    assert_eq!(intake.submit(vec![signed]).await.unwrap(), first);
    assert_eq!(world.rows().await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_intent_is_no_proof_for_another_signature() {
    let world = World::new().await;
    let (intake, key) = (world.intake(), world.key(Key::evm(1)));
    let signed = key.pay(1);
    accepted(&intake.submit(vec![signed]).await.unwrap()[0]);
    let mut forged = signed;
    forged.signature = key.pay(2).signature;
    assert_eq!(
        refusal(&intake.submit(vec![forged]).await.unwrap()[0]),
        Refusal::BadSignature
    );
    // Not even when something else refuses it: then the signature is never looked at.
    world.granted.revoke_all();
    assert_eq!(
        refusal(&intake.submit(vec![forged]).await.unwrap()[0]),
        Refusal::BadSignature
    );
}

/// What is too late is refused before its signature is looked at.
#[tokio::test(flavor = "multi_thread")]
async fn after_its_end_an_intent_is_known_by_its_signature_only() {
    let world = World::new().await;
    let (intake, key) = (world.intake(), world.key(Key::evm(1)));
    let (signed, first) = loop {
        // Long enough to be taken in time on a slow machine, sooner or later.
        let intent = key.payment(now());
        let expires_at = intent.created_at + 2;
        let signed = key.sign(Intent { expires_at, ..intent });
        let first = intake.submit(vec![signed]).await.unwrap();
        if matches!(first[0], Answer::Accepted(_)) {
            break (signed, first);
        }
    };
    let mut forged = signed;
    forged.signature = key.pay(1).signature;
    let deadline = Instant::now() + Duration::from_secs(20);
    while now() < signed.intent.expires_at {
        assert!(Instant::now() < deadline, "time stands still");
        tokio::task::yield_now().await;
    }
    let answers = intake.submit(vec![forged]).await.unwrap();
    assert!(matches!(refusal(&answers[0]), Refusal::Expired { .. }));
    assert_eq!(intake.submit(vec![signed]).await.unwrap(), first);
}
