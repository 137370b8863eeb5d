//! Nodes that lie, limit, forget, or belong to another chain; and reorgs.

mod evm;

use alloy::providers::ext::AnvilApi;
use devnet_nodes::{Anvil, AnvilOptions};
use evm::{
    LEDGER, World,
    drive::Until,
    proxy::{Fault, Proxy},
};
use novate_clearing::chain::{
    Chain, ChainError, Finality, Landing, Progress, Step,
    evm::{Evm, EvmConfig},
};
use serde_json::{Value, json};
use std::time::Duration;

const SEND: &str = "eth_sendRawTransaction";

fn through(world: &World, urls: Vec<String>) -> Evm {
    let mut config: EvmConfig = world.config();
    config.rpc = urls;
    config.timeout_ms = 2_000;
    Evm::new(config).unwrap()
}

#[tokio::test]
async fn transaction_that_a_node_swallows_is_sent_again() {
    let world = World::start().await;
    let proxy = Proxy::start(world.anvil.url()).await;
    let (evm, batch) = (through(&world, vec![proxy.url.clone()]), world.small(1).await);
    proxy.spoil(SEND, Fault::Swallow, 1);
    let planned = evm.plan(&batch, &Step::Open, None).await.unwrap();
    evm.send(&planned).await.unwrap();
    assert_eq!(evm.landing(&planned).await.unwrap(), Landing::Pending);
    assert!(matches!(
        evm.progress(&batch).await.unwrap(),
        Progress::Absent { .. }
    ));
    evm.send(&planned).await.unwrap();
    assert!(matches!(
        world.landing(&evm, &planned).await,
        Landing::Landed { .. }
    ));
}

#[tokio::test]
async fn answers_twice_late_and_lost_settle_the_batch_once() {
    let world = World::start().await;
    let proxy = Proxy::start(world.anvil.url()).await;
    let (evm, batch) = (through(&world, vec![proxy.url.clone()]), world.small(1).await);
    proxy.spoil(SEND, Fault::Twice, u32::MAX);
    world.does(&evm, &batch, &Step::Open).await.unwrap();
    world.pass(evm::CHALLENGE).await;

    // The answer comes after the client has gone; the transaction lands.
    proxy.spoil(SEND, Fault::Late(Duration::from_secs(3)), 1);
    let planned = evm.plan(&batch, &Step::Debits(0..1), None).await.unwrap();
    let lost = evm.send(&planned).await.unwrap_err();
    assert!(matches!(lost, ChainError::Unavailable(_)), "{lost}");
    evm.send(&planned).await.unwrap();
    assert!(matches!(
        world.landing(&evm, &planned).await,
        Landing::Landed { .. }
    ));

    // The same with an error of the gateway.
    proxy.spoil(SEND, Fault::Status(502), 1);
    let planned = evm.plan(&batch, &Step::Credits(1..2), None).await.unwrap();
    let lost = evm.send(&planned).await.unwrap_err();
    assert!(lost.to_string().contains("502"), "{lost}");
    evm.send(&planned).await.unwrap();

    let (_, progress) = world.drive(&evm, &batch, Until::End).await.unwrap();
    assert!(matches!(progress, Progress::Settled { .. }), "{progress:?}");
    assert_eq!(world.ledger(world.holders[1], 0).await, LEDGER + 100);
}

#[tokio::test]
async fn limited_requests_are_made_again_and_a_dead_node_gives_way_to_the_next() {
    let world = World::start().await;
    let proxy = Proxy::start(world.anvil.url()).await;
    let batch = world.small(1).await;
    let evm = through(&world, vec![proxy.url.clone()]);
    proxy.spoil("eth_call", Fault::Status(429), 3);
    assert!(matches!(
        evm.progress(&batch).await.unwrap(),
        Progress::Absent { .. }
    ));

    // Nobody listens at the discard port.
    let evm = through(
        &world,
        vec!["http://127.0.0.1:9/secret-of-the-url".into(), proxy.url.clone()],
    );
    let lost = evm.progress(&batch).await.unwrap_err();
    assert!(matches!(lost, ChainError::Unavailable(_)), "{lost}");
    assert!(
        lost.to_string().contains("127.0.0.1:9") && !lost.to_string().contains("secret"),
        "{lost}"
    );
    assert!(matches!(
        evm.progress(&batch).await.unwrap(),
        Progress::Absent { .. }
    ));
}

#[tokio::test]
async fn node_of_another_chain_is_not_asked_for_anything() {
    let world = World::start().await;
    let batch = world.small(1).await;
    let other = Anvil::start(AnvilOptions {
        chain_id: 4_242,
        ..Default::default()
    })
    .unwrap();
    let evm = through(&world, vec![other.url(), world.anvil.url()]);
    let wrong = evm.plan(&batch, &Step::Open, None).await.unwrap_err();
    assert!(matches!(wrong, ChainError::Unavailable(_)), "{wrong}");
    assert!(
        wrong.to_string().contains("of chain 4242")
            && wrong.to_string().contains(&world.anvil.chain_id().to_string()),
        "{wrong}"
    );
    evm.plan(&batch, &Step::Open, None).await.unwrap();
}

#[tokio::test]
async fn address_without_the_contract_is_told() {
    let world = World::start().await;
    let mut config = world.config();
    config.settlement = world.tokens[0];
    let evm = Evm::new(config).unwrap();
    let wrong = evm.opened().await.unwrap_err().to_string();
    assert!(
        wrong.contains("reverted") || wrong.contains("is the address right?"),
        "{wrong}"
    );
    let mut config = world.config();
    config.settlement = world.holders[0];
    let evm = Evm::new(config).unwrap();
    let wrong = evm.opened().await.unwrap_err().to_string();
    assert!(wrong.contains("is the address right?"), "{wrong}");
}

#[tokio::test]
async fn nonsense_of_a_node_is_no_progress() {
    let world = World::start().await;
    let proxy = Proxy::start(world.anvil.url()).await;
    let (evm, batch) = (through(&world, vec![proxy.url.clone()]), world.small(1).await);
    let (_, progress) = world.drive(&evm, &batch, Until::End).await.unwrap();
    assert!(matches!(progress, Progress::Settled { .. }), "{progress:?}");
    let spoiled = [
        ("eth_getLogs", json!([]), "has no event"),
        ("eth_getLogs", json!("logs"), "makes no sense"),
        ("eth_getBlockByNumber", Value::Null, "no newest block"),
        ("eth_call", json!("0x"), "is the address right?"),
        (
            "eth_getLogs",
            json!({ "code": -32005, "message": "too many" }),
            "too many",
        ),
    ];
    for (method, answer, part) in spoiled {
        proxy.spoil(method, Fault::Says(answer), 100);
        let wrong = evm.progress(&batch).await.unwrap_err();
        assert!(matches!(wrong, ChainError::Unavailable(_)), "{wrong}");
        assert!(wrong.to_string().contains(part), "{method}: {wrong}");
        proxy.spoil(method, Fault::Says(Value::Null), 0);
    }
    assert!(matches!(
        evm.progress(&batch).await.unwrap(),
        Progress::Settled { .. }
    ));
}

#[tokio::test]
async fn range_of_logs_that_a_node_refuses_is_halved() {
    let world = World::start().await;
    let proxy = Proxy::start(world.anvil.url()).await;
    let (evm, batch) = (through(&world, vec![proxy.url.clone()]), world.small(1).await);
    world.drive(&evm, &batch, Until::End).await.unwrap();
    world.rpc.anvil_mine(Some(2_000), None).await.unwrap();
    let refusal = json!({ "code": -32000, "message": "query exceeds max block range 1000" });
    let before = proxy.calls("eth_getLogs");
    proxy.spoil("eth_getLogs", Fault::Says(refusal), 3);
    let progress = evm.progress(&batch).await.unwrap();
    assert_eq!(
        progress,
        Progress::Settled {
            finality: Finality::Finalized
        }
    );
    // Three refusals, from 5,000 to 625 blocks; then four ranges back to where it was opened.
    assert_eq!(proxy.calls("eth_getLogs") - before, 7);
}

#[tokio::test]
async fn depths_count_where_a_node_does_not_know_the_tags() {
    let world = World::start().await;
    let proxy = Proxy::start(world.anvil.url()).await;
    let mut config = world.config();
    config.rpc = vec![proxy.url.clone()];
    (config.confirmed_depth, config.finalized_depth) = (3, 6);
    let (evm, batch) = (Evm::new(config).unwrap(), world.small(1).await);
    world.drive(&world.evm(), &batch, Until::End).await.unwrap();
    for (more, finality) in [
        (2, Finality::Seen),
        (1, Finality::Confirmed),
        (3, Finality::Finalized),
    ] {
        world.rpc.anvil_mine(Some(more), None).await.unwrap();
        // The head and the block of the event are asked for by the same method: only the tags are spoiled.
        proxy.spoil("eth_getBlockByNumber:safe", Fault::Says(unknown()), 1);
        proxy.spoil("eth_getBlockByNumber:finalized", Fault::Says(unknown()), 1);
        assert_eq!(
            evm.progress(&batch).await.unwrap(),
            Progress::Settled { finality }
        );
    }
}

fn unknown() -> Value {
    json!({ "code": -39001, "message": "Unknown block" })
}

#[tokio::test]
async fn reorg_of_a_settled_batch_is_noticed_and_it_settles_again() {
    let world = World::start().await;
    let (evm, batch) = (world.evm(), world.small(1).await);
    world.opened(&evm, &batch).await;
    let snapshot = world.rpc.anvil_snapshot().await.unwrap();
    let (landed, progress) = world.drive(&evm, &batch, Until::End).await.unwrap();
    assert_eq!(
        progress,
        Progress::Settled {
            finality: Finality::Seen
        }
    );

    assert!(world.rpc.anvil_revert(snapshot).await.unwrap());
    world.mine().await;
    assert!(matches!(
        evm.progress(&batch).await.unwrap(),
        Progress::Applying { .. }
    ));
    for planned in &landed {
        assert_eq!(
            evm.landing(planned).await.unwrap(),
            Landing::Pending,
            "it can land again"
        );
    }
    // The same transactions do it again.
    for planned in &landed {
        evm.send(planned).await.unwrap();
        assert!(matches!(
            world.landing(&evm, planned).await,
            Landing::Landed { .. }
        ));
    }
    assert!(matches!(
        evm.progress(&batch).await.unwrap(),
        Progress::Settled { .. }
    ));
    assert_eq!(world.ledger(world.holders[1], 0).await, LEDGER + 100);
}

#[tokio::test]
async fn reorg_before_the_opening_leaves_the_batch_absent_and_its_receipts_uncounted() {
    let world = World::start().await;
    let proxy = Proxy::start(world.anvil.url()).await;
    let (evm, batch) = (through(&world, vec![proxy.url.clone()]), world.small(1).await);
    let snapshot = world.rpc.anvil_snapshot().await.unwrap();
    let (landed, _) = world.drive(&evm, &batch, Until::End).await.unwrap();
    let receipt = receipt(&world, &landed[0].id).await;
    assert!(world.rpc.anvil_revert(snapshot).await.unwrap());
    let (_, progress) = world.drive(&evm, &batch, Until::Landed(0)).await.unwrap();
    assert_eq!(
        progress,
        Progress::Absent {
            steps: vec![Step::Open]
        }
    );
    // A node that has not heard of the reorg still tells the receipt, of a block that is gone.
    world.rpc.anvil_mine(Some(20), None).await.unwrap();
    proxy.spoil("eth_getTransactionReceipt", Fault::Says(receipt), 1);
    assert_eq!(evm.landing(&landed[0]).await.unwrap(), Landing::Pending);

    // A restart: the nonces that were used on the other branch are forgotten.
    drop(evm);
    let (_, progress) = world.drive(&world.evm(), &batch, Until::End).await.unwrap();
    assert!(matches!(progress, Progress::Settled { .. }), "{progress:?}");
}

async fn receipt(world: &World, id: &str) -> Value {
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_getTransactionReceipt", "params": [id] });
    let answer = reqwest::Client::new()
        .post(world.anvil.url())
        .json(&call)
        .send()
        .await
        .unwrap();
    answer.json::<Value>().await.unwrap()["result"].take()
}
