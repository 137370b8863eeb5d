//! An IC node for faults only: it serves a log that the test writes under a subnet key that it holds, and
//! lies as the test wants.

use axum::{Router, body::Bytes, extract::State, http::StatusCode, response::IntoResponse, routing::any};
use candid::{Decode, Encode, Nat, Principal};
use ic_certification::{Certificate, HashTree, fork, label, leaf};
use ic_transport_types::{Envelope, EnvelopeContent, QueryResponse, ReplyResponse};
use ic_verify_bls_signature::PrivateKey;
use novate_indexer::icp::{Archive, BlockWithId, GetBlocks, GetBlocksResult, Range, TipCertificate, Value};
use serde_bytes::ByteBuf;
use std::{
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};

/// DER header of a BLS12-381 key (RFC 8410 form, as the interface specification has it).
const DER: &[u8; 37] =
    b"\x30\x81\x82\x30\x1d\x06\x0d\x2b\x06\x01\x04\x01\x82\xdc\x7c\x05\x03\x01\x02\x01\x06\x0c\x2b\
    \x06\x01\x04\x01\x82\xdc\x7c\x05\x03\x02\x01\x03\x61\x00";

/// What the node says.
#[derive(Clone)]
pub struct Log {
    pub canister: Principal,
    pub archive: Principal,
    pub blocks: Vec<Value>,
    /// Blocks below this are in the archive.
    pub archived: u64,
    /// The most blocks of one answer.
    pub page: u64,
    /// The tip is this many blocks behind the log.
    pub behind: usize,
    pub lie: Lie,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Lie {
    None,
    /// The content of a block is another one.
    Block(usize),
    /// The hash tree says another hash than is certified.
    Tree,
    /// The certificate is of another subnet.
    Key,
    /// The certificate is of another canister.
    Canister,
    /// The certificate is an hour old.
    Old,
    /// The index is eight bytes, the highest first: no lie, but older ledgers do it.
    BigEndian,
    /// A block is never there.
    Missing(usize),
    /// The archive sends on to itself.
    Circle,
    /// Bytes that are no Candid.
    Garbage,
    Status(u16),
}

#[derive(Clone)]
pub struct Node {
    pub log: Arc<Mutex<Log>>,
    pub url: String,
    pub root_key: Vec<u8>,
}

fn key(seed: u8) -> PrivateKey {
    let mut bytes = [0; 32];
    bytes[31] = seed;
    PrivateKey::deserialize(&bytes).unwrap()
}

impl Log {
    pub fn new() -> Self {
        Self {
            canister: Principal::from_slice(&[1; 10]),
            archive: Principal::from_slice(&[2; 10]),
            blocks: vec![],
            archived: 0,
            page: 100,
            behind: 0,
            lie: Lie::None,
        }
    }

    /// Appends a block; its time is its index in seconds after 1970.
    pub fn append(&mut self, btype: &str, tx: Vec<(&str, Value)>) {
        let map = |entries: Vec<(&str, Value)>| {
            Value::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect(),
            )
        };
        let mut block = vec![
            ("btype", Value::Text(btype.into())),
            (
                "ts",
                Value::Nat(Nat::from(self.blocks.len() as u64 * 1_000_000_000)),
            ),
            ("tx", map(tx)),
        ];
        if let Some(last) = self.blocks.last() {
            block.push(("phash", Value::Blob(ByteBuf::from(last.hash().to_vec()))));
        }
        self.blocks.push(map(block));
    }

    fn get_blocks(&self, canister: Principal, ranges: Vec<Range>) -> GetBlocksResult {
        let mut result = GetBlocksResult {
            log_length: Nat::from(self.blocks.len() as u64),
            blocks: vec![],
            archived_blocks: vec![],
        };
        for range in ranges {
            let number = |nat: &Nat| u64::try_from(nat.0.clone()).unwrap();
            let start = number(&range.start);
            let end = (start + number(&range.length)).min(self.blocks.len() as u64);
            if canister == self.canister && start < self.archived || self.lie == Lie::Circle {
                let length = Nat::from(end.min(self.archived).max(start + 1) - start);
                result.archived_blocks.push(Archive {
                    args: vec![Range {
                        start: start.into(),
                        length,
                    }],
                    callback: GetBlocks::new(self.archive, "old_blocks".into()),
                });
            }
            for index in start..end {
                let archived = index < self.archived;
                if archived != (canister == self.archive) || result.blocks.len() as u64 == self.page {
                    continue;
                }
                let mut block = self.blocks[index as usize].clone();
                match self.lie {
                    Lie::Block(at) if at as u64 == index => {
                        let Value::Map(entries) = &mut block else {
                            unreachable!()
                        };
                        entries[0].1 = Value::Text("forged".into());
                    }
                    Lie::Missing(at) if at as u64 == index => continue,
                    Lie::Circle => continue,
                    _ => {}
                }
                result.blocks.push(BlockWithId {
                    id: index.into(),
                    block,
                });
            }
        }
        result
    }

    fn tip(&self) -> Option<TipCertificate> {
        let length = self.blocks.len().checked_sub(self.behind)?;
        let last = self.blocks[..length].last()?;
        let tree = |hash: [u8; 32]| -> HashTree {
            let index = (length - 1) as u64;
            let index = if self.lie == Lie::BigEndian {
                index.to_be_bytes().to_vec()
            } else {
                leb128(index)
            };
            fork(
                label("last_block_hash", leaf(hash)),
                label("last_block_index", leaf(index)),
            )
        };
        let certified = tree(last.hash());
        let told = if self.lie == Lie::Tree {
            tree([9; 32])
        } else {
            certified.clone()
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
        let time = if self.lie == Lie::Old {
            now - 3_600_000_000_000
        } else {
            now
        };
        let canister = if self.lie == Lie::Canister {
            self.archive
        } else {
            self.canister
        };
        let state: HashTree = fork(
            label(
                "canister",
                label(
                    canister.as_slice(),
                    label("certified_data", leaf(certified.digest())),
                ),
            ),
            label("time", leaf(leb128(time))),
        );
        let message = [&b"\x0Dic-state-root"[..], &state.digest()].concat();
        let signer = key(if self.lie == Lie::Key { 8 } else { 7 });
        let certificate = Certificate {
            signature: signer.sign(&message).serialize().to_vec(),
            tree: state,
            delegation: None,
        };
        let cbor = |bytes: Result<Vec<u8>, _>| -> ByteBuf { ByteBuf::from(bytes.unwrap()) };
        Some(TipCertificate {
            certificate: cbor(serde_cbor::to_vec(&certificate)),
            hash_tree: cbor(serde_cbor::to_vec(&told)),
        })
    }

    fn query(&self, canister: Principal, method: &str, arg: &[u8]) -> Vec<u8> {
        match method {
            _ if self.lie == Lie::Garbage => b"DIDL\xff\xff".to_vec(),
            "icrc3_get_tip_certificate" => Encode!(&self.tip()).unwrap(),
            "icrc3_get_blocks" | "old_blocks" => {
                assert_eq!(canister == self.archive, method == "old_blocks");
                Encode!(&self.get_blocks(canister, Decode!(arg, Vec<Range>).unwrap())).unwrap()
            }
            other => panic!("no method {other}"),
        }
    }
}

impl Node {
    pub async fn start(log: Log) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let root_key = [&DER[..], &key(7).public_key().serialize()].concat();
        let node = Self {
            log: Arc::new(Mutex::new(log)),
            url,
            root_key,
        };
        let router = Router::new()
            .route("/{*path}", any(answer))
            .with_state(node.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        node
    }

    pub fn with<T>(&self, change: impl FnOnce(&mut Log) -> T) -> T {
        change(&mut self.log.lock().unwrap())
    }
}

async fn answer(State(node): State<Node>, uri: axum::http::Uri, body: Bytes) -> impl IntoResponse {
    if let Lie::Status(code) = node.with(|log| log.lie.clone()) {
        // As many gateways do, it names what was asked for.
        return (StatusCode::from_u16(code).unwrap(), uri.path().into());
    }
    if uri.path().ends_with("/status") {
        let status = [(
            "root_key".to_owned(),
            serde_cbor::Value::Bytes(node.root_key.clone()),
        )];
        let status = serde_cbor::Value::Map(status.map(|(k, v)| (serde_cbor::Value::Text(k), v)).into());
        return (StatusCode::OK, serde_cbor::to_vec(&status).unwrap());
    }
    let envelope: Envelope<'static> = serde_cbor::from_slice(&body).unwrap();
    let EnvelopeContent::Query {
        canister_id,
        method_name,
        arg,
        ..
    } = envelope.content.as_ref()
    else {
        panic!("only queries are asked: {uri}");
    };
    let arg = node.with(|log| log.query(*canister_id, method_name, arg));
    let reply = QueryResponse::Replied {
        reply: ReplyResponse { arg },
        signatures: vec![],
    };
    (StatusCode::OK, serde_cbor::to_vec(&reply).unwrap())
}

fn leb128(number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    Nat::from(number).encode(&mut bytes).unwrap();
    bytes
}
