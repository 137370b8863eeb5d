//! What signer or chain refuse holds up those whose intents are refused, and nobody else.

use crate::{
    double::{ASSET, FOREIGN, now},
    ledger,
    world::{World, pay},
};
use novate_clearing::store::{
    batches::State,
    intents_view::{State as Standing, by_id},
};
use novate_protocol::intent::Action;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_asset_that_the_signer_does_not_allow_stops_nobody_else() {
    let mut world = World::new().await;
    let unwanted = world.submit(0, pay(1, FOREIGN, 1)).await;
    world.pay_all().await;
    world.settle_all().await;
    world.check_but(&unwanted, 80_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_above_what_a_batch_may_debit_stops_nobody_else() {
    let mut world = World::new().await;
    world.hold_seconds = 3_600;
    let unwanted = world.submit(0, pay(1, ASSET, 500)).await;
    world.pay_all().await;
    world.faults(|faults| faults.most = Some(300)).await;
    world.settle_all().await;
    world.check_but(&unwanted, 3_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_whose_authority_has_changed_is_signed_again() {
    let mut world = World::new().await;
    world.pay_all().await;
    world.faults(|faults| faults.paused = true).await;
    world
        .run_until(async || world.states().await.contains(&State::Signed))
        .await;
    let rotate = |ledger: &mut ledger::Ledger| ledger.signer.key = 1;
    ledger::change(&world.pool, rotate).await.unwrap();
    world.faults(|faults| faults.paused = false).await;
    world.settle_all().await;
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_no_node_takes_again_is_replaced() {
    let mut world = World::new().await;
    world.pay_all().await;
    world
        .faults(|faults| (faults.drop, faults.underbid) = (1, true))
        .await;
    world.settle_all().await;
    assert!(!world.ledger().await.faults.dropped.is_empty());
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_fails_only_as_a_whole_is_told_and_held() {
    let mut world = World::new().await;
    world.hold_seconds = 3_600;
    world.pay_all().await;
    world
        .faults(|faults| (faults.narrow, faults.settle_window) = (true, Some(300)))
        .await;
    world
        .run_until(async || world.states().await.contains(&State::Quarantined))
        .await;
    world
        .run_until(async || world.states().await.contains(&State::Closed))
        .await;
    // A batch behind it may have been taken back with it, and is not held.
    let (blamed, held): (i64, i64) = sqlx::query_as(
        "select max(cardinality(b.blamed))::bigint, max(c.not_before) from clearing.batches b
         join clearing.outcomes o on o.batch = b.number join clearing.carried c on c.seq = o.seq where b.state = 'closed'",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(blamed, 0, "nobody is to blame");
    assert!(held.unsigned_abs() > now() + 3_000, "{held}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_its_owner_has_taken_back_meanwhile_is_not_netted_again() {
    let mut world = World::new().await;
    // A window takes five, so what is netted again is split behind these, too.
    let taken_back = world.submit(0, pay(1, ASSET, 40)).await;
    for to in 2..6 {
        world.pay(1, to, 10).await;
    }
    world.faults(|faults| faults.signer_paused = true).await;
    world.run_until(async || world.states().await.len() == 1).await;
    let cancel = world.submit(0, Action::Cancel { intent: taken_back }).await;
    world.run_until(async || world.states().await.len() == 2).await;
    let refuse = |faults: &mut ledger::Faults| (faults.signer_paused, faults.too_old) = (false, Some(1));
    world.faults(refuse).await;
    world
        .run_until(async || {
            let cancel = by_id(&world.pool, &cancel).await.unwrap().unwrap();
            cancel.state == Standing::Rejected && world.is_settled().await
        })
        .await;
    let view = by_id(&world.pool, &taken_back).await.unwrap().unwrap();
    assert_eq!((view.state, view.outcome), (Standing::Cancelled, None));
    assert!(world.states().await.contains(&State::Refused));
    assert_eq!(world.ledger().await.balances, world.expected);
}

impl World {
    /// Everything but this intent is settled, and it is held for more than so many seconds.
    async fn check_but(&self, held: &[u8; 32], seconds: u64) {
        assert_eq!(self.ledger().await.balances, self.expected);
        let carried: Vec<(Vec<u8>, i64)> = sqlx::query_as(
            "select i.id, c.not_before from clearing.carried c join clearing.intents i using (seq)",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap();
        let [(id, not_before)] = carried.as_slice() else {
            panic!("one is held: {carried:?}");
        };
        assert_eq!(id, held);
        assert!(not_before.unsigned_abs() > now() + seconds);
    }
}
