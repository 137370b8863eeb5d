//! Rows into their tables, thousands per statement.

use super::{
    StoreError,
    columns::{Values, array_type, has_nul, json_without_nul, kind, without_nul},
};
use crate::row::{Event, Undecoded, Value};
use novate_catalog::{COMMON_COLUMNS, Table};
use serde_json::json;
use sqlx::{PgConnection, types::Json};
use std::{collections::BTreeMap, sync::Arc};

/// Rows per statement. More than this gains nothing and holds the arrays in memory twice.
const CHUNK: usize = 5000;

/// Inserts `events` into their tables, and into `novate.undecoded` what Postgres cannot hold. Answers the number of rows in
/// event tables.
pub async fn events(db: &mut PgConnection, source: &str, events: &[Event]) -> Result<u64, StoreError> {
    let mut by_table: BTreeMap<&str, (&Arc<Table>, Vec<&Event>)> = BTreeMap::new();
    let mut refused = Vec::new();
    for event in events {
        if event.values.iter().any(has_nul) {
            refused.push(unstorable(event));
            continue;
        }
        let (_, rows) = by_table
            .entry(event.table.name.as_str())
            .or_insert_with(|| (&event.table, Vec::new()));
        rows.push(event);
    }
    let mut count = 0;
    for (table, rows) in by_table.into_values() {
        let statement = statement(table);
        for chunk in rows.chunks(CHUNK) {
            count += insert(db, source, table, &statement, chunk).await?;
        }
    }
    undecoded(db, source, &refused).await?;
    Ok(count)
}

/// Stores what could not become a row. U+0000, which anyone can make a contract emit, becomes U+FFFD: Postgres would refuse the
/// whole step for it.
pub async fn undecoded(db: &mut PgConnection, source: &str, logs: &[Undecoded]) -> Result<(), StoreError> {
    for log in logs {
        tracing::warn!(
            source,
            id = log.id,
            contract = log.contract,
            reason = log.reason,
            "kept undecoded"
        );
        metrics::counter!("novate_undecoded_total", "source" => source.to_owned()).increment(1);
        sqlx::query(
            "insert into novate.undecoded (id, source, contract, address, block_number, block_hash, tx_hash, reason, raw)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(without_nul(&log.id))
        .bind(source)
        .bind(&log.contract)
        .bind(without_nul(&log.address))
        .bind(number(source, log.block.number)?)
        .bind(without_nul(&log.block.hash))
        .bind(log.tx_hash.as_deref().map(without_nul))
        .bind(without_nul(&log.reason))
        .bind(Json(json_without_nul(&log.raw)))
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Block numbers are `bigint`.
pub fn number(source: &str, block: u64) -> Result<i64, StoreError> {
    i64::try_from(block).map_err(|_| StoreError::BlockNumber {
        source_id: source.into(),
        block,
    })
}

/// `insert into data."t" (...) select c0, c1::numeric, ... from unnest($1::text[], ...) as u (c0, c1, ...)`
fn statement(table: &Table) -> String {
    let common = COMMON_COLUMNS
        .iter()
        .map(|&(name, ty, ..)| (format!("\"{name}\""), ty));
    let own = table.columns.iter().map(|c| (c.name.quoted(), c.ty));
    let columns: Vec<_> = common.chain(own).collect();
    let list = |each: &dyn Fn(usize) -> String| (0..columns.len()).map(each).collect::<Vec<_>>().join(", ");
    format!(
        "insert into {} ({}) select {} from unnest({}) as u ({})",
        table.data(),
        list(&|i| columns[i].0.clone()),
        list(&|i| format!("c{i}::{}", columns[i].1.sql())),
        list(&|i| format!("${}::{}", i + 1, array_type(columns[i].1))),
        list(&|i| format!("c{i}")),
    )
}

async fn insert(
    db: &mut PgConnection,
    source: &str,
    table: &Table,
    statement: &str,
    rows: &[&Event],
) -> Result<u64, StoreError> {
    let mut numbers = Vec::with_capacity(rows.len());
    for event in rows {
        numbers.push(number(source, event.block.number)?);
    }
    let each = |of: fn(&Event) -> &str| rows.iter().map(|event| of(event)).collect::<Vec<_>>();
    // The statement is made of validated, quoted names only.
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(each(|e| &e.id))
        .bind(each(|e| &e.table.network))
        .bind(each(|e| &e.address))
        .bind(numbers)
        .bind(each(|e| &e.block.hash))
        .bind(rows.iter().map(|e| e.block.time).collect::<Vec<_>>())
        .bind(rows.iter().map(|e| e.tx_hash.as_deref()).collect::<Vec<_>>())
        .bind(rows.iter().map(|e| e.position).collect::<Vec<_>>());
    for (i, column) in table.columns.iter().enumerate() {
        let mut values = Values::new(column.ty, rows.len());
        for event in rows {
            let value = event.values.get(i).unwrap_or(&Value::Null);
            if !values.push(value) {
                return Err(StoreError::Mistyped {
                    source_id: source.into(),
                    table: table.name.clone(),
                    column: column.name.clone(),
                    given: kind(value),
                    wanted: column.ty.sql(),
                });
            }
        }
        query = values.bind(query);
    }
    Ok(query.execute(&mut *db).await?.rows_affected())
}

fn unstorable(event: &Event) -> Undecoded {
    let fields = event.table.columns.iter().zip(&event.values);
    // As escapes, because jsonb cannot hold the character either.
    let raw: serde_json::Map<_, _> = fields
        .map(|(c, v)| (c.field.clone(), json!(format!("{v:?}"))))
        .collect();
    Undecoded {
        id: event.id.clone(),
        contract: event.table.contract.clone(),
        address: event.address.clone(),
        block: event.block.clone(),
        tx_hash: event.tx_hash.clone(),
        reason: format!(
            "event {} holds the character U+0000, which Postgres cannot store",
            event.table.event
        ),
        raw: json!({ "event": event.table.event, "position": event.position, "values": raw }),
    }
}
