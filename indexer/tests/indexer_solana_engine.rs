//! The Solana source through engine and store: whatever node and process do, the database ends up with the
//! chain.

mod solana_node;

use devnet_nodes::postgres::test_database;
use novate_indexer::{SourceOptions, Store, run_on, solana::SolanaOptions};
use solana_node::{Chain, Fault, Node, deposited, tx};
use sqlx::{Connection, PgConnection};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const PATIENCE: Duration = Duration::from_secs(60);

/// The amounts in the table, in chain order; none before there is a table.
async fn stored(db: &mut PgConnection) -> Vec<i64> {
    sqlx::query_scalar(
        "select amount::bigint from events.sample_deposited order by block_number, position, id",
    )
    .fetch_all(db)
    .await
    .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_faults_and_forks_leave_every_event_once() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let mut chain = Chain::new(400);
    let deposit = |number: u64| tx(number as u32, &[deposited(number), vec![9; 8]]);
    for number in 0..600 {
        chain.put(40 + number / 2, deposit(number));
    }
    let node = Node::start(chain).await;
    let mut calls = 0u32;
    node.fail(move |_, _| {
        calls += 1;
        (calls.is_multiple_of(97)).then_some(Fault::Half)
    });
    let database = test_database().unwrap();
    let store = Store::connect(&database.url).await.unwrap();
    store.migrate().await.unwrap();
    let mut db = PgConnection::connect(&database.url).await.unwrap();
    let options = SolanaOptions {
        network: "localnet".into(),
        contract: "sample".into(),
        rpc: node.rpc.clone(),
        ws: Some(node.ws.clone()),
        program: None,
        idl_json: include_str!("fixtures/sample_idl.json").into(),
        start_slot: 0,
        poll: Duration::from_millis(50),
        timeout: Duration::from_secs(2),
        requests: 8,
    };

    let mut expected: Vec<i64> = (0..600).collect();
    let begun = Instant::now();
    let mut runs = 0u64;
    while stored(&mut db).await != expected {
        assert!(begun.elapsed() < PATIENCE, "{} rows", stored(&mut db).await.len());
        runs += 1;
        // Dropped wherever it is at that moment.
        let sources = vec![SourceOptions::Solana(options.clone())];
        let run = run_on(store.clone(), sources, CancellationToken::new());
        tokio::time::timeout(Duration::from_millis(40 * runs), run)
            .await
            .ok();
    }
    assert!(runs > 1);

    // Live: a fork below what was read, then more.
    let end = CancellationToken::new();
    let sources = vec![SourceOptions::Solana(options)];
    let following = tokio::spawn(run_on(store, sources, end.clone()));
    node.with(|chain| {
        chain.fork(380, vec![(385, deposit(700))]);
        chain.grow(3);
        chain.put(402, deposit(701));
    });
    expected.extend([700, 701]);
    while stored(&mut db).await != expected {
        assert!(begun.elapsed() < PATIENCE, "{:?}", stored(&mut db).await.last());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    end.cancel();
    following.await.unwrap().unwrap();
    // The second event of each transaction is not in the IDL.
    let undecoded: i64 = sqlx::query_scalar("select count(*) from novate.undecoded")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(undecoded, 602);
}
