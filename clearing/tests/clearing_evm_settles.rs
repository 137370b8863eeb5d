//! Batches settle on a real chain, whatever interrupts or helps.

mod evm;

use alloy::primitives::Address;
use evm::{
    LEDGER, Size, World,
    batch::Changes,
    drive::{Until, steps},
};
use novate_clearing::chain::{Chain, Finality, Progress, SignedBatch, Step};

/// Holders, and the payments of each in each token.
const SESSIONS: usize = 13;
const TOKENS: usize = 3;
const ITEMS: usize = 3;

async fn big() -> (World, SignedBatch) {
    let world = World::of(Size {
        tokens: TOKENS,
        sessions: SESSIONS,
        items: ITEMS,
        ..Size::default()
    })
    .await;
    let mut changes = Changes::default();
    for holder in 0..8 {
        for session in 0..SESSIONS {
            for token in 0..TOKENS {
                let to = recipient(holder, session);
                changes = changes.pay(&world, (holder, session), token, to, 10 + session as u64);
            }
        }
        for n in 0..ITEMS {
            changes = changes.give(&world, holder, n, recipient(holder, n));
        }
    }
    let batch = world.batch(1, changes).await;
    (world, batch)
}

fn recipient(holder: usize, n: usize) -> Address {
    Address::left_padding_from(&[0xee, holder as u8, n as u8])
}

async fn is_settled(world: &World) {
    for holder in 0..8 {
        let paid: u64 = (0..SESSIONS as u64).map(|n| 10 + n).sum();
        for token in 0..TOKENS {
            assert_eq!(world.ledger(world.holders[holder], token).await, LEDGER - paid);
            for n in 0..SESSIONS {
                let credited = world.ledger(recipient(holder, n), token).await;
                assert_eq!(credited, 10 + n as u64);
            }
        }
        for n in 0..ITEMS {
            let contract = world.contract();
            let asked = contract.itemHolder(world.collection, evm::item(holder, n));
            assert_eq!(asked.call().await.unwrap(), recipient(holder, n));
        }
    }
}

#[tokio::test]
async fn batch_of_several_assets_and_items_settles_and_becomes_final() {
    let (world, batch) = big().await;
    assert_eq!((batch.deltas.len(), batch.items.len()), (624, 24));
    let evm = world.evm();
    let (landed, progress) = world.drive(&evm, &batch, Until::End).await.unwrap();
    is_settled(&world).await;
    let chunks = TOKENS * 2; // 104 leaves each
    assert_eq!(landed.len(), 1 + chunks + 1 + 1, "open, deltas, items, finalize");
    assert_eq!(
        progress,
        Progress::Settled {
            finality: Finality::Seen
        }
    );

    let finality = async || match evm.progress(&batch).await.unwrap() {
        Progress::Settled { finality } => finality,
        other => panic!("{other:?}"),
    };
    world.mine().await;
    assert_eq!(finality().await, Finality::Confirmed);
    world.mine().await;
    assert_eq!(finality().await, Finality::Finalized);
}

#[tokio::test]
async fn restart_after_every_transaction_goes_on_where_it_was() {
    let (world, batch) = big().await;
    let mut steps = vec![];
    loop {
        // A new one knows nothing of what the one before did.
        let (landed, progress) = world.drive(&world.evm(), &batch, Until::Landed(1)).await.unwrap();
        steps.extend(landed.into_iter().map(|planned| planned.step));
        if let Progress::Settled { .. } = progress {
            break;
        }
    }
    is_settled(&world).await;
    assert_eq!(steps.len(), 9, "{steps:?}");
    steps.dedup();
    assert_eq!(steps.len(), 9, "nothing twice");
}

#[tokio::test]
async fn what_a_stranger_has_applied_is_left_out() {
    let (world, batch) = big().await;
    let mut small = world.config();
    small.chunk_entries = 10;
    let stranger = novate_clearing::chain::evm::Evm::new(small).unwrap();
    let evm = world.evm();
    world.opened(&evm, &batch).await;
    // Leaves 0 to 9, 50 to 54 and 90 to 103 of the first token's 104, and the last two of the items.
    for step in [
        Step::Debits(0..10),
        Step::Debits(50..55),
        Step::Debits(90..104),
        Step::Items(22..24),
    ] {
        world.does(&stranger, &batch, &step).await.unwrap();
    }
    let left = steps(evm.progress(&batch).await.unwrap());
    assert_eq!(
        left,
        [
            Step::Debits(10..90),
            Step::Debits(104..208),
            Step::Debits(208..312),
            Step::Items(0..22)
        ]
    );
    // All debits of the stranger's, then of our own some are done twice.
    let (landed, _) = world.drive(&stranger, &batch, Until::Landed(12)).await.unwrap();
    assert_eq!(landed.len(), 12);
    world.drive(&evm, &batch, Until::End).await.unwrap();
    is_settled(&world).await;
}

#[tokio::test]
async fn bits_that_are_read_are_those_of_the_contracts_views() {
    let (world, batch) = big().await;
    let mut config = world.config();
    config.chunk_entries = 1; // so that no chunk passes over what is applied
    let evm = novate_clearing::chain::evm::Evm::new(config).unwrap();
    world.opened(&evm, &batch).await;
    // Over the border of the bitmap's first word, and in the middle of a word.
    for step in [Step::Debits(250..260), Step::Debits(300..303), Step::Items(3..5)] {
        world.does(&evm, &batch, &step).await.unwrap();
    }
    let mut due = (vec![], vec![]);
    for step in steps(evm.progress(&batch).await.unwrap()) {
        match step {
            Step::Debits(range) => due.0.extend(range),
            Step::Items(range) => due.1.extend(range),
            other => panic!("{other}"),
        }
    }
    let contract = world.contract();
    for leaf in 0..312 {
        let applied = contract.isDeltaApplied(1, leaf).call().await.unwrap();
        assert_ne!(applied, due.0.contains(&leaf), "delta {leaf}");
    }
    for leaf in 0..24 {
        let applied = contract.isItemApplied(1, leaf).call().await.unwrap();
        assert_ne!(applied, due.1.contains(&leaf), "item {leaf}");
    }
}

#[tokio::test]
async fn batches_without_deltas_settle_too() {
    let world = World::of(Size {
        items: 1,
        ..Default::default()
    })
    .await;
    let evm = world.evm();
    let empty = world.batch(1, Changes::default()).await;
    let items = world
        .batch(2, Changes::default().give(&world, 0, 0, recipient(1, 1)))
        .await;
    for (batch, transactions) in [(empty, 2), (items, 3)] {
        let (landed, progress) = world.drive(&evm, &batch, Until::End).await.unwrap();
        assert!(matches!(progress, Progress::Settled { .. }), "{progress:?}");
        assert_eq!(landed.len(), transactions);
    }
}

#[tokio::test]
async fn batches_wait_for_those_before() {
    let world = World::start().await;
    let evm = world.evm();
    assert_eq!(evm.opened().await.unwrap().0, 0);
    let mut batches = vec![];
    for sequence in 1..=9 {
        batches.push(world.small(sequence).await);
    }
    assert_eq!(
        evm.progress(&batches[1]).await.unwrap(),
        Progress::NotNext { opened: 0 }
    );
    for batch in &batches[..8] {
        world.does(&evm, batch, &Step::Open).await.unwrap();
    }
    // Eight are open, and the contract takes no ninth.
    assert_eq!(
        evm.progress(&batches[8]).await.unwrap(),
        Progress::NotNext { opened: 8 }
    );
    world.pass(evm::CHALLENGE).await;
    assert!(matches!(
        evm.progress(&batches[1]).await.unwrap(),
        Progress::Waiting { .. }
    ));
    for batch in &batches {
        let (_, progress) = world.drive(&evm, batch, Until::End).await.unwrap();
        assert!(matches!(progress, Progress::Settled { .. }), "{progress:?}");
    }
    assert_eq!(evm.opened().await.unwrap().0, 9);
    assert_eq!(world.ledger(world.holders[1], 0).await, LEDGER + 900);
}
