//! Nodes that drop, delay and lie; blockhashes that expire.

use crate::{
    node::{BLOCKHASH_LIFE, FINALITY, Faults},
    settling::pairs,
    world::World,
};
use novate_clearing::chain::{
    Chain, ChainError, Finality, Landing, Planned, Progress, Step,
    solana::{Prices, Solana},
};

fn set(world: &World, faults: Faults) {
    world.node.state().faults = faults;
}

fn blocks(world: &World, count: u64) {
    for _ in 0..count {
        world.node.tick(0);
    }
}

/// A batch that can be opened, and the transaction for that.
async fn opening(world: &World, solana: &Solana) -> (novate_clearing::chain::SignedBatch, Planned) {
    let members = world.members(4);
    let batch = world.batch(&pairs(&members), &[]);
    let planned = solana.plan(&batch, &Step::Open, None).await.unwrap();
    (batch, planned)
}

fn is_settled(progress: &Option<Progress>) -> bool {
    let finality = Finality::Finalized;
    *progress == Some(Progress::Settled { finality })
}

#[tokio::test]
async fn what_is_dropped_expires_and_is_planned_again_at_a_higher_price() {
    let world = World::new();
    let solana = world.solana();
    let (batch, planned) = opening(&world, &solana).await;
    set(
        &world,
        Faults {
            drops: true,
            ..Faults::default()
        },
    );
    solana.send(&planned).await.unwrap();
    assert_eq!(solana.landing(&planned).await.unwrap(), Landing::Pending);
    // It could land twice, which would fail, so it is not replaced as long as it can land.
    blocks(&world, BLOCKHASH_LIFE + FINALITY);
    assert_eq!(solana.landing(&planned).await.unwrap(), Landing::Pending);
    assert!(matches!(
        solana.plan(&batch, &Step::Open, Some(&planned)).await,
        Err(ChainError::Rejected { permanent: false, .. })
    ));
    blocks(&world, 1);
    assert_eq!(solana.landing(&planned).await.unwrap(), Landing::Expired);
    set(&world, Faults::default());
    let again = solana.plan(&batch, &Step::Open, Some(&planned)).await.unwrap();
    assert!(again.price > planned.price && again.id != planned.id);
    solana.send(&again).await.unwrap();
    let Landing::Landed { finality, fee, units } = solana.landing(&again).await.unwrap() else {
        panic!("it landed");
    };
    assert_eq!(finality, Finality::Confirmed);
    assert!(fee > 5_000 && units > 5_000, "{fee} lamports, {units} units");
    blocks(&world, FINALITY);
    let landed = solana.landing(&again).await.unwrap();
    assert!(
        matches!(
            landed,
            Landing::Landed {
                finality: Finality::Finalized,
                ..
            }
        ),
        "{landed:?}"
    );
    assert!(is_settled(&world.settle(&batch).await.end));
}

#[tokio::test]
async fn a_chunk_is_replaced_while_it_can_still_land() {
    let world = World::new();
    let members = world.members(4);
    let batch = world.batch(&pairs(&members), &[]);
    world
        .drive_until(
            &batch,
            |_| None,
            |progress| matches!(progress, Progress::Applying { .. }),
        )
        .await;
    let solana = world.solana();
    let step = Step::Debits(0..2);
    let first = solana.plan(&batch, &step, None).await.unwrap();
    let second = solana.plan(&batch, &step, Some(&first)).await.unwrap();
    assert!(second.id != first.id && second.price > first.price);
    // Both land: the second changes nothing.
    for planned in [&first, &second] {
        solana.send(planned).await.unwrap();
    }
    assert_eq!(world.node.state().failed(), 0);
    assert!(is_settled(&world.settle(&batch).await.end));
    assert_eq!(
        world.balance(&members[0].address(), 0),
        crate::owners::BALANCE - 7
    );
}

#[tokio::test]
async fn a_late_node_settles_everything_once() {
    let world = World::new();
    set(
        &world,
        Faults {
            late: 3,
            ..Faults::default()
        },
    );
    let members = world.members(60);
    let batch = world.batch(&pairs(&members), &[]);
    assert!(is_settled(&world.settle(&batch).await.end));
    for pair in members.chunks_exact(2) {
        assert_eq!(world.balance(&pair[1].address(), 0), crate::owners::BALANCE + 7);
    }
}

#[tokio::test]
async fn a_node_that_knows_no_transaction_does_not_keep_the_batch_from_being_settled() {
    let world = World::new();
    let members = world.members(60);
    let batch = world.batch(&pairs(&members), &[]);
    set(
        &world,
        Faults {
            denies: true,
            ..Faults::default()
        },
    );
    // What is done is seen in the accounts; transactions that landed are taken for pending, and then for expired.
    assert!(is_settled(&world.settle(&batch).await.end));
    assert_eq!(
        world.balance(&members[1].address(), 0),
        crate::owners::BALANCE + 7
    );
}

#[tokio::test]
async fn a_landing_that_is_a_lie_is_not_believed() {
    let world = World::new();
    let solana = world.solana();
    let (batch, planned) = opening(&world, &solana).await;
    let lies = Faults {
        drops: true,
        pretends: true,
        ..Faults::default()
    };
    set(&world, lies);
    solana.send(&planned).await.unwrap();
    // It is confirmed and nobody has it.
    assert!(matches!(
        solana.landing(&planned).await,
        Err(ChainError::Unavailable(_))
    ));
    assert_eq!(
        solana.progress(&batch).await.unwrap(),
        Progress::Absent {
            steps: vec![Step::Open]
        }
    );
}

#[tokio::test]
async fn a_node_that_is_behind_makes_nothing_expire() {
    let world = World::new();
    let solana = world.solana();
    let (_, planned) = opening(&world, &solana).await;
    solana.send(&planned).await.unwrap();
    blocks(&world, BLOCKHASH_LIFE + FINALITY + 10);
    // As of before it landed, though the height is that of now.
    let behind = BLOCKHASH_LIFE + FINALITY + 11;
    set(
        &world,
        Faults {
            behind,
            ..Faults::default()
        },
    );
    assert_eq!(solana.landing(&planned).await.unwrap(), Landing::Pending);
    set(&world, Faults::default());
    assert!(matches!(
        solana.landing(&planned).await.unwrap(),
        Landing::Landed { .. }
    ));
}

#[tokio::test]
async fn an_answer_for_another_transaction_is_not_believed() {
    let world = World::new();
    let solana = world.solana();
    let (batch, planned) = opening(&world, &solana).await;
    let mixes_up = true;
    set(
        &world,
        Faults {
            mixes_up,
            ..Faults::default()
        },
    );
    assert!(matches!(
        solana.send(&planned).await,
        Err(ChainError::Unavailable(_))
    ));
    // It was sent, though.
    assert!(is_settled(&world.settle(&batch).await.end));
}

#[tokio::test]
async fn a_silent_node_is_unavailable() {
    let world = World::new();
    let solana = world.solana();
    let (batch, planned) = opening(&world, &solana).await;
    set(
        &world,
        Faults {
            silent: true,
            ..Faults::default()
        },
    );
    assert!(matches!(
        solana.progress(&batch).await,
        Err(ChainError::Unavailable(_))
    ));
    assert!(matches!(solana.opened().await, Err(ChainError::Unavailable(_))));
    assert!(matches!(
        solana.plan(&batch, &Step::Open, None).await,
        Err(ChainError::Unavailable(_))
    ));
    assert!(matches!(
        solana.send(&planned).await,
        Err(ChainError::Unavailable(_))
    ));
    assert!(matches!(
        solana.landing(&planned).await,
        Err(ChainError::Unavailable(_))
    ));
}

#[tokio::test]
async fn the_price_follows_the_market_within_its_bounds() {
    let world = World::new();
    let bounds = Prices {
        floor: 100,
        cap: 5_000,
    };
    let solana = Solana::over(
        world.node.clone(),
        world.config,
        world.payer.insecure_clone(),
        bounds,
    );
    let (batch, planned) = opening(&world, &solana).await;
    assert_eq!(planned.price, 100, "nobody bids");
    world.node.state().prices = (0..100).map(|n| n * 10).collect();
    let market = solana.plan(&batch, &Step::Open, None).await.unwrap();
    assert_eq!(market.price, 750, "the upper quarter begins here");
    world.node.state().prices = vec![1_000_000; 100];
    let capped = solana.plan(&batch, &Step::Open, None).await.unwrap();
    assert_eq!(capped.price, 5_000);
}
