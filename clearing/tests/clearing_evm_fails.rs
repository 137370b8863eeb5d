//! Batches that cannot be settled: why, and how they end.

mod evm;

use alloy::primitives::{Address, U256};
use evm::{
    CHALLENGE, LEDGER, SETTLE, Size, World,
    batch::Changes,
    drive::{Until, steps},
};
use novate_bindings::evm::SessionKeys;
use novate_clearing::chain::{Chain, ChainError, Finality, Progress, SignedBatch, Step};

/// Why a step can never be done.
async fn permanent(chain: &impl Chain, batch: &SignedBatch, step: Step) -> String {
    rejected(chain, batch, step, true).await
}

/// Why it cannot be done yet, or any more.
async fn passing(chain: &impl Chain, batch: &SignedBatch, step: Step) -> String {
    rejected(chain, batch, step, false).await
}

async fn rejected(chain: &impl Chain, batch: &SignedBatch, step: Step, expected: bool) -> String {
    let checked = chain.check(batch, &step).await.unwrap_err();
    let planned = chain.plan(batch, &step, None).await.unwrap_err();
    assert_eq!(
        checked.to_string(),
        planned.to_string(),
        "a check says what a plan says"
    );
    match planned {
        ChainError::Rejected {
            step: of,
            reason,
            permanent,
        } => {
            assert_eq!((of, permanent), (step, expected), "{reason}");
            reason
        }
        other => panic!("{other}"),
    }
}

/// Holders 0, 1 and 2 pay; holder 0 gives an item.
async fn three(size: Size) -> (World, SignedBatch) {
    let world = World::of(size).await;
    let to = world.holders[7];
    let mut changes = Changes::default();
    for holder in 0..3 {
        changes = changes.pay(&world, (holder, 0), 0, to, 100);
    }
    if size.items > 0 {
        changes = changes.give(&world, 0, 0, to);
    }
    let batch = world.batch(1, changes).await;
    (world, batch)
}

#[tokio::test]
async fn withdrawn_balance_is_told_and_the_batch_is_taken_back_and_closed() {
    let (world, batch) = three(Size {
        items: 1,
        ..Size::default()
    })
    .await;
    let evm = world.evm();
    world.opened(&evm, &batch).await;
    // Somebody in the chunk has withdrawn; the others and the item can still be applied.
    let leaf = |holder: usize| {
        let owner = world.holders[holder].into_word().0;
        batch
            .deltas
            .iter()
            .find(|leaf| leaf.owner.0 == owner)
            .unwrap()
            .index
    };
    let poor = world.holders[1];
    let contract = world.contract();
    let withdraw = contract.withdraw(world.tokens[0], U256::from(LEDGER - 99), poor);
    world.mined(withdraw.from(poor).send().await.unwrap()).await;
    let reason = permanent(&evm, &batch, Step::Debits(0..3)).await;
    let parts = [
        "InsufficientLedger",
        &poor.to_string(),
        "has 99 of",
        "debited 100",
    ];
    assert!(parts.iter().all(|part| reason.contains(part)), "{reason}");

    // Any part of the chunk can be checked, so who it is can be found.
    for holder in [0, 2] {
        let alone = leaf(holder)..leaf(holder) + 1;
        evm.check(&batch, &Step::Debits(alone.clone())).await.unwrap();
        world.does(&evm, &batch, &Step::Debits(alone)).await.unwrap();
    }
    permanent(&evm, &batch, Step::Debits(leaf(1)..leaf(1) + 1)).await;
    world.does(&evm, &batch, &Step::Items(0..1)).await.unwrap();
    let reason = passing(&evm, &batch, Step::RevertDeltas(0..3)).await;
    assert!(reason.contains("BatchInTime"), "{reason}");

    world.pass(SETTLE).await;
    let reason = passing(&evm, &batch, Step::Debits(leaf(1)..leaf(1) + 1)).await;
    assert!(reason.contains("BatchTooLate"), "{reason}");
    let (landed, progress) = world.drive(&evm, &batch, Until::End).await.unwrap();
    let last = landed.last().map(|planned| planned.step.clone());
    assert_eq!(last, Some(Step::Close));
    assert!(
        landed
            .iter()
            .any(|planned| planned.step == Step::RevertItems(0..1))
    );
    assert_eq!(
        progress,
        Progress::Closed {
            cancelled: false,
            finality: Finality::Seen
        }
    );
    for (holder, left) in [(0, LEDGER), (1, 99), (2, LEDGER), (7, LEDGER)] {
        assert_eq!(world.ledger(world.holders[holder], 0).await, left);
    }
    let contract = world.contract();
    let holder = contract.itemHolder(world.collection, evm::item(0, 0));
    assert_eq!(holder.call().await.unwrap(), world.holders[0]);
}

#[tokio::test]
async fn revoked_session_and_item_that_is_gone_are_told() {
    let (world, batch) = three(Size {
        items: 1,
        ..Size::default()
    })
    .await;
    let evm = world.evm();
    world.opened(&evm, &batch).await;
    let (holder, key) = (world.holders[0], world.session(0, 0));
    let keys = SessionKeys::new(world.keys, &world.rpc);
    let revoke = keys
        .revoke(world.settlement, holder, key)
        .from(holder)
        .send()
        .await;
    world.mined(revoke.unwrap()).await;
    let reason = permanent(&evm, &batch, Step::Debits(0..3)).await;
    assert!(
        reason.contains("NoLimit") && reason.contains(&key.to_string()),
        "{reason}"
    );
    let reason = permanent(&evm, &batch, Step::Items(0..1)).await;
    assert!(
        reason.contains("NoConsent") && reason.contains(&holder.to_string()),
        "{reason}"
    );

    let contract = world.contract();
    let withdraw = contract.withdrawItem(world.collection, evm::item(0, 0), holder);
    world.mined(withdraw.from(holder).send().await.unwrap()).await;
    let reason = permanent(&evm, &batch, Step::Items(0..1)).await;
    assert!(reason.contains("NotHolder"), "{reason}");
}

#[tokio::test]
async fn session_that_has_spent_its_limit_is_told() {
    let world = World::start().await;
    let evm = world.evm();
    let key = world.session(0, 0);
    let keys = SessionKeys::new(world.keys, &world.rpc);
    let limit = SessionKeys::Limit {
        asset: world.tokens[0],
        amount: alloy::primitives::aliases::U96::from(99),
        lifetime: alloy::primitives::aliases::U96::from(1_000),
        period: 86_400,
    };
    let lower = keys.setLimit(world.settlement, world.holders[0], key, limit);
    world
        .mined(lower.from(world.holders[0]).send().await.unwrap())
        .await;
    let batch = world.small(1).await;
    world.opened(&evm, &batch).await;
    let reason = permanent(&evm, &batch, Step::Debits(0..1)).await;
    assert!(
        reason.contains("OverLimit") && reason.contains("may spend 99"),
        "{reason}"
    );
}

#[tokio::test]
async fn cancelled_batch_is_closed_and_the_next_one_settles() {
    let world = World::start().await;
    let evm = world.evm();
    let (first, second) = (world.small(1).await, world.small(2).await);
    for batch in [&first, &second] {
        world.does(&evm, batch, &Step::Open).await.unwrap();
    }
    let cancel = world.contract().cancelBatch(1).from(world.admin).send().await;
    world.mined(cancel.unwrap()).await;
    let progress = evm.progress(&first).await.unwrap();
    assert_eq!(
        progress,
        Progress::TakingBack {
            steps: vec![Step::Close]
        }
    );
    let (_, progress) = world.drive(&evm, &first, Until::End).await.unwrap();
    assert_eq!(
        progress,
        Progress::Closed {
            cancelled: true,
            finality: Finality::Seen
        }
    );
    let (_, progress) = world.drive(&evm, &second, Until::End).await.unwrap();
    assert!(matches!(progress, Progress::Settled { .. }), "{progress:?}");
    assert_eq!(world.ledger(world.holders[1], 0).await, LEDGER + 100);
}

#[tokio::test]
async fn pause_stops_everything_before_the_first_credit_and_nothing_after() {
    let (world, batch) = three(Size::default()).await;
    let evm = world.evm();
    let pause = async || {
        let sent = world.contract().pause().from(world.admin).send().await;
        world.mined(sent.unwrap()).await;
    };
    let unpause = async || {
        let sent = world.contract().unpause().from(world.admin).send().await;
        world.mined(sent.unwrap()).await;
    };
    pause().await;
    assert_eq!(evm.progress(&batch).await.unwrap(), Progress::Paused);
    let reason = passing(&evm, &batch, Step::Open).await;
    assert!(reason.contains("paused"), "{reason}");
    unpause().await;
    world.opened(&evm, &batch).await;
    pause().await;
    assert_eq!(evm.progress(&batch).await.unwrap(), Progress::Paused);
    unpause().await;
    world.does(&evm, &batch, &Step::Debits(0..3)).await.unwrap();
    let credits = steps(evm.progress(&batch).await.unwrap());
    pause().await;
    assert_eq!(evm.progress(&batch).await.unwrap(), Progress::Paused);
    unpause().await;
    world.does(&evm, &batch, &credits[0]).await.unwrap();
    pause().await;
    let (_, progress) = world.drive(&evm, &batch, Until::End).await.unwrap();
    assert!(matches!(progress, Progress::Settled { .. }), "{progress:?}");
}

#[tokio::test]
async fn credits_are_offered_one_chunk_first_and_then_all() {
    let world = World::of(Size {
        tokens: 2,
        ..Size::default()
    })
    .await;
    let evm = world.evm();
    let to = |n: u8| Address::repeat_byte(n);
    let changes = Changes::default()
        .pay(&world, (0, 0), 0, to(1), 5)
        .pay(&world, (0, 0), 1, to(2), 5);
    let batch = world.batch(1, changes).await;
    world.opened(&evm, &batch).await;
    let debits = steps(evm.progress(&batch).await.unwrap());
    assert_eq!(debits, [Step::Debits(0..1), Step::Debits(1..2)]);
    let reason = passing(&evm, &batch, Step::Credits(2..3)).await;
    assert!(reason.contains("CreditBeforeDebits"), "{reason}");
    let reason = passing(&evm, &batch, Step::Finalize).await;
    assert!(reason.contains("BatchIncomplete"), "{reason}");
    for step in &debits {
        world.does(&evm, &batch, step).await.unwrap();
    }
    assert_eq!(steps(evm.progress(&batch).await.unwrap()), [Step::Credits(2..3)]);
    world.does(&evm, &batch, &Step::Credits(2..3)).await.unwrap();
    // Past the point of no return the settle window does not count.
    world.pass(SETTLE + CHALLENGE).await;
    assert_eq!(steps(evm.progress(&batch).await.unwrap()), [Step::Credits(3..4)]);
    world.does(&evm, &batch, &Step::Credits(3..4)).await.unwrap();
    assert_eq!(steps(evm.progress(&batch).await.unwrap()), [Step::Finalize]);
}

#[tokio::test]
async fn other_batch_under_the_sequence_is_a_conflict_before_and_after_its_end() {
    let world = World::start().await;
    let evm = world.evm();
    let batch = world.small(1).await;
    let mut other = batch.clone();
    // No root differs but that of the intents, which the contract does not keep.
    other.header.intents_root = [9; 32];
    world.sign(&mut other);
    world.does(&evm, &other, &Step::Open).await.unwrap();
    let is_conflict = async || match evm.progress(&batch).await.unwrap() {
        Progress::Conflict { reason } => {
            assert!(reason.contains("another intents root"), "{reason}");
            assert!(!reason.contains("deltas"), "{reason}");
        }
        progress => panic!("{progress:?}"),
    };
    is_conflict().await;
    let (_, progress) = world.drive(&evm, &other, Until::End).await.unwrap();
    assert!(matches!(progress, Progress::Settled { .. }), "{progress:?}");
    is_conflict().await;
}

#[tokio::test]
async fn what_the_contract_has_no_call_for_is_never_planned() {
    let (world, batch) = three(Size::default()).await;
    let evm = world.evm();
    let mut forged = batch.clone();
    forged.signature[5] ^= 1;
    let reason = permanent(&evm, &forged, Step::Open).await;
    assert!(reason.contains("InvalidSignature"), "{reason}");
    let mut late = batch.clone();
    late.header.sequence = 3;
    world.sign(&mut late);
    let reason = passing(&evm, &late, Step::Open).await;
    assert!(reason.contains("WrongSequence"), "{reason}");

    let mut odd = batch.clone();
    odd.deltas[1].amount -= 1;
    let reason = permanent(&evm, &odd, Step::Debits(0..3)).await;
    assert!(reason.contains("header's roots"), "{reason}");
    let mut solana = batch.clone();
    solana.deltas[0].owner.0 = [1; 32];
    let reason = permanent(&evm, &solana, Step::Debits(0..3)).await;
    assert!(reason.contains("no EVM address"), "{reason}");
    for step in [
        Step::Debits(0..4),
        Step::Debits(2..9),
        Step::Debits(1..1),
        Step::Items(0..1),
        Step::Prepare(1),
    ] {
        permanent(&evm, &batch, step).await;
    }
}
