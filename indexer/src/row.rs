//! What every source yields, whatever its chain: typed events that fit a table of the catalog.

use chrono::{DateTime, Utc};
use novate_catalog::Table;
use std::sync::Arc;

/// A block of a chain that events hang on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// EVM block number, Solana slot or ICRC-3 block index.
    pub number: u64,
    pub hash: String,
    /// Empty where the source had no need to ask for it.
    pub parent_hash: String,
    pub time: DateTime<Utc>,
}

/// One decoded event, ready for its table.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub table: Arc<Table>,
    /// Key that is the same in every index of the chain. EVM: `<chain id>:<block hash>:<log index>`; Solana:
    /// `<signature>:<instruction>:<inner instruction or ->:<ordinal>`; ICP: `<canister>:<block index>`.
    pub id: String,
    /// Contract, program or canister that emitted it.
    pub address: String,
    pub block: Arc<Block>,
    pub tx_hash: Option<String>,
    /// Order within the block.
    pub position: i64,
    /// One value per column of `table`, in their order.
    pub values: Vec<Value>,
}

/// Something a contract emitted that its artifact does not describe correctly, or that Postgres cannot hold. It is kept as
/// it came, so that nothing is lost silently.
#[derive(Clone, Debug, PartialEq)]
pub struct Undecoded {
    /// As of an [`Event`].
    pub id: String,
    /// Name of the contract in the configuration.
    pub contract: String,
    /// Contract, program or canister that emitted it.
    pub address: String,
    pub block: Arc<Block>,
    pub tx_hash: Option<String>,
    /// Why it is not a row of an event table.
    pub reason: String,
    /// The whole of it, as the chain's API gives it.
    pub raw: serde_json::Value,
}

/// A value of an event, typed as its column.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer in decimal digits, with a leading `-` when negative.
    Numeric(String),
    Text(String),
    Bytes(Vec<u8>),
    Json(serde_json::Value),
    Timestamp(DateTime<Utc>),
}
