//! The EVM source against anvil: every row is a log of the chain, and every log a row.

mod evm_chain;

use evm_chain::{Chain, Index, address, arguments, contract, eventually, options, ping};
use novate_catalog::SourceState;
use novate_indexer::{IndexerError, StoreError};
use serde_json::json;
use std::time::{Duration, Instant};

async fn chain_with_pings(count: u32) -> Chain {
    let chain = Chain::new();
    chain.put_logger(address(1)).await;
    for number in 0..count {
        chain.ping(address(1), number).await;
    }
    chain
}

async fn assert_equal(chain: &Chain, index: &Index) {
    assert_eq!(index.pings("logger_ping").await, chain.pings(address(1)).await);
}

#[tokio::test]
async fn history_and_live_blocks_give_the_logs_of_the_chain() {
    let chain = chain_with_pings(60).await;
    chain.mine(40).await;
    // Several logs in one block.
    chain.call("evm_setAutomine", json!([false])).await;
    for number in 60..65 {
        chain
            .send(address(1), ping(), &arguments(number, &format!("note {number}")))
            .await;
    }
    chain.mine(1).await;
    chain.call("evm_setAutomine", json!([true])).await;

    let index = Index::new().await;
    let running = index.start(options(&chain.anvil.url()));
    index.reach(chain.head().await).await;
    assert_equal(&chain, &index).await;

    for number in 100..120 {
        let sent = Instant::now();
        chain.ping(address(1), number).await;
        let seen = async || {
            index
                .pings("logger_ping")
                .await
                .into_iter()
                .find(|ping| ping.3 == note(number))
        };
        eventually(5, "the row", seen).await;
        assert!(sent.elapsed() < Duration::from_secs(1), "{:?}", sent.elapsed());
    }
    assert_equal(&chain, &index).await;
    let status = index.reach(chain.head().await).await;
    assert_eq!(status.events, 85);
    running.stop().await;
}

fn note(number: u32) -> String {
    alloy::primitives::hex::encode_prefixed(arguments(number, &format!("note {number}")))
}

#[tokio::test]
async fn finality_follows_the_tags_of_the_node() {
    let chain = Chain::with(devnet_nodes::AnvilOptions {
        slots_in_an_epoch: Some(2),
        ..Default::default()
    });
    chain.put_logger(address(1)).await;
    for number in 0..10 {
        chain.ping(address(1), number).await;
    }
    let index = Index::new().await;
    let running = index.start(options(&chain.anvil.url()));
    index.reach(10).await;
    let finalities: Vec<String> =
        sqlx::query_scalar("select finality from events.logger_ping order by block_number")
            .fetch_all(&index.pool)
            .await
            .unwrap();
    let expected = |block| match block {
        ..=6 => "finalized",
        7..=8 => "confirmed",
        _ => "seen",
    };
    assert_eq!(finalities, (1..=10).map(expected).collect::<Vec<_>>());
    running.stop().await;
}

#[tokio::test]
async fn killing_it_anywhere_loses_and_doubles_nothing() {
    let chain = chain_with_pings(150).await;
    let index = Index::new().await;
    for delay in [0, 5, 40, 60, 80, 90, 100, 110, 120, 130, 140, 150] {
        let mut options = options(&chain.anvil.url());
        options.max_block_range = 3;
        let running = index.start(options);
        tokio::time::sleep(Duration::from_millis(delay)).await;
        running.kill().await;
        chain.ping(address(1), 1000 + u32::try_from(delay).unwrap()).await;
    }
    let running = index.start(options(&chain.anvil.url()));
    index.reach(chain.head().await).await;
    assert_equal(&chain, &index).await;
    running.stop().await;
}

#[tokio::test]
async fn a_reorg_is_rolled_back_to_the_common_ancestor() {
    let chain = chain_with_pings(30).await;
    let index = Index::new().await;
    let running = index.start(options(&chain.anvil.url()));
    index.reach(30).await;
    let before = index.pings("logger_ping").await;

    // anvil mines the replaced blocks empty.
    chain.call("anvil_reorg", json!([5, []])).await;
    eventually(10, "the rollback", async || {
        (index.pings("logger_ping").await.len() == 25).then_some(())
    })
    .await;
    assert_eq!(index.pings("logger_ping").await, before[..25]);
    for number in 200..210 {
        chain.ping(address(1), number).await;
    }
    index.reach(chain.head().await).await;
    assert_equal(&chain, &index).await;
    assert_eq!(index.status().await.unwrap().events, 35);
    running.stop().await;
}

#[tokio::test]
async fn a_reorg_while_it_was_off_is_found() {
    let chain = chain_with_pings(30).await;
    let index = Index::new().await;
    let running = index.start(options(&chain.anvil.url()));
    index.reach(30).await;
    running.stop().await;
    chain.call("anvil_reorg", json!([10, []])).await;
    for number in 200..240 {
        chain.ping(address(1), number).await;
    }
    let running = index.start(options(&chain.anvil.url()));
    index.reach(chain.head().await).await;
    assert_equal(&chain, &index).await;
    running.stop().await;
}

#[tokio::test]
async fn a_reorg_as_deep_as_the_window_is_followed_and_a_deeper_one_stops() {
    let chain = chain_with_pings(40).await;
    let index = Index::new().await;
    let options = options(&chain.anvil.url());
    let window = options.reorg_window;
    let running = index.start(options);
    index.reach(40).await;
    let before = index.pings("logger_ping").await;
    chain.call("anvil_reorg", json!([window, []])).await;
    eventually(10, "the rollback", async || {
        (index.pings("logger_ping").await.len() == 24).then_some(())
    })
    .await;
    index.reach(chain.head().await).await;
    assert_eq!(index.pings("logger_ping").await, before[..24]);

    chain.call("anvil_reorg", json!([window + 1, []])).await;
    let stopped = index.state(SourceState::Stopped).await;
    assert!(stopped.error.unwrap().contains("reorg_window"));
    running.task.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn a_reorg_of_all_that_was_read_since_the_start_is_followed() {
    // Of the only block that was read, and of blocks before it too.
    for depth in [1, 3] {
        let chain = chain_with_pings(30).await;
        let index = Index::new().await;
        let mut options = options(&chain.anvil.url());
        options.contracts[0].start_block = 30;
        let running = index.start(options);
        index.reach(30).await;
        assert_eq!(index.pings("logger_ping").await.len(), 1);
        chain.call("anvil_reorg", json!([depth, []])).await;
        eventually(10, "the rollback", async || {
            index.pings("logger_ping").await.is_empty().then_some(())
        })
        .await;
        chain.ping(address(1), 100).await;
        index.reach(chain.head().await).await;
        let of_the_chain = chain.pings(address(1)).await;
        assert_eq!(
            index.pings("logger_ping").await[..],
            of_the_chain[of_the_chain.len() - 1..]
        );
        running.stop().await;
    }
}

#[tokio::test]
async fn a_reorg_deeper_than_the_window_stops_and_says_the_way_out() {
    let chain = chain_with_pings(40).await;
    let index = Index::new().await;
    let running = index.start(options(&chain.anvil.url()));
    index.reach(40).await;
    let before = index.pings("logger_ping").await;
    chain.call("anvil_reorg", json!([30, []])).await;
    let stopped = index.state(SourceState::Stopped).await;
    let error = stopped.error.unwrap();
    assert!(
        error.contains("reorg_window") && error.contains("novate db reset"),
        "{error}"
    );
    // What was indexed stays as it was, for a person to decide.
    assert_eq!(index.pings("logger_ping").await, before);
    let ended = running.task.await.unwrap();
    assert!(matches!(ended, Err(IndexerError::AllStopped { .. })), "{ended:?}");
}

#[tokio::test]
async fn the_wrong_chain_id_is_refused_with_both() {
    let chain = Chain::new();
    let index = Index::new().await;
    let mut options = options(&chain.anvil.url());
    options.chain_id = Some(1);
    let error = index.start(options).task.await.unwrap().unwrap_err().to_string();
    assert!(
        error.contains("`chain_id` is 1") && error.contains("chain 31337"),
        "{error}"
    );
}

#[tokio::test]
async fn a_database_of_another_chain_is_refused() {
    let index = Index::new().await;
    let first = chain_with_pings(3).await;
    let running = index.start(options(&first.anvil.url()));
    index.reach(3).await;
    running.stop().await;
    // The same chain id, another genesis.
    let genesis = vec!["--timestamp".into(), "1500000000".into()];
    let other = Chain::with(devnet_nodes::AnvilOptions {
        arguments: genesis,
        ..Default::default()
    });
    let error = index
        .start(options(&other.anvil.url()))
        .task
        .await
        .unwrap()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("another chain") && error.contains("novate db reset"),
        "{error}"
    );
    assert_eq!(index.pings("logger_ping").await.len(), 3);
}

#[tokio::test]
async fn a_second_instance_stands_by_and_takes_over() {
    let chain = chain_with_pings(5).await;
    let index = Index::new().await;
    let first = index.start(options(&chain.anvil.url()));
    index.reach(5).await;
    let second = index.start(options(&chain.anvil.url()));
    for number in 5..10 {
        chain.ping(address(1), number).await;
    }
    index.reach(10).await;
    assert!(!second.task.is_finished());
    first.kill().await;
    for number in 10..15 {
        chain.ping(address(1), number).await;
    }
    index.reach(15).await;
    assert_equal(&chain, &index).await;
    second.stop().await;
}

#[tokio::test]
async fn a_connection_that_postgres_ends_is_made_again() {
    let chain = chain_with_pings(5).await;
    let index = Index::new().await;
    let running = index.start(options(&chain.anvil.url()));
    index.reach(5).await;
    let ended: i64 = sqlx::query_scalar(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity
         where datname = current_database() and application_name = 'novate-indexer'",
    )
    .fetch_one(&index.pool)
    .await
    .unwrap();
    assert!(ended > 0);
    for number in 5..10 {
        chain.ping(address(1), number).await;
    }
    index.reach(10).await;
    assert_equal(&chain, &index).await;
    running.stop().await;
}

#[tokio::test]
async fn a_database_that_is_reset_under_it_is_filled_again() {
    let chain = chain_with_pings(30).await;
    let index = Index::new().await;
    let running = index.start(options(&chain.anvil.url()));
    index.reach(30).await;
    novate_catalog::reset(&index.pool).await.unwrap();
    index.reach(30).await;
    assert_equal(&chain, &index).await;
    running.stop().await;
}

#[tokio::test]
async fn a_source_that_is_no_longer_configured_is_no_part_of_the_state() {
    let (one, two) = (chain_with_pings(2).await, chain_with_pings(3).await);
    let index = Index::new().await;
    let mut other = options(&two.anvil.url());
    other.network = "other".into();
    other.contracts = vec![evm_chain::contract_on("other", "elsewhere", 1)];
    let first = index.start(options(&one.anvil.url()));
    index.reach(2).await;
    // Another process follows something else: the first is still followed.
    let second = index.start(other);
    eventually(10, "both", async || {
        (novate_catalog::sources(&index.pool).await.unwrap().len() == 2).then_some(())
    })
    .await;
    first.stop().await;
    second.stop().await;

    let again = index.start(options(&one.anvil.url()));
    eventually(10, "one", async || {
        (novate_catalog::sources(&index.pool).await.unwrap().len() == 1).then_some(())
    })
    .await;
    assert_eq!(index.reach(2).await.events, 2);
    again.stop().await;
}

#[tokio::test]
async fn a_contract_that_is_added_later_gets_its_history() {
    let chain = chain_with_pings(40).await;
    chain.put_logger(address(2)).await;
    for number in 0..40 {
        chain.ping(address(2), number).await;
    }
    let index = Index::new().await;
    let running = index.start(options(&chain.anvil.url()));
    index.reach(80).await;
    running.stop().await;

    let mut both = options(&chain.anvil.url());
    both.contracts.push(contract("other", 2));
    let running = index.start(both.clone());
    eventually(20, "the history", async || {
        (index.pings("other_ping").await.len() == 40).then_some(())
    })
    .await;
    running.stop().await;

    // Without the first one for a while, then with it again.
    let mut other = options(&chain.anvil.url());
    other.contracts = vec![contract("other", 2)];
    let running = index.start(other);
    for number in 100..130 {
        chain.ping(address(1), number).await;
        chain.ping(address(2), number).await;
    }
    index.reach(chain.head().await).await;
    running.stop().await;
    assert_eq!(index.pings("logger_ping").await.len(), 40);
    let running = index.start(both);
    eventually(20, "both", async || {
        (index.pings("logger_ping").await.len() == 70).then_some(())
    })
    .await;
    index.reach(chain.head().await).await;
    assert_equal(&chain, &index).await;
    assert_eq!(index.pings("other_ping").await, chain.pings(address(2)).await);
    running.stop().await;
}

#[tokio::test]
async fn what_cannot_be_a_row_is_kept_with_the_reason() {
    let chain = chain_with_pings(1).await;
    chain.log(address(1), ping(), b"no arguments").await;
    chain.log(address(1), ping(), &arguments(7, "a\0b")).await;
    let mut not_text = arguments(8, "ab");
    not_text[96] = 0xff;
    chain.log(address(1), ping(), &not_text).await;
    chain.ping(address(1), 9).await;

    let index = Index::new().await;
    let running = index.start(options(&chain.anvil.url()));
    index.reach(5).await;
    assert_eq!(index.pings("logger_ping").await.len(), 2);
    let kept: Vec<(i64, String, serde_json::Value)> =
        sqlx::query_as("select block_number, reason, raw from novate.undecoded order by block_number")
            .fetch_all(&index.pool)
            .await
            .unwrap();
    assert_eq!(kept.iter().map(|row| row.0).collect::<Vec<_>>(), [2, 3, 4]);
    assert!(
        kept[0].2["data"].as_str().unwrap().starts_with("0x6e6f206172"),
        "{:?}",
        kept[0]
    );
    assert!(kept[1].1.contains("U+0000"), "{:?}", kept[1]);
    assert!(kept[2].1.contains("UTF-8"), "{:?}", kept[2]);
    running.stop().await;
}

#[tokio::test]
async fn rows_that_come_are_announced() {
    let chain = chain_with_pings(1).await;
    let index = Index::new().await;
    let running = index.start(options(&chain.anvil.url()));
    index.reach(1).await;
    let mut listener = sqlx::postgres::PgListener::connect_with(&index.pool)
        .await
        .unwrap();
    listener.listen("novate_events").await.unwrap();
    // No events, no announcement.
    chain.mine(3).await;
    chain.ping(address(1), 1).await;
    let heard = tokio::time::timeout(Duration::from_secs(10), listener.recv())
        .await
        .unwrap()
        .unwrap();
    let payload: serde_json::Value = serde_json::from_str(heard.payload()).unwrap();
    assert_eq!(
        payload,
        json!({ "network": "anvil", "source": "anvil", "next_block": 6 })
    );
    running.stop().await;
}

#[tokio::test]
async fn a_password_never_shows_in_an_error() {
    let config = novate_indexer::Config {
        database_url: "postgres://me:hunter2@127.0.0.1:1/db".into(),
        sources: vec![novate_indexer::SourceOptions::Evm(options("http://127.0.0.1:1"))],
    };
    let error = novate_indexer::run(config, Default::default()).await.unwrap_err();
    assert!(
        matches!(error, IndexerError::Store(StoreError::Connect { .. })),
        "{error:?}"
    );
    assert!(
        error.to_string().contains("127.0.0.1:1") && !error.to_string().contains("hunter2"),
        "{error}"
    );
}
