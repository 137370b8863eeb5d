//! What the canisters say: every block of their logs, field by field.

use super::rows::{Rows, column, text};
use crate::deploy::icp::IcpDeployment;
use anyhow::{Context, Result, bail, ensure};
use candid::{CandidType, Decode, Encode, Int, Nat, Principal};
use serde::Deserialize;
use serde_bytes::ByteBuf;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The generic value of ICRC-3.
#[derive(CandidType, Debug, Deserialize)]
enum Value {
    Blob(ByteBuf),
    Text(String),
    Nat(Nat),
    Int(Int),
    Array(Vec<Value>),
    Map(Vec<(String, Value)>),
}

#[derive(CandidType)]
struct Range {
    start: Nat,
    length: Nat,
}

#[derive(CandidType, Deserialize)]
struct Block {
    id: Nat,
    block: Value,
}

#[derive(CandidType, Deserialize)]
struct Blocks {
    log_length: Nat,
    blocks: Vec<Block>,
}

/// Adds a row for every block of the canisters' logs. Returns how many each has, by its name in the configuration.
pub async fn read(at: &IcpDeployment, rows: &mut Rows) -> Result<BTreeMap<&'static str, u64>> {
    let mut lengths = BTreeMap::new();
    for (name, canister, _) in at.canisters() {
        let length = log(at, name, canister, rows).await;
        lengths.insert(
            name,
            length.with_context(|| format!("reading the log of {name}"))?,
        );
    }
    Ok(lengths)
}

async fn log(at: &IcpDeployment, name: &str, canister: Principal, rows: &mut Rows) -> Result<u64> {
    let mut next = 0u64;
    loop {
        let range = Range {
            start: Nat::from(next),
            length: Nat::from(1000u32),
        };
        let query = at
            .agent
            .query(&canister, "icrc3_get_blocks")
            .with_arg(Encode!(&vec![range])?);
        let answer = Decode!(&query.call().await?, Blocks)?;
        let served = !answer.blocks.is_empty();
        for Block { id, block } in answer.blocks {
            ensure!(id == next, "block {id} came where {next} was due");
            let (kind, fields) = row(block).with_context(|| format!("block {next}"))?;
            let fields = fields.iter().map(|(name, value)| (name.as_str(), value.clone()));
            let number = [
                ("blockNumber", next.to_string()),
                ("address", canister.to_string()),
                ("txHash", "null".to_owned()),
                ("position", "0".to_owned()),
            ];
            rows.add(
                &format!("{name}_{kind}"),
                format!("{canister}:{next}"),
                fields.chain(number),
            );
            next += 1;
        }
        if next >= answer.log_length {
            return Ok(next);
        }
        ensure!(served, "the blocks from {next} on did not come");
    }
}

fn row(block: Value) -> Result<(String, Vec<(String, String)>)> {
    let mut kind = None;
    let mut fields = Vec::new();
    let Value::Map(entries) = block else {
        bail!("it is no map")
    };
    for (key, value) in entries {
        match (key.as_str(), value) {
            ("btype", Value::Text(name)) => kind = Some(name),
            ("ts", Value::Nat(nanoseconds)) => {
                fields.push((
                    "blockTime".to_owned(),
                    (nanoseconds.0 / 1_000_000_000u64).to_string(),
                ));
            }
            ("tx", Value::Map(tx)) => {
                let values = tx.iter().map(|(name, value)| (column(name), text(&json(value))));
                fields.extend(values);
            }
            _ => {}
        }
    }
    Ok((kind.context("it has no btype")?, fields))
}

/// The value as GraphQL serves it: numbers of any size are strings.
fn json(value: &Value) -> Json {
    match value {
        Value::Blob(bytes) => format!("0x{}", hex::encode(bytes)).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Nat(number) => number.0.to_string().into(),
        Value::Int(number) => number.0.to_string().into(),
        Value::Array(items) => items.iter().map(json).collect(),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.clone(), json(value)));
            Json::Object(entries.collect())
        }
    }
}
