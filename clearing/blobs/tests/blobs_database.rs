//! What Postgres remembers of blobs: copies that are missing, and names.

mod common;

use cid::Cid;
use common::blob;
use devnet_nodes::{TestDatabase, postgres::test_database};
use futures_util::future::join_all;
use novate_blobs::{
    BlobStore, Name, Names, Repair, Replicas, Settings, StoreError,
    disk::Disk,
    migrate,
    repair::{Round, Times},
    track,
};
use sqlx::PgPool;
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

async fn database() -> (TestDatabase, PgPool) {
    let database = test_database().unwrap();
    let pool = PgPool::connect(&database.url).await.unwrap();
    migrate(&pool).await.unwrap();
    (database, pool)
}

fn disk(folder: &Path, name: &str) -> Disk {
    Disk::open(name, &folder.join(name), common::LIMIT).unwrap()
}

/// Three folders, of which two must have a blob.
fn three(folder: &Path) -> ([Disk; 3], Arc<Replicas>) {
    let disks = ["a", "b", "c"].map(|name| disk(folder, name));
    let stores = disks.clone().map(|disk| Box::new(disk) as Box<dyn BlobStore>);
    let settings = Settings {
        first_rest: Duration::ZERO,
        ..Settings::default()
    };
    (disks, Arc::new(Replicas::new(stores.into(), settings).unwrap()))
}

const TIMES: Times = Times {
    round: Duration::from_millis(20),
    recheck: Duration::from_secs(3600),
    retry: Duration::from_millis(50),
    longest_retry: Duration::from_millis(200),
};

struct World {
    _database: TestDatabase,
    _folder: TempDir,
    pool: PgPool,
    disks: [Disk; 3],
    repair: Repair,
}

impl World {
    async fn new() -> Self {
        let (database, pool) = database().await;
        let folder = tempfile::tempdir().unwrap();
        let (disks, replicas) = three(folder.path());
        let repair = Repair::new(pool.clone(), replicas, TIMES);
        Self {
            _database: database,
            _folder: folder,
            pool,
            disks,
            repair,
        }
    }

    /// Tracks it, with its check due now.
    async fn track(&self, cid: &Cid, bytes: &[u8]) {
        let mut connection = self.pool.acquire().await.unwrap();
        track(&mut connection, cid, bytes.len() as u64, false)
            .await
            .unwrap();
        self.make_due().await;
    }

    async fn make_due(&self) {
        sqlx::query("update blobs.blobs set next_check = now()")
            .execute(&self.pool)
            .await
            .unwrap();
    }

    async fn round(&self) -> Round {
        self.repair.round(&CancellationToken::new()).await.unwrap()
    }

    async fn row(&self, cid: &Cid) -> (Option<Vec<String>>, i32, Option<String>) {
        sqlx::query_as("select missing, failures, error from blobs.blobs where cid = $1")
            .bind(cid.to_bytes())
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn migrating_twice_and_at_once_is_migrating() {
    let (_database, pool) = database().await;
    let (one, other) = tokio::join!(migrate(&pool), migrate(&pool));
    one.unwrap();
    other.unwrap();
    assert!(
        Names::new(pool)
            .resolve(&"none".parse().unwrap())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn copies_that_are_missing_are_made_again() {
    let world = World::new().await;
    for seed in 0..40 {
        let (cid, bytes) = blob(seed, 1_000);
        world.disks[usize::from(seed) % 3]
            .put(&cid, &bytes)
            .await
            .unwrap();
        world.track(&cid, &bytes).await;
    }
    assert_eq!(
        world.round().await,
        Round {
            checked: 40,
            copied: 80,
            missing: 0
        }
    );
    for seed in 0..40 {
        let (cid, bytes) = blob(seed, 1_000);
        for disk in &world.disks {
            assert_eq!(disk.get(&cid).await.unwrap().as_ref(), Some(&bytes));
        }
    }
    let status = world.repair.status().await.unwrap();
    assert_eq!(
        (status.tracked, status.checked, status.incomplete, status.due),
        (40, 40, 0, 0)
    );
    assert_eq!(
        world.round().await,
        Round::default(),
        "nothing is due for an hour"
    );
}

#[tokio::test]
async fn a_copy_of_another_length_is_a_missing_one() {
    let world = World::new().await;
    let (cid, bytes) = blob(1, 1_000);
    for disk in &world.disks {
        disk.put(&cid, &bytes).await.unwrap();
    }
    std::fs::write(world.disks[1].path(&cid), &bytes[..500]).unwrap();
    world.track(&cid, &bytes).await;
    assert_eq!(world.round().await.copied, 1);
    assert_eq!(world.disks[1].get(&cid).await.unwrap(), Some(bytes));
}

#[tokio::test]
async fn what_no_store_has_is_told_and_tried_again_later_and_later() {
    let world = World::new().await;
    let (cid, bytes) = blob(1, 1_000);
    world.track(&cid, &bytes).await;
    for failures in 1..=3 {
        assert_eq!(
            world.round().await,
            Round {
                checked: 1,
                copied: 0,
                missing: 3
            }
        );
        let (missing, counted, error) = world.row(&cid).await;
        assert_eq!(missing.unwrap(), ["a", "b", "c"]);
        assert_eq!(counted, failures);
        assert!(error.unwrap().contains("no store has"));
        world.make_due().await;
    }
    world.disks[2].put(&cid, &bytes).await.unwrap();
    assert_eq!(
        world.round().await,
        Round {
            checked: 1,
            copied: 2,
            missing: 0
        }
    );
    assert_eq!(world.row(&cid).await, (Some(vec![]), 0, None));
}

#[tokio::test]
async fn a_store_that_fails_keeps_no_other_from_its_copy() {
    let world = World::new().await;
    let (cid, bytes) = blob(1, 1_000);
    world.disks[2].put(&cid, &bytes).await.unwrap();
    // A file where the folder of the blob is to be.
    let shard = world.disks[0].path(&cid).parent().unwrap().to_owned();
    std::fs::write(&shard, "in the way").unwrap();
    world.track(&cid, &bytes).await;
    let round = world.round().await;
    assert_eq!((round.copied, round.missing), (1, 1));
    let (missing, failures, error) = world.row(&cid).await;
    assert_eq!((missing.unwrap(), failures), (vec!["a".to_owned()], 1));
    assert!(error.unwrap().contains("store a"));
    std::fs::remove_file(&shard).unwrap();
    world.make_due().await;
    assert_eq!(
        world.round().await,
        Round {
            checked: 1,
            copied: 1,
            missing: 0
        }
    );
}

#[tokio::test]
async fn the_task_repairs_by_itself_and_stops_when_told() {
    let world = World::new().await;
    let cancel = CancellationToken::new();
    let (repair, token) = (world.repair.clone(), cancel.clone());
    let task = tokio::spawn(async move { repair.run(token).await });
    let (cid, bytes) = blob(1, 1_000);
    world.disks[1].put(&cid, &bytes).await.unwrap();
    world.track(&cid, &bytes).await;
    let end = Instant::now() + Duration::from_secs(20);
    while world.repair.status().await.unwrap().checked == 0 {
        assert!(Instant::now() < end, "it was never checked");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for disk in &world.disks {
        assert_eq!(disk.get(&cid).await.unwrap().as_ref(), Some(&bytes));
    }
    cancel.cancel();
    tokio::time::timeout(Duration::from_secs(5), task)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn two_processes_check_different_blobs() {
    let world = World::new().await;
    for seed in 0..100 {
        let (cid, bytes) = blob(seed, 100);
        world.disks[0].put(&cid, &bytes).await.unwrap();
        world.track(&cid, &bytes).await;
    }
    let (one, other) = tokio::join!(world.round(), world.round());
    assert_eq!(one.checked + other.checked, 100);
    assert_eq!(one.copied + other.copied, 200);
}

#[tokio::test]
async fn tracking_is_part_of_the_callers_transaction_and_idempotent() {
    let world = World::new().await;
    let (cid, bytes) = blob(1, 100);
    let mut tx = world.pool.begin().await.unwrap();
    track(&mut tx, &cid, 100, false).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(world.repair.status().await.unwrap().tracked, 0);
    for anchored in [false, true, false] {
        let mut connection = world.pool.acquire().await.unwrap();
        track(&mut connection, &cid, bytes.len() as u64, anchored)
            .await
            .unwrap();
    }
    let anchored: bool = sqlx::query_scalar("select anchored from blobs.blobs")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert!(anchored, "what was anchored once stays so");
    assert_eq!(
        world.round().await,
        Round::default(),
        "it is not due while it is being written"
    );
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_name_means_what_it_was_linked_to_last() {
    let (_database, pool) = database().await;
    let names = Names::new(pool);
    let latest = name("batches/latest");
    assert_eq!(names.resolve(&latest).await.unwrap(), None);
    let cids = [1, 2, 3].map(|seed| blob(seed, 10).0);
    for (version, cid) in (0..).zip(&cids) {
        assert_eq!(names.link(&latest, cid, version).await.unwrap(), version + 1);
        let link = names.resolve(&latest).await.unwrap().unwrap();
        assert_eq!((link.version, link.cid), (version + 1, *cid));
    }
    assert_eq!(names.resolve(&name("batches/first")).await.unwrap(), None);
    let history = names.history(&latest, 10).await.unwrap();
    let history: Vec<_> = history.iter().map(|link| (link.version, link.cid)).collect();
    assert_eq!(history, [(3, cids[2]), (2, cids[1]), (1, cids[0])]);
    assert_eq!(names.history(&latest, 2).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_link_that_expects_another_version_changes_nothing() {
    let (_database, pool) = database().await;
    let names = Names::new(pool);
    let (latest, cid) = (name("latest"), blob(1, 10).0);
    names.link(&latest, &cid, 0).await.unwrap();
    for expected in [0, 2, u64::MAX] {
        let error = names.link(&latest, &blob(2, 10).0, expected).await.unwrap_err();
        assert!(matches!(error, StoreError::Moved { version: 1, .. }), "{error}");
    }
    assert_eq!(names.resolve(&latest).await.unwrap().unwrap().cid, cid);
}

#[tokio::test]
async fn of_many_links_at_once_one_is_made() {
    let (_database, pool) = database().await;
    let names = Names::new(pool);
    let latest = name("latest");
    let cids: Vec<Cid> = (0..8).map(|seed| blob(seed, 10).0).collect();
    let done = join_all(cids.iter().map(|cid| names.link(&latest, cid, 0))).await;
    assert_eq!(done.iter().filter(|link| link.is_ok()).count(), 1);
    for error in done.into_iter().filter_map(Result::err) {
        assert!(matches!(error, StoreError::Moved { .. }), "{error}");
    }
    assert_eq!(names.history(&latest, 10).await.unwrap().len(), 1);
}

#[test]
fn names_are_plain() {
    for good in ["a", "batches/latest", "0.9_x-y", &"n".repeat(200)] {
        assert_eq!(name(good).to_string(), good);
    }
    for bad in ["", "A", "a b", "ä", "a\u{202e}", "a\0", "a'", &"n".repeat(201)] {
        let error = bad.parse::<Name>().unwrap_err();
        assert!(matches!(error, StoreError::BadName(_)), "{error}");
    }
}
