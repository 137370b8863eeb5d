//! What the index tells of a batch, compared with what follows from its blob.

use super::{Check, LISTED};
use crate::{
    config::SettlementPlan,
    intake::json::{account, hex},
};
use alloy::primitives::U256;
use novate_catalog::{CatalogError, Table};
use novate_netting::Sealed;
use novate_protocol::{batch::BatchHeader, intent::Scheme};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};
use std::collections::BTreeMap;

/// Where a settlement's rows are.
#[derive(Clone, Copy, Debug)]
pub struct Indexed<'a> {
    /// Name of the network in the indexer's configuration.
    pub network: &'a str,
    /// Name of the settlement's contract there.
    pub contract: &'a str,
    /// Tells the kind of chain.
    pub scheme: Scheme,
    /// As in headers.
    pub address: [u8; 32],
}

impl<'a> From<&'a SettlementPlan> for Indexed<'a> {
    fn from(plan: &'a SettlementPlan) -> Self {
        Self {
            network: &plan.network,
            contract: &plan.contract,
            scheme: plan.scheme,
            address: plan.address,
        }
    }
}

/// Why the index could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum IndexedError {
    /// There is no such table.
    #[error(
        "the index has no table for event {event} of contract {contract}: index the settlement with all its events"
    )]
    NoTable {
        /// Of the contract.
        event: &'static str,
        /// As configured.
        contract: String,
    },
    /// The catalog of the index.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Postgres.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

/// How often each thing is there.
type Counted = BTreeMap<String, i64>;

impl Indexed<'_> {
    pub(super) async fn batch(
        &self,
        pool: &PgPool,
        header: &BatchHeader,
        sealed: &Sealed,
    ) -> Result<Vec<Check>, IndexedError> {
        let tables = novate_catalog::tables(pool).await?;
        let deltas = self.rows(pool, &tables, "DeltasApplied", header.sequence).await?;
        let items = self.rows(pool, &tables, "ItemsApplied", header.sequence).await?;
        let mut checks = self.header(pool, header).await?;
        checks.push(Check::new(
            "deltas",
            "the index has seen every change of a ledger that follows from the blob, and no other",
            differing(self.expected_deltas(sealed), applied(&deltas, "entries", delta)),
        ));
        checks.push(Check::new(
            "items",
            "the index has seen every item move that follows from the blob, and no other",
            differing(self.expected_items(sealed), applied(&items, "moves", item)),
        ));
        Ok(checks)
    }

    /// Whether the index has seen this very header opened and settled.
    ///
    /// # Errors
    /// [`IndexedError`]
    pub async fn header(&self, pool: &PgPool, header: &BatchHeader) -> Result<Vec<Check>, IndexedError> {
        let tables = novate_catalog::tables(pool).await?;
        let opened = self.rows(pool, &tables, "BatchOpened", header.sequence).await?;
        let settled = self
            .rows(pool, &tables, "NetBatchSettled", header.sequence)
            .await?;
        Ok(vec![
            Check::new(
                "opened",
                "the index has seen this header opened, once",
                as_opened(header, &opened),
            ),
            Check::new(
                "settled",
                "the index has seen it settled, once",
                exactly_one(&settled),
            ),
        ])
    }

    /// Rows of the batch in an event's table, as JSON.
    async fn rows(
        &self,
        pool: &PgPool,
        tables: &[Table],
        event: &'static str,
        sequence: u64,
    ) -> Result<Vec<Value>, IndexedError> {
        let found = tables.iter().find(|table| {
            (
                table.network.as_str(),
                table.contract.as_str(),
                table.event.as_str(),
            ) == (self.network, self.contract, event)
        });
        let table = found.ok_or_else(|| IndexedError::NoTable {
            event,
            contract: self.contract.to_owned(),
        })?;
        // A program's tables hold the rows of all settlements.
        let of = match self.scheme {
            Scheme::Ed25519 => "config",
            Scheme::Eip712 => "address",
        };
        let statement = format!(
            "select to_jsonb(t) from {} t where network = $1 and \"{of}\" = $2 and sequence::text = $3
             order by block_number, position",
            table.view()
        );
        // The statement is made of validated, quoted names only.
        let rows = sqlx::query_scalar(AssertSqlSafe(statement))
            .bind(self.network)
            .bind(account(self.scheme, &self.address))
            .bind(sequence.to_string());
        Ok(rows.fetch_all(pool).await?)
    }

    fn expected_deltas(&self, sealed: &Sealed) -> Counted {
        let word = |word: &[u8; 32]| account(self.scheme, word);
        counted(sealed.deltas.iter().map(|leaf| {
            format!(
                "{} of {} for {}",
                leaf.amount,
                word(&leaf.asset.0),
                word(&leaf.owner.0)
            )
        }))
    }

    fn expected_items(&self, sealed: &Sealed) -> Counted {
        let word = |word: &[u8; 32]| account(self.scheme, word);
        counted(sealed.items.iter().map(|leaf| {
            let number = match self.scheme {
                Scheme::Ed25519 => String::new(),
                Scheme::Eip712 => format!(" {}", U256::from_be_bytes(leaf.token_id)),
            };
            format!(
                "{}{number} from {} to {}",
                word(&leaf.asset.0),
                word(&leaf.from.0),
                word(&leaf.to.0)
            )
        }))
    }
}

fn counted(things: impl IntoIterator<Item = String>) -> Counted {
    let mut counted = Counted::new();
    for thing in things {
        *counted.entry(thing).or_default() += 1;
    }
    counted
}

/// The entries of all rows, where they can be read.
fn applied(rows: &[Value], list: &str, read: fn(&Value, &Value) -> Option<String>) -> Counted {
    let entries = rows.iter().flat_map(|row| {
        // Solana calls both lists alike.
        let entries = row
            .get(list)
            .or_else(|| row.get("entries"))
            .and_then(Value::as_array);
        entries
            .into_iter()
            .flatten()
            .map(move |entry| read(row, entry).unwrap_or_else(|| format!("what cannot be read: {entry}")))
    });
    counted(entries)
}

fn delta(row: &Value, entry: &Value) -> Option<String> {
    let asset = text(row.get("asset").or_else(|| row.get("mint"))?)?;
    Some(format!(
        "{} of {asset} for {}",
        text(entry.get("amount")?)?,
        text(entry.get("owner")?)?
    ))
}

fn item(_: &Value, entry: &Value) -> Option<String> {
    let asset = text(entry.get("asset").or_else(|| entry.get("mint"))?)?;
    let number = entry
        .get("tokenId")
        .map_or_else(String::new, |number| match text(number) {
            Some(number) => format!(" {number}"),
            None => " of no number".to_owned(),
        });
    Some(format!(
        "{asset}{number} from {} to {}",
        text(entry.get("from")?)?,
        text(entry.get("to")?)?
    ))
}

fn text(value: &Value) -> Option<String> {
    match value {
        // Addresses within entries are written with their checksum.
        Value::String(text) if text.starts_with("0x") => Some(text.to_lowercase()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn differing(expected: Counted, found: Counted) -> Vec<String> {
    let mut both: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for (thing, count) in expected {
        both.entry(thing).or_default().0 = count;
    }
    for (thing, count) in found {
        both.entry(thing).or_default().1 = count;
    }
    let differing = both
        .into_iter()
        .filter(|(_, (expected, found))| expected != found);
    differing
        .take(LISTED)
        .map(|(thing, (expected, found))| format!("{thing}: seen {found} times, follows {expected} times"))
        .collect()
}

fn exactly_one(rows: &[Value]) -> Vec<String> {
    match rows.len() {
        1 => Vec::new(),
        count => vec![format!("seen {count} times")],
    }
}

fn as_opened(header: &BatchHeader, rows: &[Value]) -> Vec<String> {
    let [row] = rows else {
        return exactly_one(rows);
    };
    let bytes = |bytes: &[u8]| format!("\\x{}", hex(bytes).trim_start_matches("0x"));
    let opened_at = ["opened_at", "window_opened_at"]
        .into_iter()
        .find(|column| row.get(column).is_some());
    let fields = [
        ("intents_root", bytes(&header.intents_root)),
        ("deltas_root", bytes(&header.deltas_root)),
        ("items_root", bytes(&header.items_root)),
        ("blob_cid", bytes(&header.blob_cid)),
        ("intent_count", header.intent_count.to_string()),
        ("delta_count", header.delta_count.to_string()),
        ("item_count", header.item_count.to_string()),
        (opened_at.unwrap_or("opened_at"), header.opened_at.to_string()),
    ];
    let differing = fields.into_iter().filter_map(|(column, expected)| {
        let found = row
            .get(column)
            .and_then(text)
            .unwrap_or_else(|| "nothing".to_owned());
        (found != expected).then(|| format!("{column} is {found}, expected {expected}"))
    });
    differing.collect()
}
