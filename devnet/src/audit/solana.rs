//! What the Solana node says: every event of the settlement program, decoded by its generated types.

use super::rows::{Row, Rows};
use crate::deploy::solana::Client;
use anyhow::{Context, Result, bail};
use novate_bindings::solana::{
    event::{Event, from_inner_instruction, from_logs},
    settlement::ID as PROGRAM,
};
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client::rpc_client::GetConfirmedSignaturesForAddress2Config;
use solana_rpc_client_api::config::RpcTransactionConfig;
use solana_signature::Signature;
use solana_transaction_status::{UiInstruction, UiTransactionEncoding, UiTransactionStatusMeta};
use std::collections::BTreeMap;

/// Most signatures in one answer.
const PAGE: usize = 1000;

/// Adds a row for every event of the program, under [`key`].
pub async fn read(client: &Client, rows: &mut Rows) -> Result<()> {
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
            .get_signatures_for_address_with_config(&PROGRAM, config)
            .await?;
        for status in page.iter().filter(|status| status.err.is_none()) {
            transaction(client, &status.signature, status.slot, rows)
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

async fn transaction(client: &Client, signature: &str, slot: u64, rows: &mut Rows) -> Result<()> {
    let config = RpcTransactionConfig {
        encoding: Some(UiTransactionEncoding::Base64),
        commitment: Some(CommitmentConfig::confirmed()),
        max_supported_transaction_version: Some(0),
    };
    let found = client
        .rpc
        .get_transaction_with_config(&signature.parse()?, config)
        .await?;
    let keys = found
        .transaction
        .transaction
        .decode()
        .context("an unreadable transaction")?;
    let keys = keys.message.static_account_keys().to_vec();
    let time = found.block_time.context("a transaction without its time")?;
    let meta = found
        .transaction
        .meta
        .context("a transaction without its meta data")?;
    let mut events = from_logs(
        meta.log_messages
            .as_ref()
            .unwrap_or(&vec![])
            .iter()
            .map(String::as_str),
    )?;
    events.extend(called(&meta, &keys)?);
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for event in events {
        let (event, mut fields) = fields(event);
        fields.extend([
            ("blockNumber", slot.to_string()),
            ("blockTime", time.to_string()),
            ("txHash", signature.to_owned()),
            ("address", PROGRAM.to_string()),
        ]);
        let nth = count.entry(event).or_default();
        rows.add(&format!("settlement_{event}"), key(signature, *nth), fields);
        *nth += 1;
    }
    Ok(())
}

/// Events that the program emitted by calling itself.
fn called(meta: &UiTransactionStatusMeta, keys: &[solana_address::Address]) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    let inner: Option<&Vec<_>> = meta.inner_instructions.as_ref().into();
    for instruction in inner.into_iter().flatten().flat_map(|inner| &inner.instructions) {
        let UiInstruction::Compiled(instruction) = instruction else {
            bail!("an instruction in another encoding")
        };
        if keys.get(usize::from(instruction.program_id_index)) == Some(&PROGRAM) {
            let data = bs58::decode(&instruction.data)
                .into_vec()
                .context("instruction data")?;
            events.extend(from_inner_instruction(&data)?);
        }
    }
    Ok(events)
}

fn fields(event: Event) -> (&'static str, Vec<(&'static str, String)>) {
    match event {
        Event::Initialized(e) => (
            "initialized",
            vec![
                ("config", e.config.to_string()),
                ("chain", e.chain.to_string()),
                ("admin", e.admin.to_string()),
                ("guardian", e.guardian.to_string()),
                ("authority", e.authority.to_string()),
            ],
        ),
        Event::VaultCreated(e) => (
            "vault_created",
            vec![
                ("config", e.config.to_string()),
                ("vault", e.vault.to_string()),
                ("mint", e.mint.to_string()),
                ("tokens", e.tokens.to_string()),
                ("decimals", e.decimals.to_string()),
            ],
        ),
        Event::LedgerOpened(e) => (
            "ledger_opened",
            vec![
                ("vault", e.vault.to_string()),
                ("ledger", e.ledger.to_string()),
                ("owner", e.owner.to_string()),
            ],
        ),
        Event::Deposited(e) => (
            "deposited",
            vec![
                ("vault", e.vault.to_string()),
                ("mint", e.mint.to_string()),
                ("owner", e.owner.to_string()),
                ("amount", e.amount.to_string()),
                ("balance", e.balance.to_string()),
                ("total", e.total.to_string()),
            ],
        ),
        Event::Withdrawn(e) => (
            "withdrawn",
            vec![
                ("vault", e.vault.to_string()),
                ("mint", e.mint.to_string()),
                ("owner", e.owner.to_string()),
                ("destination", e.destination.to_string()),
                ("amount", e.amount.to_string()),
                ("balance", e.balance.to_string()),
                ("total", e.total.to_string()),
            ],
        ),
        Event::Paused(e) => (
            "paused",
            vec![("config", e.config.to_string()), ("by", e.by.to_string())],
        ),
        Event::Unpaused(e) => (
            "unpaused",
            vec![("config", e.config.to_string()), ("by", e.by.to_string())],
        ),
    }
}
