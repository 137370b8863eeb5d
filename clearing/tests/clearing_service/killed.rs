//! The process is killed, wherever it is.

use crate::{
    process::Process,
    world::{World, eventually, owner},
};
use devnet_nodes::{Postgres, postgres::Settings};
use novate_clearing::{
    context::machine_clock,
    failpoint::{Point, pass},
};
use std::{
    os::unix::process::ExitStatusExt,
    process::Command,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// Kills it at the point, goes on with another process, and looks at what has come of it.
async fn killed_at(point: Point) {
    let mut world = World::new().await;
    world.pay_all().await;
    match point {
        Point::QuarantineSeen | Point::QuarantineNoted | Point::ClosedSeen | Point::ClosedNoted => {
            // Somebody has withdrawn between netting and application: noticed when the debit is refused.
            world.faults(|faults| faults.settle_window = Some(300)).await;
            world.withdraw_when_opened(0).await;
        }
        Point::RefusalSeen | Point::RefusalNoted => world.faults(|faults| faults.too_old = Some(2)).await,
        _ => {}
    }
    let mut process = Process::start(&world, Some(point));
    let status = process.ended().await;
    assert_eq!(status.signal(), Some(6), "{point} is reached");
    world.heal().await;
    world.settle_all().await;
    world.check().await;
}

const WRITE: &[Point] = &[Point::WindowNetted, Point::BatchWritten];
const BLOB: &[Point] = &[Point::BlobStored, Point::BlobNoted];
const SIGNATURE: &[Point] = &[Point::Signed, Point::SignatureWritten];
const TRANSACTION: &[Point] = &[
    Point::TransactionPlanned,
    Point::TransactionWritten,
    Point::TransactionSent,
    Point::TransactionLanded,
];
const SETTLEMENT: &[Point] = &[Point::SettledSeen, Point::SettledNoted, Point::FinalizedSeen];
const QUARANTINE: &[Point] = &[
    Point::QuarantineSeen,
    Point::QuarantineNoted,
    Point::ClosedSeen,
    Point::ClosedNoted,
];
const REFUSAL: &[Point] = &[Point::RefusalSeen, Point::RefusalNoted];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_around_the_write_of_a_batch_it_loses_and_doubles_nothing() {
    for point in WRITE {
        killed_at(*point).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_around_the_blob_it_loses_and_doubles_nothing() {
    for point in BLOB {
        killed_at(*point).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_around_the_signature_it_loses_and_doubles_nothing() {
    for point in SIGNATURE {
        killed_at(*point).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_around_a_transaction_it_loses_and_doubles_nothing() {
    for point in TRANSACTION {
        killed_at(*point).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_around_settlement_it_loses_and_doubles_nothing() {
    for point in SETTLEMENT {
        killed_at(*point).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_around_quarantine_it_loses_and_doubles_nothing() {
    for point in QUARANTINE {
        killed_at(*point).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_around_a_refusal_it_loses_and_doubles_nothing() {
    for point in REFUSAL {
        killed_at(*point).await;
    }
}

#[test]
fn every_point_is_one_at_which_it_is_killed() {
    let all = [
        WRITE,
        BLOB,
        SIGNATURE,
        TRANSACTION,
        SETTLEMENT,
        QUARANTINE,
        REFUSAL,
    ];
    assert_eq!(all.concat(), Point::ALL);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_instance_takes_over_within_five_seconds_of_a_kill() {
    let world = World::new().await;
    let first = Process::start(&world, None);
    eventually("the first leads", async || world.epoch().await == 1).await;
    let _second = Process::start(&world, None);
    first.signal("-KILL");
    let killed = Instant::now();
    eventually("the second leads", async || world.epoch().await == 2).await;
    assert!(
        killed.elapsed() < Duration::from_secs(5),
        "{:?}",
        killed.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_leader_is_replaced_and_writes_nothing_when_it_wakes() {
    let mut world = World::new().await;
    let first = Process::start(&world, None);
    eventually("the first leads", async || world.epoch().await == 1).await;
    first.signal("-STOP");
    let frozen = Instant::now();
    let second = Process::start(&world, None);
    eventually("the second leads", async || world.epoch().await == 2).await;
    assert!(
        frozen.elapsed() < Duration::from_secs(6),
        "{:?}",
        frozen.elapsed()
    );
    world.pay_all().await;
    first.signal("-CONT");
    eventually("all is settled", async || world.is_settled().await).await;
    drop((first, second));
    world.check().await;
    assert!(
        world
            .ledger()
            .await
            .balances
            .contains_key(&hex::encode(owner(0).0))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_killed_in_the_middle_of_a_window_and_nothing_is_lost() {
    let folder = Postgres::default_folder().with_file_name(format!("clearing-{}", std::process::id()));
    let server = Postgres::persistent(&folder, Settings::default()).unwrap();
    let mut world = World::on(server.url().to_owned(), None).await;
    world.pay_all().await;
    let cancel = CancellationToken::new();
    let running = tokio::spawn(world.service(pass, machine_clock).run(cancel.clone()));
    eventually("a window is closed, and another one is not", async || {
        !world.states().await.is_empty()
    })
    .await;
    let lock: String = sqlx::query_scalar("select pg_read_file('postmaster.pid')")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    let port = world.pool.connect_options().get_port();
    let killed = Command::new("kill")
        .args(["-KILL", lock.lines().next().unwrap()])
        .status()
        .unwrap();
    assert!(killed.success());
    drop(server);
    let server = Postgres::persistent(&folder, Settings { port }).unwrap();
    eventually("all is settled", async || world.is_settled().await).await;
    cancel.cancel();
    running.await.unwrap();
    world.check().await;
    drop((world, server));
    std::fs::remove_dir_all(&folder).unwrap();
}
