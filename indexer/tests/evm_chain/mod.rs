//! An anvil with a contract that logs whatever it is told, an index of it, and the comparison of the two.

#![allow(dead_code, reason = "each test uses what it needs")]

pub mod node;

use alloy::{
    dyn_abi::DynSolValue,
    primitives::{Address, B256, U256, hex, keccak256},
};
use devnet_nodes::{Anvil, AnvilOptions, TestDatabase, postgres::test_database};
use novate_catalog::{SourceState, SourceStatus};
use novate_indexer::{
    Config, IndexerError, SourceOptions,
    evm::{Abi, EvmContract, EvmOptions},
};
use serde_json::{Value, json};
use sqlx::{PgPool, Row};
use std::{future::Future, time::Duration};
use tokio::{task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;

pub const ABI: &str = r#"[
  {"type": "event", "name": "Ping", "inputs": [{"name": "number", "type": "uint32", "indexed": false}, {"name": "note", "type": "string", "indexed": false}]},
  {"type": "event", "name": "Pong", "inputs": [{"name": "number", "type": "uint32", "indexed": false}, {"name": "note", "type": "string", "indexed": false}]}
]"#;

/// Logs its call data, the first word as topic and the rest as data. Assembled by hand:
/// `calldatacopy(0, 32, calldatasize - 32); log1(0, calldatasize - 32, calldataload(0)); stop`.
const LOGGER: &str = "0x602036036020600037600035602036036000a100";

/// Polls until `check` gives something; fails after `seconds`.
pub async fn eventually<T, F: Future<Output = Option<T>>>(
    seconds: u64,
    what: &str,
    mut check: impl FnMut() -> F,
) -> T {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        if let Some(found) = check().await {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {seconds} s: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub struct Chain {
    pub anvil: Anvil,
    client: reqwest::Client,
}

impl Chain {
    pub fn new() -> Self {
        Self::with(AnvilOptions::default())
    }

    pub fn with(options: AnvilOptions) -> Self {
        Self {
            anvil: Anvil::start(options).unwrap(),
            client: reqwest::Client::new(),
        }
    }

    pub async fn call(&self, method: &str, params: Value) -> Value {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = self
            .client
            .post(self.anvil.url())
            .json(&request)
            .send()
            .await
            .unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Puts a logger at `address`.
    pub async fn put_logger(&self, address: Address) {
        self.call("anvil_setCode", json!([address, LOGGER])).await;
    }

    /// Sends a transaction whose only log is `topic` with `data`, in a block of its own.
    pub async fn log(&self, address: Address, topic: B256, data: &[u8]) {
        let hash = self.send(address, topic, data).await;
        let mined = async || {
            (!self
                .call("eth_getTransactionReceipt", json!([hash]))
                .await
                .is_null())
            .then_some(())
        };
        eventually(10, "the receipt", mined).await;
    }

    /// As [`Chain::log`], without waiting for a block.
    pub async fn send(&self, address: Address, topic: B256, data: &[u8]) -> Value {
        let input = hex::encode_prefixed([topic.as_slice(), data].concat());
        let from = &self.anvil.accounts()[0].address;
        let transaction = json!({ "from": from, "to": address, "data": input, "gas": "0x30d40" });
        self.call("eth_sendTransaction", json!([transaction])).await
    }

    pub async fn ping(&self, address: Address, number: u32) {
        self.log(address, ping(), &arguments(number, &format!("note {number}")))
            .await;
    }

    pub async fn head(&self) -> u64 {
        let head = self.call("eth_blockNumber", json!([])).await;
        u64::from_str_radix(head.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
    }

    pub async fn mine(&self, blocks: u64) {
        self.call("anvil_mine", json!([format!("{blocks:#x}")])).await;
    }

    /// (block number, block hash, log index, data) of each Ping, as the node tells now.
    pub async fn pings(&self, address: Address) -> Vec<(i64, String, i64, String)> {
        let filter =
            json!({ "fromBlock": "0x0", "toBlock": "latest", "address": address, "topics": [ping()] });
        let number =
            |v: &Value| i64::from_str_radix(v.as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
        let logs = self.call("eth_getLogs", json!([filter])).await;
        let row = |log: &Value| {
            let text = |key: &str| log[key].as_str().unwrap().to_owned();
            (
                number(&log["blockNumber"]),
                text("blockHash"),
                number(&log["logIndex"]),
                text("data"),
            )
        };
        logs.as_array().unwrap().iter().map(row).collect()
    }
}

pub fn ping() -> B256 {
    keccak256("Ping(uint32,string)")
}

pub fn arguments(number: u32, note: &str) -> Vec<u8> {
    let values = [
        DynSolValue::Uint(U256::from(number), 32),
        DynSolValue::String(note.to_owned()),
    ];
    DynSolValue::Tuple(values.to_vec()).abi_encode_params()
}

pub fn address(n: u8) -> Address {
    Address::with_last_byte(n).create(7)
}

pub fn contract(name: &str, n: u8) -> EvmContract {
    contract_on("anvil", name, n)
}

pub fn contract_on(network: &str, name: &str, n: u8) -> EvmContract {
    let abi = Abi::new(network, name, ABI, None).unwrap();
    EvmContract {
        address: address(n),
        start_block: 0,
        abi,
    }
}

/// Options with a small window, so that short chains have a far part.
pub fn options(rpc: &str) -> EvmOptions {
    EvmOptions {
        network: "anvil".into(),
        rpc: vec![rpc.to_owned()],
        ws: None,
        chain_id: Some(31337),
        poll: Duration::from_millis(30),
        timeout: Duration::from_secs(5),
        reorg_window: 16,
        confirmed_depth: 2,
        finalized_depth: 4,
        max_block_range: 50,
        contracts: vec![contract("logger", 1)],
    }
}

pub struct Index {
    database: TestDatabase,
    pub pool: PgPool,
}

pub struct Running {
    pub shutdown: CancellationToken,
    pub task: JoinHandle<Result<(), IndexerError>>,
}

impl Index {
    pub async fn new() -> Self {
        let database = test_database().unwrap();
        let pool = PgPool::connect(&database.url).await.unwrap();
        Self { database, pool }
    }

    pub fn start(&self, options: EvmOptions) -> Running {
        let shutdown = CancellationToken::new();
        let config = Config {
            database_url: self.database.url.clone(),
            sources: vec![SourceOptions::Evm(options)],
        };
        Running {
            task: tokio::spawn(novate_indexer::run(config, shutdown.clone())),
            shutdown,
        }
    }

    pub async fn status(&self) -> Option<SourceStatus> {
        novate_catalog::sources(&self.pool).await.ok()?.into_iter().next()
    }

    pub async fn state(&self, state: SourceState) -> SourceStatus {
        eventually(20, &format!("state {state:?}"), async || {
            self.status().await.filter(|s| s.state == state)
        })
        .await
    }

    /// Waits until everything below `block` is indexed.
    pub async fn reach(&self, block: u64) -> SourceStatus {
        let reached =
            |s: &SourceStatus| s.state == SourceState::Live && s.next_block > i64::try_from(block).ok();
        eventually(60, &format!("block {block}"), async || {
            self.status().await.filter(reached)
        })
        .await
    }

    /// What [`Chain::pings`] gives, from the table.
    pub async fn pings(&self, table: &str) -> Vec<(i64, String, i64, String)> {
        let sql = format!(
            "select block_number, block_hash, position, number, note, id from events.\"{table}\" order by block_number, position"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.pool)
            .await
            .unwrap_or_default();
        let row = |row: &sqlx::postgres::PgRow| {
            let (hash, position): (String, i64) = (row.get("block_hash"), row.get("position"));
            assert_eq!(row.get::<String, _>("id"), format!("31337:{hash}:{position}"));
            let number = u32::try_from(row.get::<i64, _>("number")).unwrap();
            let data = hex::encode_prefixed(arguments(number, &row.get::<String, _>("note")));
            (row.get("block_number"), hash, position, data)
        };
        rows.iter().map(row).collect()
    }
}

impl Running {
    /// Ends it as a crash would: wherever it is.
    pub async fn kill(self) {
        self.task.abort();
        self.task.await.ok();
    }

    pub async fn stop(self) {
        self.shutdown.cancel();
        tokio::time::timeout(Duration::from_secs(5), self.task)
            .await
            .expect("stops within 5 s")
            .unwrap()
            .unwrap();
    }
}
