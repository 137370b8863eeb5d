//! A batch as it is shown.

use crate::{
    intake::json::{account, hex},
    store::{
        StoreError,
        batches::Batch,
        transactions::{Transaction, TransactionState},
    },
};
use cid::Cid;
use novate_protocol::intent::Scheme;
use serde::Serialize;
use sqlx::{PgPool, Row};
use std::collections::HashMap;

/// A batch, its header and its transactions. Bytes are `0x` and hex, accounts as their chain writes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchView {
    /// Counts the service's batches.
    pub number: i64,
    /// Name of the settlement.
    pub settlement: String,
    /// The settlement's contract or config account.
    pub address: String,
    /// Number of the chain.
    pub chain: u64,
    /// Counts the settlement's batches on chain.
    pub sequence: u64,
    /// How far it is.
    pub state: &'static str,
    /// Why it is refused or quarantined, or what it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Root over the intents.
    pub intents_root: String,
    /// Root over the deltas.
    pub deltas_root: String,
    /// Root over the items.
    pub items_root: String,
    /// The blob with the signed intents, as IPFS writes it.
    pub blob: String,
    /// Intents in it.
    pub intents: u32,
    /// Of these, filled.
    pub filled: i32,
    /// Changes of ledgers.
    pub deltas: u32,
    /// Items that change hands.
    pub items: u32,
    /// When its window opened, in Unix seconds.
    pub opened_at: u64,
    /// When it was seen settled, in Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<i64>,
    /// The authority's signature of the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// In the order in which they were planned.
    pub transactions: Vec<BatchTransaction>,
}

/// A transaction of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchTransaction {
    /// As explorers show it.
    pub id: String,
    /// What it does.
    pub step: String,
    /// How far it is.
    pub state: &'static str,
    /// What it cost, in wei or lamports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<String>,
    /// Gas or compute units that it used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<i64>,
}

pub(super) async fn view(
    pool: &PgPool,
    batch: &Batch,
    transactions: &[Transaction],
) -> Result<BatchView, StoreError> {
    let (settlement, filled, settled_at): (String, i32, Option<i64>) = sqlx::query_as(
        "select s.name, b.filled, extract(epoch from b.settled_at)::bigint
         from clearing.batches b join clearing.settlements s on s.id = b.settlement where b.number = $1",
    )
    .bind(batch.number)
    .fetch_one(pool)
    .await?;
    let costs: HashMap<String, (Option<String>, Option<i64>)> =
        sqlx::query("select id, fee::text, units from clearing.transactions where batch = $1")
            .bind(batch.number)
            .fetch_all(pool)
            .await?
            .iter()
            .map(|row| Ok((row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?))))
            .collect::<Result<_, sqlx::Error>>()?;
    let header = &batch.header;
    Ok(BatchView {
        number: batch.number,
        settlement,
        address: account(scheme(&header.settlement), &header.settlement),
        chain: header.chain,
        sequence: header.sequence,
        state: batch.state.name(),
        reason: batch.reason.clone(),
        intents_root: hex(&header.intents_root),
        deltas_root: hex(&header.deltas_root),
        items_root: hex(&header.items_root),
        blob: Cid::read_bytes(&header.blob_cid[..])
            .map_or_else(|_| hex(&header.blob_cid), |cid| cid.to_string()),
        intents: header.intent_count,
        filled,
        deltas: header.delta_count,
        items: header.item_count,
        opened_at: header.opened_at,
        settled_at,
        signature: batch.signature.as_deref().map(hex),
        transactions: transactions
            .iter()
            .map(|transaction| shown(transaction, &costs))
            .collect(),
    })
}

fn shown(of: &Transaction, costs: &HashMap<String, (Option<String>, Option<i64>)>) -> BatchTransaction {
    let (fee, units) = costs.get(&of.planned.id).cloned().unwrap_or_default();
    BatchTransaction {
        id: of.planned.id.clone(),
        step: of.planned.step.to_string(),
        state: TransactionState::name(of.state),
        fee,
        units,
    }
}

/// A contract's address is left-padded with zeros, and no config account of a program begins with twelve.
fn scheme(settlement: &[u8; 32]) -> Scheme {
    match settlement[..12] == [0; 12] {
        true => Scheme::Eip712,
        false => Scheme::Ed25519,
    }
}
