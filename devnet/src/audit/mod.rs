//! Compares every row that GraphQL serves with what the chains themselves say.

pub mod abi;
pub mod cleared;
pub mod evm;
pub mod graphql;
pub mod icp;
pub mod idl;
pub mod rows;
pub mod solana;

use crate::{config, deploy::Deployment};
use anyhow::{Context, Result, bail};
use graphql::{GraphQl, Table};
use rows::{Rows, differences, seconds, text};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Longest wait for the index to reach the chains' heads.
const CATCH_UP: Duration = Duration::from_secs(60);

/// What the comparison found.
pub struct Findings {
    /// Rows served per table.
    pub rows: BTreeMap<String, usize>,
    pub differences: Vec<String>,
}

/// Head and indexed block by network, and of the IC by source: its canisters count their blocks apart.
pub type Progress = BTreeMap<String, (i64, i64)>;

/// Waits until every block that exists now is indexed.
pub async fn caught_up(api: &GraphQl, at: &Deployment) -> Result<Progress> {
    use alloy::providers::Provider;
    let mut heads = BTreeMap::from([
        (
            config::EVM.to_owned(),
            at.evm_rpc.get_block_number().await? as i64,
        ),
        (
            config::SOLANA.to_owned(),
            at.solana_rpc.rpc.get_slot().await? as i64,
        ),
    ]);
    for (canister, logged) in icp::read(&at.icp, &mut Rows::default()).await? {
        heads.insert(format!("{}/{canister}", config::ICP), logged as i64 - 1);
    }
    let deadline = Instant::now() + CATCH_UP;
    loop {
        let indexed = indexed(api).await?;
        let reached = |name: &String| indexed.get(name).copied().unwrap_or(-1);
        let late: Vec<_> = heads
            .iter()
            .filter(|(name, head)| reached(name) < **head)
            .collect();
        if late.is_empty() {
            let progress = heads
                .iter()
                .map(|(name, head)| (name.clone(), (*head, reached(name))));
            return Ok(progress.collect());
        }
        if Instant::now() > deadline {
            bail!("not indexed within {CATCH_UP:?}: {late:?}; the index is at {indexed:?}");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Up to which block each network and each source is indexed.
async fn indexed(api: &GraphQl) -> Result<BTreeMap<String, i64>> {
    let query = "{ _meta { networks { name indexed } sources { id nextBlock } } }";
    let data = api.query(query, Value::Null).await?;
    let list = |name: &str| {
        data["_meta"][name]
            .as_array()
            .with_context(|| format!("no {name} in _meta"))
    };
    // Without a number nothing is indexed yet.
    let number = |value: &Value| text(value).parse::<i64>();
    let sources = list("sources")?.iter().map(|source| {
        (
            text(&source["id"]),
            number(&source["nextBlock"]).map_or(-1, |next| next - 1),
        )
    });
    let networks = list("networks")?
        .iter()
        .map(|network| (text(&network["name"]), number(&network["indexed"]).unwrap_or(-1)));
    Ok(sources.chain(networks).collect())
}

/// Reads everything from both sides and compares. `head` is the last EVM block to compare.
pub async fn compare(api: &GraphQl, at: &Deployment, head: u64) -> Result<Findings> {
    let mut chain = Rows::default();
    evm::read(&at.evm_rpc, &at.evm, head, &mut chain).await?;
    solana::read(&at.solana_rpc, &mut chain).await?;
    icp::read(&at.icp, &mut chain).await?;

    let tables = graphql::tables(api).await?;
    let mut served = graphql::read(api, &tables).await?;
    for Table { name, network, .. } in &tables {
        let Some(rows) = served.0.get_mut(name) else {
            continue;
        };
        for row in rows.values_mut() {
            let time = row.get_mut("blockTime").context("a row without blockTime")?;
            *time = seconds(time)?;
        }
        if network == config::SOLANA {
            *rows = solana::rekey(std::mem::take(rows)).with_context(|| format!("table {name}"))?;
        }
    }
    Ok(Findings {
        rows: served.counts(),
        differences: differences(&chain, &served),
    })
}
