//! A Solana node for faults only: it serves a chain that the test writes, and lies and fails as the test
//! wants.

#![allow(dead_code)] // each test binary uses its own part of this

use axum::{
    Json, Router,
    body::Bytes,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value as Doc, json};
use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::broadcast;

pub const PROGRAM: &str = "Fg6PaFpoGXkYsidMpWTK6W2BeZ7FEfcYkg476zPFsLnS";

/// A transaction that mentions the program.
#[derive(Clone)]
pub struct Tx {
    pub signature: String,
    pub failed: bool,
    pub logs: Vec<String>,
}

#[derive(Clone, Default)]
pub struct Slot {
    pub hash: String,
    pub txs: Vec<Tx>,
}

/// What the node says. A slot that is not in `slots` was skipped.
#[derive(Clone)]
pub struct Chain {
    pub genesis: String,
    pub slots: BTreeMap<u64, Slot>,
    pub processed: u64,
    pub confirmed: u64,
    pub finalized: u64,
    pub first_available: u64,
    /// Slots above this have a block, but not all of their transactions can be listed yet.
    pub complete: u64,
    /// The most entries of one page, whatever was asked for.
    pub page: usize,
    /// What the list leaves out although the node has it.
    pub unlisted: Vec<String>,
    /// Slots that the node never had, as it went on from a later snapshot.
    pub jumped: Range<u64>,
}

/// What to do to a request instead of answering it.
#[derive(Clone, Debug)]
pub enum Fault {
    Status(u16),
    Error(i64),
    Half,
    Hang,
    Result(Doc),
}

type Faults = Box<dyn FnMut(&str, &Doc) -> Option<Fault> + Send>;

#[derive(Clone)]
pub struct Node {
    pub chain: Arc<Mutex<Chain>>,
    faults: Arc<Mutex<Faults>>,
    pushes: broadcast::Sender<String>,
    pub rpc: String,
    pub ws: String,
}

/// Makes the signature, and so everything else of a transaction, out of a number.
pub fn tx(number: u32, events: &[Vec<u8>]) -> Tx {
    let mut bytes = [7; 64];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    let mut logs = vec![format!("Program {PROGRAM} invoke [1]")];
    logs.extend(
        events
            .iter()
            .map(|event| format!("Program data: {}", STANDARD.encode(event))),
    );
    logs.push(format!("Program {PROGRAM} success"));
    Tx {
        signature: bs58::encode(bytes).into_string(),
        failed: false,
        logs,
    }
}

/// The event `Deposited` of the sample IDL: vault, amount, total, memo.
pub fn deposited(amount: u64) -> Vec<u8> {
    let mut event = vec![111, 141, 26, 45, 161, 35, 100, 57];
    event.extend([1; 32]);
    event.extend(amount.to_le_bytes());
    event.extend(u128::from(amount).to_le_bytes());
    event.extend([0; 32]);
    event
}

impl Chain {
    /// Empty blocks up to `tip`, which is confirmed; everything 32 slots below it is final.
    pub fn new(tip: u64) -> Self {
        let block = |slot| {
            (
                slot,
                Slot {
                    hash: format!("hash-{slot}"),
                    txs: vec![],
                },
            )
        };
        Self {
            genesis: "genesis".into(),
            slots: (0..=tip).map(block).collect(),
            processed: tip,
            confirmed: tip,
            finalized: tip.saturating_sub(32),
            first_available: 0,
            complete: u64::MAX,
            page: 1000,
            unlisted: vec![],
            jumped: 0..0,
        }
    }

    pub fn grow(&mut self, slots: u64) {
        let mut grown = Self::new(self.confirmed + slots);
        grown.slots.retain(|slot, _| !self.slots.contains_key(slot));
        self.slots.append(&mut grown.slots);
        (self.processed, self.confirmed, self.finalized) =
            (grown.processed, grown.confirmed, grown.finalized);
    }

    pub fn put(&mut self, slot: u64, tx: Tx) {
        self.slots.get_mut(&slot).unwrap().txs.push(tx);
    }

    /// From `slot` on, other blocks with `txs`.
    pub fn fork(&mut self, slot: u64, txs: Vec<(u64, Tx)>) {
        for (number, block) in self.slots.range_mut(slot..) {
            *block = Slot {
                hash: format!("fork-{number}"),
                txs: vec![],
            };
        }
        for (slot, tx) in txs {
            self.put(slot, tx);
        }
    }

    /// What a healthy node says, or its error code.
    pub fn answer(&self, method: &str, params: &Doc) -> Result<Doc, i64> {
        let slot = |at: &Doc| at.as_u64().unwrap();
        match method {
            "getGenesisHash" => Ok(json!(self.genesis)),
            "getFirstAvailableBlock" => Ok(json!(self.first_available)),
            "getSlot" => Ok(json!(match params[0]["commitment"].as_str() {
                Some("finalized") => self.finalized,
                Some("confirmed") => self.confirmed,
                _ => self.processed,
            })),
            "getBlock" => self.block(slot(&params[0])),
            "getSignaturesForAddress" => {
                assert_eq!(params[0], PROGRAM);
                if self.confirmed < slot(&params[1]["minContextSlot"]) {
                    return Err(-32016);
                }
                Ok(self.list(params[1]["before"].as_str(), slot(&params[1]["limit"]) as usize))
            }
            "getTransaction" => Ok(self.transaction(params[0].as_str().unwrap())),
            other => panic!("no method {other}"),
        }
    }

    fn block(&self, slot: u64) -> Result<Doc, i64> {
        if slot < self.first_available {
            return Err(-32001);
        }
        if slot > self.confirmed || slot > self.complete {
            return Err(-32014);
        }
        if self.jumped.contains(&slot) {
            return Err(-32007);
        }
        let block = self.slots.get(&slot).ok_or(-32007)?;
        let parent = self.slots.range(..slot).next_back();
        let (parent_slot, parent) = parent.map_or((0, ""), |(slot, parent)| (*slot, &parent.hash));
        let time = 1_700_000_000 + slot;
        Ok(json!({
            "blockhash": block.hash, "previousBlockhash": parent, "blockTime": time, "parentSlot": parent_slot,
        }))
    }

    fn list(&self, before: Option<&str>, limit: usize) -> Doc {
        let all = self
            .slots
            .iter()
            .rev()
            .flat_map(|(slot, block)| block.txs.iter().rev().map(move |tx| (slot, tx)));
        let listed = all
            .filter(|(slot, tx)| !self.jumped.contains(*slot) && !self.unlisted.contains(&tx.signature))
            .filter(|(slot, _)| **slot <= self.confirmed);
        let mut skipping = before;
        let page = listed.filter(|(_, tx)| match skipping {
            Some(before) => {
                if tx.signature == before {
                    skipping = None;
                }
                false
            }
            None => true,
        });
        page.take(limit.min(self.page))
            .map(|(slot, tx)| {
                let err = if tx.failed { json!({ "InstructionError": [0, "Custom"] }) } else { Doc::Null };
                json!({ "signature": tx.signature, "slot": slot, "err": err, "confirmationStatus": "confirmed" })
            })
            .collect()
    }

    fn transaction(&self, signature: &str) -> Doc {
        let all = self
            .slots
            .iter()
            .flat_map(|(slot, block)| block.txs.iter().map(move |tx| (slot, tx)));
        let Some((slot, tx)) = all.into_iter().find(|(_, tx)| tx.signature == signature) else {
            return Doc::Null;
        };
        json!({
            "slot": slot, "blockTime": 1_700_000_000 + slot,
            "transaction": {
                "signatures": [signature],
                "message": {
                    "accountKeys": ["payer", PROGRAM],
                    "instructions": [{ "programIdIndex": 1, "accounts": [0], "data": "", "stackHeight": 1 }],
                },
            },
            "meta": {
                "err": if tx.failed { json!({ "InstructionError": [0, "Custom"] }) } else { Doc::Null },
                "logMessages": tx.logs, "innerInstructions": [],
                "loadedAddresses": { "writable": [], "readonly": [] },
            },
        })
    }
}

impl Node {
    pub async fn start(chain: Chain) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let node = Self {
            chain: Arc::new(Mutex::new(chain)),
            faults: Arc::new(Mutex::new(Box::new(|_, _| None))),
            pushes: broadcast::channel(64).0,
            rpc: format!("http://{address}/rpc?key=secret"),
            ws: format!("ws://{address}/ws"),
        };
        let router = Router::new()
            .route("/rpc", post(rpc))
            .route(
                "/ws",
                get(|ws: WebSocketUpgrade, State(node): State<Node>| async move {
                    ws.on_upgrade(move |socket| push(socket, node))
                }),
            )
            .with_state(node.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        node
    }

    /// From now on `fault` is asked before every answer.
    pub fn fail(&self, fault: impl FnMut(&str, &Doc) -> Option<Fault> + Send + 'static) {
        *self.faults.lock().unwrap() = Box::new(fault);
    }

    pub fn heal(&self) {
        self.fail(|_, _| None);
    }

    pub fn with<T>(&self, change: impl FnOnce(&mut Chain) -> T) -> T {
        change(&mut self.chain.lock().unwrap())
    }

    /// Tells the subscribers of a log in `slot`; a `slot` of 0 closes their connections.
    pub fn notify(&self, slot: u64) {
        let notification = json!({
            "jsonrpc": "2.0", "method": "logsNotification",
            "params": { "subscription": 1, "result": { "context": { "slot": slot }, "value": {} } },
        });
        let message = if slot == 0 {
            String::new()
        } else {
            notification.to_string()
        };
        self.pushes.send(message).ok();
    }

    pub fn subscribers(&self) -> usize {
        self.pushes.receiver_count()
    }
}

async fn rpc(State(node): State<Node>, Json(request): Json<Doc>) -> Response {
    let (method, params) = (request["method"].as_str().unwrap(), &request["params"]);
    let fault = (node.faults.lock().unwrap())(method, params);
    let result = |result: Doc| json!({ "jsonrpc": "2.0", "id": 1, "result": result }).to_string();
    let error = |code: i64| {
        json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": code, "message": "as told" } }).to_string()
    };
    let answer = node
        .with(|chain| chain.answer(method, params))
        .map_or_else(error, result);
    match fault {
        None => answer.into_response(),
        Some(Fault::Status(code)) => {
            (axum::http::StatusCode::from_u16(code).unwrap(), "slow down").into_response()
        }
        Some(Fault::Error(code)) => error(code).into_response(),
        Some(Fault::Half) => Bytes::from(answer[..answer.len() / 2].to_owned()).into_response(),
        Some(Fault::Hang) => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            answer.into_response()
        }
        Some(Fault::Result(doc)) => result(doc).into_response(),
    }
}

async fn push(mut socket: WebSocket, node: Node) {
    let Some(Ok(Message::Text(request))) = socket.recv().await else {
        return;
    };
    let request: Doc = serde_json::from_str(&request).unwrap();
    assert_eq!(request["method"], "logsSubscribe");
    assert_eq!(request["params"][0]["mentions"][0], PROGRAM);
    let mut pushes = node.pushes.subscribe();
    let confirmed = json!({ "jsonrpc": "2.0", "id": 1, "result": 1 }).to_string();
    if socket.send(Message::Text(confirmed.into())).await.is_err() {
        return;
    }
    loop {
        tokio::select! {
            message = pushes.recv() => match message {
                Ok(message) if !message.is_empty() => {
                    if socket.send(Message::Text(message.into())).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
            received = socket.recv() => match received {
                Some(Ok(_)) => {}
                _ => return,
            },
        }
    }
}
