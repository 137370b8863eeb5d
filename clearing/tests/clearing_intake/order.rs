//! Numbers become visible in their order.

use crate::common::{Key, World, accepted, all_accepted};
use novate_clearing::store::intents;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Two intakes write large and small groups; a reader that only ever looks above what it has seen sees everything.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_never_finds_a_gap_filled_later() {
    let world = World::new().await;
    let intakes = [world.intake(), world.intake()];
    let keys: Vec<Key> = (0..16).map(|seed| world.key(Key::solana(seed))).collect();
    let done = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn({
        let (pool, done, settlement) = (world.pool.clone(), done.clone(), world.solana);
        async move {
            let (mut seen, mut after) = (Vec::new(), 0);
            loop {
                let last = done.load(Ordering::SeqCst);
                let window = intents::window(&pool, settlement, after, 10_000).await.unwrap();
                after = window.last().map_or(after, |intent| intent.seq);
                seen.extend(window.into_iter().map(|intent| (intent.id, intent.seq)));
                if last {
                    return seen;
                }
            }
        }
    });
    let writers: Vec<_> = keys
        .into_iter()
        .enumerate()
        .map(|(n, key)| {
            let intake = intakes[n % 2].clone();
            // One intake sends single intents, the other two hundred at once.
            let size: u64 = if n % 2 == 0 { 1 } else { 200 };
            tokio::spawn(async move {
                for group in 0..10 {
                    let intents = (0..size).map(|at| key.pay(group * size + at)).collect();
                    all_accepted(&intake.submit(intents).await.unwrap());
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    let stored: Vec<_> = world
        .rows()
        .await
        .into_iter()
        .map(|(id, seq, _)| (id, seq))
        .collect();
    assert_eq!(stored.len(), 8 * 10 * 201);
    assert_eq!(reader.await.unwrap(), stored);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_follow_the_order_of_a_body_over_settlements() {
    let world = World::new().await;
    let intake = world.intake();
    let keys = [
        world.key(Key::evm(1)),
        world.key(Key::solana(1)),
        world.key(Key::evm(2)),
        world.key(Key::solana(2)),
    ];
    let sent: Vec<_> = (0..500).map(|n| keys[n % 4].pay(n as u64)).collect();
    let answers = intake.submit(sent).await.unwrap();
    let seqs: Vec<i64> = answers.iter().map(|answer| accepted(answer).seq).collect();
    assert!(seqs.is_sorted_by(|earlier, later| earlier < later));
}
