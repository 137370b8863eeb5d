//! What the signer canister says: every block of its log, field by field.

use super::rows::{Rows, camel};
use crate::deploy::icp::IcpDeployment;
use anyhow::{Context, Result, bail, ensure};
use candid::{CandidType, Decode, Encode, Int, Nat};
use serde::Deserialize;
use serde_bytes::ByteBuf;

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

/// Adds a row for every block of the log. Returns how many there are.
pub async fn read(at: &IcpDeployment, rows: &mut Rows) -> Result<u64> {
    let mut next = 0u64;
    loop {
        let range = Range {
            start: Nat::from(next),
            length: Nat::from(1000u32),
        };
        let query = at
            .agent
            .query(&at.signer, "icrc3_get_blocks")
            .with_arg(Encode!(&vec![range])?);
        let answer = Decode!(&query.call().await.context("reading the signer's log")?, Blocks)?;
        let served = !answer.blocks.is_empty();
        for Block { id, block } in answer.blocks {
            ensure!(id == next, "block {id} of the log came where {next} was due");
            let (table, fields) = row(block).with_context(|| format!("block {next} of the signer's log"))?;
            let fields = fields.iter().map(|(name, value)| (name.as_str(), value.clone()));
            let number = [
                ("blockNumber", next.to_string()),
                ("address", at.signer.to_string()),
                ("txHash", "null".to_owned()),
                ("position", "0".to_owned()),
            ];
            rows.add(&table, format!("{}:{next}", at.signer), fields.chain(number));
            next += 1;
        }
        if next >= answer.log_length {
            return Ok(next);
        }
        ensure!(served, "the signer answered without the blocks from {next} on");
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
                for (name, value) in tx {
                    fields.push((camel(&name), text(value)?));
                }
            }
            _ => {}
        }
    }
    Ok((format!("signer_{}", kind.context("it has no btype")?), fields))
}

fn text(value: Value) -> Result<String> {
    Ok(match value {
        Value::Blob(bytes) => format!("0x{}", hex::encode(bytes)),
        Value::Text(text) => text,
        Value::Nat(number) => number.0.to_string(),
        Value::Int(number) => number.0.to_string(),
        Value::Array(_) | Value::Map(_) => bail!("the signer's fields are scalars"),
    })
}
