//! anvil starts on a free port, says which, and ends with its owner.

use devnet_nodes::{Anvil, AnvilOptions, Error};
use serde_json::{Value, json};
use std::{net::TcpListener, time::Duration};

async fn rpc(anvil: &Anvil, method: &str, params: Value) -> Value {
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let answer = reqwest::Client::new()
        .post(anvil.url())
        .json(&request)
        .send()
        .await
        .unwrap();
    answer.json::<Value>().await.unwrap()["result"].clone()
}

#[tokio::test]
async fn two_chains_run_side_by_side() {
    let one = Anvil::start(AnvilOptions::default()).unwrap();
    let two = Anvil::start(AnvilOptions {
        chain_id: 424_242,
        ..AnvilOptions::default()
    })
    .unwrap();
    assert_ne!(one.port(), two.port());
    assert_eq!(rpc(&one, "eth_chainId", json!([])).await, "0x7a69");
    assert_eq!(rpc(&two, "eth_chainId", json!([])).await, "0x67932");
}

#[tokio::test]
async fn the_accounts_are_the_ones_the_chain_has() {
    let anvil = Anvil::start(AnvilOptions::default()).unwrap();
    let addresses = anvil
        .accounts()
        .iter()
        .map(|a| a.address.to_lowercase())
        .collect::<Vec<_>>();
    assert_eq!(rpc(&anvil, "eth_accounts", json!([])).await, json!(addresses));
    assert_eq!(addresses.len(), 10);
    assert_eq!(
        rpc(&anvil, "eth_getBalance", json!([addresses[9], "latest"])).await,
        "0x21e19e0c9bab2400000"
    );
    // The first key of the phrase "test test ... junk", known to every tool.
    let key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    assert_eq!(anvil.accounts()[0].private_key, key);
}

#[tokio::test]
async fn a_chain_goes_away_and_comes_back_with_its_state() {
    let folder = tempfile::tempdir().unwrap();
    let state = Some(folder.path().join("state.json"));
    let first = Anvil::start(AnvilOptions {
        state: state.clone(),
        ..AnvilOptions::default()
    })
    .unwrap();
    rpc(&first, "anvil_mine", json!(["0x5"])).await;
    let port = first.port();
    first.stop().unwrap();
    let again = Anvil::start(AnvilOptions {
        state,
        port,
        ..AnvilOptions::default()
    })
    .unwrap();
    assert_eq!(again.port(), port);
    assert_eq!(rpc(&again, "eth_blockNumber", json!([])).await, "0x5");
}

#[tokio::test]
async fn epochs_and_block_time_are_passed_on() {
    let options = AnvilOptions {
        block_time: Some(Duration::from_millis(500)),
        slots_in_an_epoch: Some(1),
        ..AnvilOptions::default()
    };
    let anvil = Anvil::start(options).unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while rpc(&anvil, "eth_getBlockByNumber", json!(["finalized", false])).await["number"] != "0x1" {
        assert!(
            std::time::Instant::now() < deadline,
            "block 1 becomes final by itself"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn a_port_in_use_is_said() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let refused = Anvil::start(AnvilOptions {
        port,
        ..AnvilOptions::default()
    })
    .unwrap_err();
    assert!(
        matches!(refused, Error::PortInUse { program: "anvil", port: p } if p == port),
        "{refused}"
    );
}

#[test]
fn a_bad_argument_is_said_in_anvils_words() {
    let options = AnvilOptions {
        arguments: vec!["--no-such-flag".into()],
        ..AnvilOptions::default()
    };
    let refused = Anvil::start(options).unwrap_err();
    assert!(
        matches!(refused, Error::Exited { .. }) && refused.to_string().contains("--no-such-flag"),
        "{refused}"
    );
}
