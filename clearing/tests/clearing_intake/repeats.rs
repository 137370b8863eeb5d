//! The same intent is the same answer, however often, at once, and whenever it comes.

use crate::common::{Key, World, accepted, refusal};
use novate_clearing::intake::{Accepted, IntakeConfig, Rate, Refusal};
use std::collections::HashSet;

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

#[tokio::test]
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
    let one = Rate::new(1, 1);
    let slow = world.intake_with(IntakeConfig {
        session_rate: one,
        ..IntakeConfig::default()
    });
    accepted(&slow.submit(vec![key.pay(10)]).await.unwrap()[0]);
    assert!(matches!(
        refusal(&slow.submit(vec![key.pay(11)]).await.unwrap()[0]),
        Refusal::SessionRate(_)
    ));
    assert_eq!(slow.submit(vec![signed]).await.unwrap(), first);
    // The session is over.
    world.granted.revoke_all();
    assert_eq!(intake.submit(vec![signed]).await.unwrap(), first);
    assert_eq!(world.rows().await.len(), 3);
}

#[tokio::test]
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
