//! Everything around the service fails.

use crate::world::{BALANCE, World, eventually, owner};
use novate_clearing::{
    batch_maker::MakerError,
    context::machine_clock,
    failpoint::pass,
    store::{StoreError, batches::State},
};
use std::sync::atomic::Ordering;
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_is_settled_once() {
    let mut world = World::new().await;
    world.pay_all().await;
    world.settle_all().await;
    world.check().await;
    let batches = world.states().await;
    assert!(batches.len() > 1, "windows of five make several batches");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_accepts_and_drops_is_sent_to_again() {
    let mut world = World::new().await;
    world.pay_all().await;
    world.faults(|faults| faults.drop = 7).await;
    world.settle_all().await;
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_that_land_late_or_twice_change_nothing() {
    let mut world = World::new().await;
    world.pay_all().await;
    world
        .faults(|faults| (faults.late, faults.twice) = (40, true))
        .await;
    world.settle_all().await;
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reorg_after_settlement_is_noticed_and_settled_again() {
    let mut world = World::new().await;
    world.pay_all().await;
    world.faults(|faults| faults.reorg = true).await;
    world.settle_all().await;
    assert!(!world.ledger().await.faults.reorg, "there was one");
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_can_never_be_applied_is_taken_back_and_netted_without_who_made_it_fail() {
    let mut world = World::new().await;
    world.pay_all().await;
    world.faults(|faults| faults.settle_window = Some(300)).await;
    world.withdraw_when_opened(0).await;
    world
        .run_until(async || world.states().await.contains(&State::Quarantined))
        .await;
    let blamed: Vec<Vec<Vec<u8>>> =
        sqlx::query_scalar("select blamed from clearing.batches where state = 'quarantined'")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert_eq!(
        blamed[0],
        [owner(0).0.to_vec()],
        "the one who withdrew, and nobody else"
    );
    world
        .run_until(async || world.states().await.contains(&State::Closed))
        .await;
    world.heal().await;
    world.settle_all().await;
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_in_quarantine_goes_on_when_its_owner_puts_it_right() {
    let mut world = World::new().await;
    world.pay_all().await;
    world.withdraw_when_opened(0).await;
    world
        .run_until(async || world.states().await.contains(&State::Quarantined))
        .await;
    world.heal().await;
    world.settle_all().await;
    assert!(!world.states().await.contains(&State::Closed));
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signer_that_is_paused_is_told_as_it_is_and_asked_again() {
    let mut world = World::new().await;
    world.pay_all().await;
    world.faults(|faults| faults.signer_paused = true).await;
    world
        .run_until(async || {
            world
                .says("signing is paused until an administrator calls resume")
                .await
        })
        .await;
    world.faults(|faults| faults.signer_paused = false).await;
    world.settle_all().await;
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_the_signer_refuses_for_ever_frees_its_sequence_and_its_intents() {
    let mut world = World::new().await;
    world.pay_all().await;
    world.faults(|faults| faults.too_old = Some(1)).await;
    world.settle_all().await;
    assert!(world.states().await.contains(&State::Refused));
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_settlement_is_waited_for() {
    let mut world = World::new().await;
    world.pay_all().await;
    world.faults(|faults| faults.paused = true).await;
    world
        .run_until(async || world.states().await.contains(&State::Signed))
        .await;
    world.faults(|faults| faults.paused = false).await;
    world.settle_all().await;
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_holds_batches_up_and_loses_none() {
    let mut world = World::new().await;
    world.pay_all().await;
    world.full.store(true, Ordering::Relaxed);
    world.run_until(async || world.says("No space left").await).await;
    assert!(world.states().await.iter().all(|state| *state == State::Made));
    world.full.store(false, Ordering::Relaxed);
    world.settle_all().await;
    world.check().await;
}

fn an_hour_ahead() -> u64 {
    machine_clock() + 3_600
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_an_hour_off_closes_no_window() {
    let mut world = World::new().await;
    world.pay_all().await;
    let (mut maker, leader) = world.maker(an_hour_ahead).await;
    assert!(matches!(maker.tick().await, Err(MakerError::Clock(_))));
    leader.resign().await;
    world.faults(|faults| faults.ahead = 3_600).await;
    let (mut maker, leader) = world.maker(machine_clock).await;
    assert!(matches!(maker.tick().await, Err(MakerError::Clock(_))));
    world.faults(|faults| faults.ahead = -3_600).await;
    assert!(matches!(maker.tick().await, Err(MakerError::Clock(_))));
    assert_eq!(world.states().await, []);
    leader.resign().await;
    world.faults(|faults| faults.ahead = 0).await;
    world.settle_all().await;
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_leaders_the_earlier_one_writes_nothing() {
    let mut world = World::new().await;
    world.pay_all().await;
    let (mut first, mut replaced) = world.maker(machine_clock).await;
    // Postgres frees the lock of a session that it has ended, whatever its process believes.
    let ended: bool = sqlx::query_scalar(
        "select bool_and(pg_terminate_backend(pid)) from pg_locks where locktype = 'advisory' and objsubid = 2
         and classid::bigint = x'4e6f766c'::bigint and database = (select oid from pg_database where datname = current_database())",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert!(ended);
    let (mut second, leader) = world.maker(machine_clock).await;
    let (one, two) = tokio::join!(first.tick(), second.tick());
    assert!(
        matches!(one, Err(MakerError::Store(StoreError::Replaced { .. }))),
        "{one:?}"
    );
    assert!(two.is_ok(), "{two:?}");
    assert_eq!(world.states().await, [State::Made]);
    assert!(
        replaced.beat().await.is_err(),
        "it learns so from its next sign of life"
    );
    leader.resign().await;
    world.settle_all().await;
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_batch_in_flight_takes_is_not_spent_again() {
    let mut world = World::new().await;
    // A window takes five.
    for _ in 0..5 {
        world.pay(0, 1, 180).await;
    }
    world.pay(0, 2, 150).await;
    world.faults(|faults| faults.paused = true).await;
    world
        .run_until(async || world.states().await == [State::Signed, State::Signed])
        .await;
    world.faults(|faults| faults.paused = false).await;
    world
        .run_until(async || world.states().await == [State::Finalized, State::Finalized])
        .await;
    let outcomes: Vec<i16> =
        sqlx::query_scalar("select outcome from clearing.outcomes order by batch, position")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert_eq!(outcomes, [0, 0, 0, 0, 0, 8], "the last is not covered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_stops_within_five_seconds() {
    let mut world = World::new().await;
    world.pay_all().await;
    let cancel = CancellationToken::new();
    let running = tokio::spawn(world.service(pass, machine_clock).run(cancel.clone()));
    eventually("it has begun", async || !world.states().await.is_empty()).await;
    cancel.cancel();
    tokio::time::timeout(std::time::Duration::from_secs(5), running)
        .await
        .unwrap()
        .unwrap();
    world.settle_all().await;
    world.check().await;
}

impl World {
    /// Owner `n` takes almost everything out as soon as a batch is opened that takes something from them: before it is applied.
    pub async fn withdraw_when_opened(&self, n: u8) {
        let name = hex::encode(owner(n).0);
        crate::ledger::change(&self.pool, |ledger| ledger.faults.withdraws = Some(name))
            .await
            .unwrap();
    }

    /// They pay it in again, and settle windows are long.
    pub async fn heal(&self) {
        let heal = |ledger: &mut crate::ledger::Ledger| {
            ledger.faults.settle_window = None;
            ledger.faults.withdraws = None;
            if let Some((owner, amount)) = ledger.faults.withdrawn.take() {
                *ledger.balances.entry(owner).or_default() += amount;
            }
        };
        crate::ledger::change(&self.pool, heal).await.unwrap();
        const { assert!(BALANCE > 0) };
    }

    /// Whether a batch waits for something of which this is said.
    async fn says(&self, words: &str) -> bool {
        sqlx::query_scalar(
            "select coalesce(bool_or(position($1 in reason) > 0), false) from clearing.batches",
        )
        .bind(words)
        .fetch_one(&self.pool)
        .await
        .unwrap()
    }

    pub async fn epoch(&self) -> i64 {
        sqlx::query_scalar("select epoch from clearing.leader")
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }
}
