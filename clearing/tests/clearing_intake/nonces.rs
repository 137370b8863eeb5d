//! Nonces rise.

use crate::common::{Key, World, accepted, refusal};
use novate_clearing::intake::{Answer, Refusal};
use std::sync::Arc;
use tokio::sync::Barrier;

#[tokio::test(flavor = "multi_thread")]
async fn within_one_body_the_order_decides() {
    let world = World::new().await;
    let (intake, key, other) = (
        world.intake(),
        world.key(Key::solana(1)),
        world.key(Key::solana(2)),
    );
    let nonces = [3, 1, 3, 4, 0, 9, 8];
    let mut sent: Vec<_> = nonces.map(|nonce| key.pay(nonce)).into();
    // Nonces of another session are its own.
    sent.push(other.pay(0));
    // The third is the first again.
    assert_eq!(sent[0], sent[2]);
    let answers = intake.submit(sent).await.unwrap();
    assert_eq!(answers[0], answers[2]);
    for at in [0, 3, 5, 7] {
        accepted(&answers[at]);
    }
    for (at, last) in [(1, 3), (4, 4), (6, 9)] {
        let refused = refusal(&answers[at]);
        assert_eq!((&refused, refused.status()), (&Refusal::NonceUsed { last }, 409));
    }
    let rows: Vec<i64> = world.rows().await.into_iter().map(|(.., nonce)| nonce).collect();
    assert_eq!(rows, [3, 4, 9, 0]);
    assert_eq!(
        intake
            .next_nonce(world.solana, &key.owner(), &key.session())
            .await
            .unwrap(),
        10
    );
    assert_eq!(
        intake
            .next_nonce(world.solana, &key.owner(), &other.session())
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        intake
            .next_nonce(world.evm, &key.owner(), &key.session())
            .await
            .unwrap(),
        0
    );
}

/// Each of 64 connections sends every nonce of one session, each with an amount of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_race_for_nonces_leaves_exactly_those_that_rise() {
    const NONCES: u64 = 20;
    let world = World::new().await;
    let (key, start) = (world.key(Key::solana(1)), Arc::new(Barrier::new(64)));
    let intakes = [world.intake(), world.intake()];
    let tasks: Vec<_> = (0..64_u8)
        .map(|n| {
            let (intake, key, start) = (intakes[usize::from(n) % 2].clone(), key.clone(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                let mut taken = Vec::new();
                for nonce in 0..NONCES {
                    let mut intent = key.payment(nonce);
                    if let novate_protocol::intent::Action::Pay { order, .. } = &mut intent.action {
                        order[0] = n;
                    }
                    let answer = intake.submit(vec![key.sign(intent)]).await.unwrap().remove(0);
                    match answer {
                        Answer::Accepted(accepted) => taken.push((accepted.id, accepted.seq)),
                        refused => {
                            assert!(matches!(refusal(&refused), Refusal::NonceUsed { last } if last >= nonce))
                        }
                    }
                }
                taken
            })
        })
        .collect();
    let mut taken = Vec::new();
    for task in tasks {
        taken.extend(task.await.unwrap());
    }
    taken.sort_by_key(|(_, seq)| *seq);
    let rows = world.rows().await;
    assert_eq!(
        rows.iter().map(|(id, seq, _)| (*id, *seq)).collect::<Vec<_>>(),
        taken
    );
    assert!(
        rows.is_sorted_by(|(.., earlier), (.., later)| earlier < later),
        "{rows:?}"
    );
    assert_eq!(rows.last().unwrap().2, 19);
}
