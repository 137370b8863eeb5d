//! Nodes that go away, refuse, lag or lie.

mod evm_chain;

use evm_chain::{Chain, Index, address, contract, eventually, node::Node, options};
use novate_catalog::SourceState;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

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
async fn a_node_that_is_down_at_start_and_goes_away_later_is_waited_for() {
    let chain = chain_with_pings(20).await;
    let node = Node::start(chain.anvil.url()).await;
    node.set_down(true);
    let index = Index::new().await;
    let running = index.start(options(&node.url));

    let status = index.state(SourceState::Retrying).await;
    let error = status.error.unwrap();
    assert!(error.contains("502") && error.contains("127.0.0.1"), "{error}");
    assert!(!error.contains("secret-key"), "{error}");
    assert_eq!(status.next_block, None);

    node.set_down(false);
    let status = index.reach(20).await;
    assert_eq!(status.error, None);
    assert_equal(&chain, &index).await;

    node.set_down(true);
    for number in 20..60 {
        chain.ping(address(1), number).await;
    }
    index.state(SourceState::Retrying).await;
    node.set_down(false);
    index.reach(60).await;
    assert_equal(&chain, &index).await;
    running.stop().await;
}

#[tokio::test]
async fn a_node_that_is_down_is_asked_less_and_less() {
    let chain = chain_with_pings(1).await;
    let node = Node::start(chain.anvil.url()).await;
    node.set_down(true);
    let index = Index::new().await;
    let running = index.start(options(&node.url));
    index.state(SourceState::Retrying).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(node.requests() < 15, "{} requests", node.requests());
    running.stop().await;
}

#[tokio::test]
async fn the_next_node_is_asked_when_one_is_down() {
    let chain = chain_with_pings(20).await;
    let (one, two) = (
        Node::start(chain.anvil.url()).await,
        Node::start(chain.anvil.url()).await,
    );
    let index = Index::new().await;
    let mut options = options(&one.url);
    options.rpc.push(two.url.clone());
    let running = index.start(options);
    index.reach(20).await;
    assert_eq!(two.requests(), 0);
    one.set_down(true);
    chain.ping(address(1), 20).await;
    index.reach(21).await;
    two.set_down(true);
    one.set_down(false);
    chain.ping(address(1), 21).await;
    index.reach(22).await;
    one.set_down(true);
    two.set_down(false);
    chain.ping(address(1), 22).await;
    index.reach(23).await;
    assert_equal(&chain, &index).await;
    running.stop().await;
}

fn number(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

#[tokio::test]
async fn ranges_shrink_to_what_the_node_allows_and_missing_tags_fall_back_to_depths() {
    let chain = chain_with_pings(100).await;
    let node = Node::start(chain.anvil.url()).await;
    node.answer(|method, params| match method {
        "eth_getLogs" if params[0].get("fromBlock").is_some() => {
            let blocks = number(&params[0]["toBlock"]) - number(&params[0]["fromBlock"]) + 1;
            let error =
                json!({ "error": { "code": -32005, "message": "query returned more than 10000 results" } });
            (blocks > 7).then_some(error)
        }
        "eth_getBlockByNumber" if params[0] == "safe" => {
            Some(json!({ "error": { "code": -32602, "message": "invalid block tag" } }))
        }
        "eth_getBlockByNumber" if params[0] == "finalized" => Some(json!({ "result": null })),
        _ => None,
    });
    let index = Index::new().await;
    let running = index.start(options(&node.url));
    index.reach(100).await;
    assert_equal(&chain, &index).await;
    let network = novate_catalog::networks(&index.pool).await.unwrap().remove(0);
    assert_eq!(
        (network.head, network.confirmed, network.finalized),
        (100, 98, 96)
    );
    running.stop().await;
}

async fn finality(index: &Index) -> (i64, i64) {
    let network = novate_catalog::networks(&index.pool).await.unwrap().remove(0);
    (network.confirmed, network.finalized)
}

/// A chain whose finality is close behind its head: 2 and 4 blocks.
async fn finalizing_chain() -> Chain {
    let chain = Chain::with(devnet_nodes::AnvilOptions {
        slots_in_an_epoch: Some(2),
        ..Default::default()
    });
    chain.put_logger(address(1)).await;
    for number in 0..10 {
        chain.ping(address(1), number).await;
    }
    chain
}

#[tokio::test]
async fn a_node_that_once_knew_the_tags_is_not_replaced_by_depths() {
    let chain = finalizing_chain().await;
    let node = Node::start(chain.anvil.url()).await;
    let index = Index::new().await;
    let mut options = options(&node.url);
    (options.confirmed_depth, options.finalized_depth) = (0, 0);
    let running = index.start(options.clone());
    index.reach(10).await;
    assert_eq!(finality(&index).await, (8, 6));

    node.answer(|method, params| match method {
        "eth_getBlockByNumber" if params[0] == "safe" => {
            Some(json!({ "error": { "code": -32000, "message": "safe block not found" } }))
        }
        "eth_getBlockByNumber" if params[0] == "finalized" => Some(json!({ "result": null })),
        _ => None,
    });
    chain.ping(address(1), 10).await;
    index.reach(11).await;
    assert_eq!(finality(&index).await, (8, 6));
    // A new process has not asked the node itself.
    running.stop().await;
    let running = index.start(options);
    chain.ping(address(1), 11).await;
    index.reach(12).await;
    assert_eq!(finality(&index).await, (8, 6));
    node.answer(|_, _| None);
    chain.ping(address(1), 12).await;
    index.reach(13).await;
    assert_eq!(finality(&index).await, (11, 9));
    running.stop().await;
}

#[tokio::test]
async fn a_failure_is_no_answer_about_finality() {
    let chain = finalizing_chain().await;
    let node = Node::start(chain.anvil.url()).await;
    node.answer(|method, params| {
        let asked = method == "eth_getBlockByNumber" && params[0] == "finalized";
        asked.then(|| json!({ "error": { "code": -32603, "message": "internal error" } }))
    });
    let index = Index::new().await;
    let mut options = options(&node.url);
    options.finalized_depth = 0;
    let running = index.start(options);
    let status = index.state(SourceState::Retrying).await;
    assert!(status.error.unwrap().contains("internal error"));
    assert_eq!(status.next_block, None);
    node.answer(|_, _| None);
    index.reach(10).await;
    assert_eq!(finality(&index).await, (8, 6));
    running.stop().await;
}

#[tokio::test]
async fn finality_moves_on_while_the_head_stands_still() {
    let chain = finalizing_chain().await;
    let node = Node::start(chain.anvil.url()).await;
    let old = chain.call("eth_getBlockByNumber", json!(["0x3", false])).await;
    node.answer(move |method, params| {
        let asked = method == "eth_getBlockByNumber" && params[0] == "finalized";
        asked.then(|| json!({ "result": old }))
    });
    let index = Index::new().await;
    let running = index.start(options(&node.url));
    index.reach(10).await;
    assert_eq!(finality(&index).await, (8, 3));
    node.answer(|_, _| None);
    eventually(15, "the next final block", async || {
        (finality(&index).await == (8, 6)).then_some(())
    })
    .await;
    running.stop().await;
}

#[tokio::test]
async fn a_node_that_lags_makes_nobody_go_back() {
    let chain = chain_with_pings(30).await;
    let node = Node::start(chain.anvil.url()).await;
    let index = Index::new().await;
    let running = index.start(options(&node.url));
    index.reach(30).await;
    let before = index.status().await.unwrap();
    let old = chain.call("eth_getBlockByNumber", json!(["0x14", false])).await;
    let asked = Arc::new(AtomicBool::new(false));
    let seen = asked.clone();
    node.answer(move |method, params| {
        let latest = method == "eth_getBlockByNumber" && params[0] == "latest";
        seen.fetch_or(latest, Ordering::SeqCst);
        latest.then(|| json!({ "result": old }))
    });
    eventually(5, "a look", async || asked.load(Ordering::SeqCst).then_some(())).await;
    eventually(10, "the lower head", async || {
        let network = novate_catalog::networks(&index.pool).await.unwrap().remove(0);
        (network.head == 20).then_some(())
    })
    .await;
    let after = index.status().await.unwrap();
    assert_eq!(
        (after.next_block, after.events),
        (before.next_block, before.events)
    );
    node.answer(|_, _| None);
    chain.ping(address(1), 30).await;
    index.reach(31).await;
    assert_equal(&chain, &index).await;
    running.stop().await;
}

#[tokio::test]
async fn logs_of_another_block_are_not_believed() {
    let chain = chain_with_pings(30).await;
    let node = Node::start(chain.anvil.url()).await;
    let logs = chain
        .call("eth_getLogs", json!([{ "fromBlock": "0x1", "toBlock": "0x1" }]))
        .await;
    let wrong = logs.clone();
    node.answer(move |method, params| {
        let by_hash = method == "eth_getLogs" && params[0].get("blockHash").is_some();
        by_hash.then(|| json!({ "result": wrong }))
    });
    let index = Index::new().await;
    let running = index.start(options(&node.url));
    let status = index.state(SourceState::Retrying).await;
    assert!(status.error.unwrap().contains("other blocks"), "{logs}");
    node.answer(|_, _| None);
    index.reach(30).await;
    assert_equal(&chain, &index).await;
    running.stop().await;
}

#[tokio::test]
async fn a_log_that_is_told_twice_is_not_believed() {
    let chain = chain_with_pings(30).await;
    for block in ["0x1", "0x1e"] {
        let logs = chain
            .call("eth_getLogs", json!([{ "fromBlock": block, "toBlock": block }]))
            .await;
        let (number, hash) = (number(&json!(block)), logs[0]["blockHash"].clone());
        let node = Node::start(chain.anvil.url()).await;
        let twice = json!([logs[0], logs[0]]);
        node.answer(move |method, params| {
            let asked = &params[0];
            let within = |_: &Value| {
                (self::number(&asked["fromBlock"])..=self::number(&asked["toBlock"])).contains(&number)
            };
            let concerned = asked["blockHash"] == hash || asked.get("fromBlock").is_some_and(within);
            (method == "eth_getLogs" && concerned).then(|| json!({ "result": twice }))
        });
        let index = Index::new().await;
        let running = index.start(options(&node.url));
        let error = index.state(SourceState::Retrying).await.error.unwrap();
        assert!(error.contains("twice"), "{error}");
        node.answer(|_, _| None);
        index.reach(30).await;
        assert_equal(&chain, &index).await;
        running.stop().await;
    }
}

#[tokio::test]
async fn the_key_of_a_node_that_we_are_redirected_to_stays_secret() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/own-key", listener.local_addr().unwrap());
    // It leads there for ever.
    let redirect = || axum::routing::post(async || axum::response::Redirect::temporary("/target-key"));
    let router = axum::Router::new()
        .route("/own-key", redirect())
        .route("/target-key", redirect());
    tokio::spawn(async move { axum::serve(listener, router).await });

    let index = Index::new().await;
    let running = index.start(options(&url));
    let error = index.state(SourceState::Retrying).await.error.unwrap();
    assert!(
        error.contains("redirect") && error.contains("127.0.0.1"),
        "{error}"
    );
    assert!(!error.contains("-key"), "{error}");
    running.stop().await;
}

#[tokio::test]
async fn while_a_contract_catches_up_nothing_claims_to_be_complete() {
    let chain = chain_with_pings(40).await;
    chain.put_logger(address(2)).await;
    for number in 0..40 {
        chain.ping(address(2), number).await;
    }
    let node = Node::start(chain.anvil.url()).await;
    let index = Index::new().await;
    let running = index.start(options(&node.url));
    index.reach(80).await;
    running.stop().await;

    node.answer(|method, params| {
        let above = |to: &Value| number(to) > 50;
        let refused = method == "eth_getLogs" && params[0].get("toBlock").is_some_and(above);
        refused.then(|| json!({ "error": { "code": -32005, "message": "not now" } }))
    });
    let mut both = options(&node.url);
    both.contracts.push(contract("other", 2));
    let running = index.start(both);
    let status = index.state(SourceState::Retrying).await;
    assert_eq!(status.next_block, Some(51));
    assert_eq!(index.pings("other_ping").await.len(), 10);
    node.answer(|_, _| None);
    assert_eq!(index.reach(80).await.next_block, Some(81));
    assert_equal(&chain, &index).await;
    assert_eq!(index.pings("other_ping").await, chain.pings(address(2)).await);
    running.stop().await;
}

#[tokio::test]
async fn a_node_of_another_chain_behind_the_same_url_is_noticed() {
    let chain = chain_with_pings(5).await;
    let node = Node::start(chain.anvil.url()).await;
    let index = Index::new().await;
    let running = index.start(options(&node.url));
    index.reach(5).await;
    node.set_down(true);
    index.state(SourceState::Retrying).await;
    node.answer(|method, _| (method == "eth_chainId").then(|| json!({ "result": "0x1" })));
    node.set_down(false);
    let status = index.state(SourceState::Stopped).await;
    assert!(status.error.unwrap().contains("chain 1"));
    drop(running);
}

#[tokio::test]
async fn new_heads_wake_it_long_before_the_next_poll() {
    let chain = chain_with_pings(5).await;
    let index = Index::new().await;
    let mut options = options(&chain.anvil.url());
    options.ws = Some(chain.anvil.ws_url());
    options.poll = Duration::from_secs(60);
    let running = index.start(options);
    index.reach(5).await;
    // The first subscription takes a moment, so one of these is heard.
    let start = Instant::now();
    for number in 5..40 {
        chain.ping(address(1), number).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    index.reach(40).await;
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_equal(&chain, &index).await;
    running.stop().await;
}
