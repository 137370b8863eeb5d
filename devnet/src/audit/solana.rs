//! What the Solana node says: every event of our programs, in every transaction that names them.

use super::{
    idl::Idl,
    rows::{Row, Rows, column, snake, text},
};
use crate::deploy::solana::{Client, PROGRAMS};
use anyhow::{Context, Result, bail};
use novate_bindings::solana::event::{called, logged};
use solana_address::Address;
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client::rpc_client::GetConfirmedSignaturesForAddress2Config;
use solana_rpc_client_api::config::RpcTransactionConfig;
use solana_signature::Signature;
use solana_transaction_status::{
    UiInstruction, UiTransactionEncoding, UiTransactionStatusMeta, option_serializer::OptionSerializer,
};
use std::collections::BTreeMap;

/// Most signatures in one answer.
const PAGE: usize = 1000;

/// An event as its program emitted it.
struct Emitted {
    /// Its key in the index, for one that was emitted by a call. That of a log line would take the call stack to tell.
    id: Option<String>,
    /// Discriminator and fields.
    data: Vec<u8>,
}

/// A program whose events are looked for.
struct Followed {
    /// In the configuration.
    name: &'static str,
    address: Address,
    idl: Idl,
}

/// Adds a row for every event of the programs, under [`key`].
pub async fn read(client: &Client, rows: &mut Rows) -> Result<()> {
    for program in PROGRAMS {
        let followed = Followed {
            name: program.name,
            address: program.id,
            idl: Idl::new(program.idl)?,
        };
        transactions(client, &followed, rows).await?;
    }
    Ok(())
}

async fn transactions(client: &Client, program: &Followed, rows: &mut Rows) -> Result<()> {
    let mut before = None;
    loop {
        let config = GetConfirmedSignaturesForAddress2Config {
            before,
            limit: Some(PAGE),
            commitment: Some(CommitmentConfig::confirmed()),
            ..Default::default()
        };
        let page = client
            .rpc
            .get_signatures_for_address_with_config(&program.address, config)
            .await?;
        for status in page.iter().filter(|status| status.err.is_none()) {
            transaction(client, program, &status.signature, status.slot, rows)
                .await
                .with_context(|| format!("reading transaction {}", status.signature))?;
        }
        let Some(last) = page.last().filter(|_| page.len() == PAGE) else {
            return Ok(());
        };
        before = Some(last.signature.parse::<Signature>()?);
    }
}

/// The n-th event of one table in a transaction: what both sides agree on without sharing how an index numbers events.
pub fn key(signature: &str, nth: usize) -> String {
    format!("{signature}#{nth}")
}

/// Served rows of one table, under [`key`] instead of their id.
pub fn rekey(served: BTreeMap<String, Row>) -> Result<BTreeMap<String, Row>> {
    let mut ordered = Vec::new();
    for row in served.into_values() {
        let position: i64 = row.get("position").context("a row without position")?.parse()?;
        ordered.push((
            row.get("txHash").context("a row without txHash")?.clone(),
            position,
            row,
        ));
    }
    ordered.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let mut rows = BTreeMap::new();
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for (signature, _, row) in ordered {
        let nth = count.entry(signature.clone()).or_default();
        rows.insert(key(&signature, *nth), row);
        *nth += 1;
    }
    Ok(rows)
}

async fn transaction(
    client: &Client,
    program: &Followed,
    signature: &str,
    slot: u64,
    rows: &mut Rows,
) -> Result<()> {
    let config = RpcTransactionConfig {
        encoding: Some(UiTransactionEncoding::Base64),
        commitment: Some(CommitmentConfig::confirmed()),
        max_supported_transaction_version: Some(0),
    };
    let found = client
        .rpc
        .get_transaction_with_config(&signature.parse()?, config)
        .await?;
    let sent = found
        .transaction
        .transaction
        .decode()
        .context("an unreadable transaction")?;
    let time = found.block_time.context("a transaction without its time")?;
    let meta = found
        .transaction
        .meta
        .context("a transaction without its meta data")?;
    let logs: Option<&Vec<String>> = meta.log_messages.as_ref().into();
    let logs = logs.into_iter().flatten().map(String::as_str);
    let by_log = logged(&program.address, logs)?.into_iter();
    let mut events: Vec<_> = by_log.map(|data| Emitted { id: None, data }).collect();
    let keys = sent.message.static_account_keys();
    events.extend(calls(&meta, keys, &program.address, signature)?);
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for Emitted { id, data } in events {
        let (event, fields) = program.idl.event(&data)?;
        let table = format!("{}_{}", program.name, snake(&event));
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (column(name), text(value)))
            .collect();
        let fields = fields.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let common = [
            ("blockNumber", slot.to_string()),
            ("blockTime", time.to_string()),
            ("txHash", signature.to_owned()),
            ("address", program.address.to_string()),
        ];
        let id = id.map(|id| ("id", id));
        let nth = count.entry(event).or_default();
        rows.add(&table, key(signature, *nth), fields.chain(common).chain(id));
        *nth += 1;
    }
    Ok(())
}

/// Events that the program emitted by calling itself.
fn calls(
    meta: &UiTransactionStatusMeta,
    keys: &[Address],
    program: &Address,
    signature: &str,
) -> Result<Vec<Emitted>> {
    let mut keys = keys.to_vec();
    if let OptionSerializer::Some(loaded) = &meta.loaded_addresses {
        for key in loaded.writable.iter().chain(&loaded.readonly) {
            keys.push(key.parse().context("an address of a lookup table")?);
        }
    }
    let mut events = Vec::new();
    let calls: Option<&Vec<_>> = meta.inner_instructions.as_ref().into();
    for top in calls.into_iter().flatten() {
        for (inner, instruction) in top.instructions.iter().enumerate() {
            let UiInstruction::Compiled(instruction) = instruction else {
                bail!("an instruction in another encoding")
            };
            if keys.get(usize::from(instruction.program_id_index)) != Some(program) {
                continue;
            }
            let data = bs58::decode(&instruction.data).into_vec();
            if let Some(data) = called(&data.context("instruction data")?) {
                events.push(Emitted {
                    id: Some(format!("{signature}:{}:{inner}:0", top.index)),
                    data: data.to_vec(),
                });
            }
        }
    }
    Ok(events)
}
