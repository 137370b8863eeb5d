//! Postgres is killed in the middle of groups: what was answered as accepted is there, and nothing is there by half.

use crate::common::{Key, World, accepted, all_accepted};
use devnet_nodes::{
    Postgres,
    postgres::{Binaries, Settings},
};
use novate_clearing::intake::{Answer, Intake, Refusal};
use novate_netting::SignedIntent;
use std::{
    collections::{HashMap, HashSet},
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

const SENDERS: u16 = 8;
const GROUP: u64 = 25;

/// `kill -9`, of the server and of every process that it forked.
fn kill(folder: &Path) {
    let major = Binaries::find().unwrap().version().major.clone();
    let pid = fs::read_to_string(folder.join(major).join("data/postmaster.pid")).unwrap();
    let pid = pid.lines().next().unwrap().to_owned();
    let forked = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let pids = std::iter::once(pid.as_str()).chain(forked.split_whitespace());
    Command::new("kill").arg("-9").args(pids).status().unwrap();
}

/// On the same port, as soon as what is left of the killed one has gone.
fn restart(folder: &Path, port: u16) -> Postgres {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        match Postgres::persistent(folder, Settings { port }) {
            Ok(postgres) => return postgres,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
    }
}

/// What one sender was told: accepted intents, then the group at which the database was lost.
#[derive(Default)]
struct Told {
    accepted: Vec<Answer>,
    sent: Vec<SignedIntent>,
    lost: Vec<SignedIntent>,
    refusal: Option<Refusal>,
}

async fn send_until_lost(intake: Intake, key: Key, first: u64, count: Arc<AtomicUsize>) -> Told {
    let mut told = Told::default();
    for group in first.. {
        let intents: Vec<_> = (0..GROUP).map(|at| key.pay(group * GROUP + at)).collect();
        let answers = intake.submit(intents.clone()).await.unwrap();
        if let Answer::Refused(refused) = &answers[0] {
            let same = answers
                .iter()
                .all(|answer| matches!(answer, Answer::Refused(other) if other.refusal == refused.refusal));
            assert!(same, "a group that was lost is refused as a whole");
            (told.lost, told.refusal) = (intents, Some(refused.refusal.clone()));
            return told;
        }
        told.accepted.extend(answers);
        told.sent.extend(intents);
        count.fetch_add(1, Ordering::SeqCst);
    }
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_accepted_survives_kill_9_of_postgres() {
    let parent = Postgres::default_folder();
    fs::create_dir_all(&parent).unwrap();
    let folder = tempfile::tempdir_in(parent).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut postgres = Postgres::persistent(folder.path(), Settings::default()).unwrap();
    let url = postgres.url().to_owned();
    let port = url
        .rsplit_once(':')
        .unwrap()
        .1
        .split('/')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let world = World::on(&url).await;
    let keys: Vec<Key> = (0..SENDERS).map(|seed| world.key(Key::solana(seed))).collect();
    let intake = world.intake();
    let mut rows_before = 0;

    for round in 0..3_u64 {
        let count = Arc::new(AtomicUsize::new(0));
        let senders: Vec<_> = keys
            .iter()
            .map(|key| {
                tokio::spawn(send_until_lost(
                    intake.clone(),
                    key.clone(),
                    round * 1_000_000,
                    count.clone(),
                ))
            })
            .collect();
        let deadline = Instant::now() + Duration::from_secs(30);
        while count.load(Ordering::SeqCst) < 40 {
            assert!(Instant::now() < deadline, "nothing is stored");
            tokio::task::yield_now().await;
        }
        kill(folder.path());
        let mut told = Vec::new();
        for sender in senders {
            told.push(sender.await.unwrap());
        }
        drop(postgres);
        postgres = restart(folder.path(), port);

        let rows: HashMap<[u8; 32], i64> = world
            .rows()
            .await
            .into_iter()
            .map(|(id, seq, _)| (id, seq))
            .collect();
        for answer in told.iter().flat_map(|told| &told.accepted) {
            let accepted = accepted(answer);
            assert_eq!(
                rows.get(&accepted.id),
                Some(&accepted.seq),
                "an accepted intent is lost"
            );
        }
        let mut all = rows_before;
        for told in &told {
            let lost: HashSet<[u8; 32]> = told
                .lost
                .iter()
                .map(|signed| signed.intent.id(novate_protocol::intent::Scheme::Ed25519))
                .collect();
            let there = lost.iter().filter(|id| rows.contains_key(*id)).count();
            match told.refusal {
                Some(Refusal::OutcomeUnknown) => {
                    assert!(there == 0 || there == lost.len(), "{there} of a group")
                }
                Some(Refusal::Unavailable(_)) => assert_eq!(there, 0),
                _ => panic!("{:?}", told.refusal),
            }
            all += told.accepted.len() + there;
        }
        assert_eq!(rows.len(), all, "rows that nobody sent");

        // Who sends again gets an answer for everything: the first one, where there was one.
        for told in &told {
            let again = told.sent.iter().rev().take(100).copied().collect::<Vec<_>>();
            let first: Vec<_> = told.accepted.iter().rev().take(100).cloned().collect();
            assert_eq!(intake.submit(again).await.unwrap(), first);
            let answers = intake.submit(told.lost.clone()).await.unwrap();
            all_accepted(&answers);
        }
        rows_before = world.rows().await.len();
        let behind: i64 = sqlx::query_scalar(
            "select count(*) from clearing.nonces n where last <> (select max(nonce) from clearing.intents i
             where i.owner = n.owner and i.session = n.session)",
        )
        .fetch_one(&world.pool)
        .await
        .unwrap();
        assert_eq!(behind, 0, "nonces and intents are stored together");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_intents_are_refused_for_the_moment() {
    let world = World::new().await;
    let key = world.key(Key::solana(1));
    let away = sqlx::postgres::PgPoolOptions::new()
        .acquire_timeout(Duration::from_millis(200))
        .connect_lazy("postgres://nobody@127.0.0.1:1/nothing")
        .unwrap();
    let intake = Intake::start(away, world.settlements(), Default::default());
    let Answer::Refused(refused) = intake.submit(vec![key.pay(1)]).await.unwrap().remove(0) else {
        panic!("accepted without a database");
    };
    assert_eq!(
        (refused.refusal.code(), refused.refusal.status()),
        ("unavailable", 503)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_was_cut_between_two_groups_costs_no_intent() {
    let world = World::new().await;
    let (intake, key) = (world.intake(), world.key(Key::solana(1)));
    accepted(&intake.submit(vec![key.pay(1)]).await.unwrap()[0]);
    let cut: i64 = sqlx::query_scalar(
        "select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity
         where datname = current_database() and application_name = 'novate-intake'",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(cut, 1);
    accepted(&intake.submit(vec![key.pay(2)]).await.unwrap()[0]);
}
