//! What a window takes, and when it is not closed.

use crate::{
    ledger,
    world::{World, owner},
};
use novate_clearing::{
    batch_maker::{BatchMaker, Made, MakerError},
    context::{Context, machine_clock},
    failpoint::pass,
    settlement::Settlement,
    store::{batches::State, leader::Leader},
};
use novate_netting::Outcome;
use novate_protocol::ids::Asset;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_has_lost_a_batch_makes_no_other_one_of_its_intents() {
    let mut world = World::new().await;
    world.pay_all().await;
    world.settle_all().await;
    let before = world.states().await.len();
    let (mut maker, leader) = world.maker(machine_clock).await;
    // As after a restore of what was there before the last window was closed.
    sqlx::raw_sql(
        "create temporary table lost as select number from clearing.batches order by number desc limit 1;
         update clearing.settlements set cursor =
            (select min(seq) - 1 from clearing.outcomes where batch = (select number from lost));
         delete from clearing.outcomes where batch = (select number from lost);
         delete from clearing.transactions where batch = (select number from lost);
         delete from clearing.batches where number = (select number from lost);",
    )
    .execute(&mut *world.pool.acquire().await.unwrap())
    .await
    .unwrap();
    let refused = maker.tick().await;
    let opened = world.ledger().await.opened;
    assert!(
        matches!(refused, Err(MakerError::Unknown { opened: on_chain, next }) if on_chain == opened && next == opened),
        "{refused:?}"
    );
    assert_eq!(world.states().await.len(), before - 1, "nothing is made");
    leader.resign().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_batch_comes_after_what_the_chain_has_also_if_it_is_refused() {
    let mut world = World::new().await;
    let elsewhere = |ledger: &mut ledger::Ledger| {
        (ledger.opened, ledger.over, ledger.signer.next) = (5, 5, 6);
        ledger.faults.too_old = Some(6);
    };
    ledger::change(&world.pool, elsewhere).await.unwrap();
    world.pay_all().await;
    world.settle_all().await;
    assert!(world.states().await.contains(&State::Refused));
    let first: i64 = sqlx::query_scalar("select min(sequence) from clearing.batches")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert_eq!(first, 6);
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_taken_back_waits_until_the_index_has_seen_it_closed() {
    let mut world = World::new().await;
    // More than half: it is covered once.
    world.pay(0, 1, 600).await;
    world
        .faults(|faults| (faults.settle_window, faults.seen) = (Some(300), Some(0)))
        .await;
    world.withdraw_when_opened(0).await;
    world
        .run_until(async || world.states().await == [State::Closed])
        .await;
    world.heal().await;
    let (mut maker, leader) = world.maker(machine_clock).await;
    assert_eq!(maker.tick().await.unwrap(), Made::Nothing);
    leader.resign().await;
    world.faults(|faults| faults.seen = None).await;
    world.settle_all().await;
    world.check().await;
}

static LATER: AtomicU64 = AtomicU64::new(0);

fn later() -> u64 {
    machine_clock() + LATER.load(Ordering::Relaxed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_again_and_is_rejected_waits_no_longer_than_a_quiet_window() {
    let mut world = World::new().await;
    world.pay(0, 1, 2_000).await;
    sqlx::raw_sql(
        "insert into clearing.carried (seq, settlement, not_before) select seq, settlement, 1 from clearing.intents;
         update clearing.settlements set cursor = (select max(seq) from clearing.intents);",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let quiet = |settlement: &mut Settlement| {
        (settlement.limits.window_seconds, settlement.limits.quiet_seconds) = (30, 300);
        settlement.skew.max = 1_000;
    };
    let (mut maker, leader) = world.maker_of(later, quiet).await;
    assert_eq!(maker.tick().await.unwrap(), Made::Quiet);
    LATER.store(200, Ordering::Relaxed);
    assert_eq!(maker.tick().await.unwrap(), Made::Quiet);
    LATER.store(301, Ordering::Relaxed);
    assert!(matches!(maker.tick().await.unwrap(), Made::Batch { .. }));
    leader.resign().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_intent_waits_until_the_index_was_looked_at_after_it_came() {
    let mut world = World::new().await;
    let before = machine_clock();
    world.faults(|faults| faults.looked_at = Some(before)).await;
    world.pay(0, 1, 10).await;
    let (mut maker, leader) = world.maker(machine_clock).await;
    assert_eq!(maker.tick().await.unwrap(), Made::Nothing);
    let after = machine_clock() + 1;
    world.faults(|faults| faults.looked_at = Some(after)).await;
    assert!(matches!(maker.tick().await.unwrap(), Made::Batch { .. }));
    leader.resign().await;
    world.settle_all().await;
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_goes_back_while_a_window_is_netted_is_read_again() {
    let mut world = World::new().await;
    world.pay(0, 1, 10).await;
    world.settle_all().await;
    world.pay(1, 2, 10).await;
    world.faults(|faults| faults.rolled_back = Some(0)).await;
    let (mut maker, leader) = world.maker(machine_clock).await;
    let refused = maker.tick().await;
    assert!(
        matches!(refused, Err(MakerError::WentBack { from: 1, to: 0 })),
        "{refused:?}"
    );
    leader.resign().await;
    world.faults(|faults| faults.rolled_back = None).await;
    world.settle_all().await;
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_asset_that_is_not_allowed_is_in_no_batch() {
    let mut world = World::new().await;
    world.pay(0, 1, 10).await;
    let other = |settlement: &mut Settlement| settlement.allowed.assets = [Asset([8; 32])].into();
    let (mut maker, leader) = world.maker_of(machine_clock, other).await;
    assert!(matches!(maker.tick().await.unwrap(), Made::Batch { .. }));
    leader.resign().await;
    let (outcome, deltas): (i16, i32) = sqlx::query_as(
        "select outcome, deltas from clearing.outcomes join clearing.batches on number = batch",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(outcome, i16::from(Outcome::InsufficientFunds.code()));
    assert_eq!(deltas, 0, "{:?} keeps all", owner(0));
}

impl World {
    /// Leads, and keeps the lock for as long as the test runs.
    pub async fn maker(&self, clock: fn() -> u64) -> (BatchMaker, Leader) {
        self.maker_of(clock, |_| {}).await
    }

    /// The same, of a settlement that is otherwise.
    async fn maker_of(
        &self,
        clock: fn() -> u64,
        otherwise: impl FnOnce(&mut Settlement),
    ) -> (BatchMaker, Leader) {
        let mut service = self.service(pass, clock);
        let mut settlement = service.settlements.remove(0);
        otherwise(Arc::get_mut(&mut settlement).expect("nobody else has it yet"));
        let leader = Leader::wait(&self.pool.connect_options(), "a test")
            .await
            .unwrap();
        let context = Context {
            pool: service.pool,
            fence: leader.fence(),
            signer: service.signer,
            blobs: service.blobs,
            hook: pass,
            clock,
        };
        let cap = Arc::new(AtomicU64::new(1_000));
        (BatchMaker::new(context, settlement, cap), leader)
    }
}
