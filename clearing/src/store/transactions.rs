//! Transactions, each written down before it is sent.

use super::{StoreError, number};
use crate::chain::{Planned, Step};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, PgPool};

/// How far a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionState {
    /// Written down, and perhaps sent.
    Planned,
    /// Sent.
    Sent,
    /// In a block that counts.
    Landed,
    /// In a block that no reorg takes away.
    Finalized,
    /// In a block, without effect.
    Failed,
    /// It can never land.
    Expired,
}

impl TransactionState {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Planned, "planned"),
        (Self::Sent, "sent"),
        (Self::Landed, "landed"),
        (Self::Finalized, "finalized"),
        (Self::Failed, "failed"),
        (Self::Expired, "expired"),
    ];

    /// Its name in rows.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(state, _)| *state == self);
        found.map_or("", |(_, name)| name)
    }

    /// It is to land.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Planned | Self::Sent)
    }
}

/// A transaction of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// What was planned.
    pub planned: Planned,
    /// How far it is.
    pub state: TransactionState,
    /// When it was written down.
    pub planned_at: DateTime<Utc>,
    /// When it was sent last.
    pub sent_at: Option<DateTime<Utc>>,
    /// When its state changed last.
    pub updated_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    step: String,
    raw: Vec<u8>,
    payer: String,
    nonce: Option<i64>,
    last_height: Option<i64>,
    price: String,
    state: String,
    planned_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<Row> for Transaction {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let bad = |reason: String| StoreError::Corrupt {
            table: "transactions",
            reason: format!("{}: {reason}", row.id),
        };
        let step: Step = row
            .step
            .parse()
            .map_err(|e: crate::chain::UnknownStep| bad(e.to_string()))?;
        let price = row
            .price
            .parse()
            .map_err(|_| bad(format!("price {}", row.price)))?;
        let state = TransactionState::ALL.iter().find(|(_, name)| *name == row.state);
        let (state, _) = state.ok_or_else(|| bad(format!("state {}", row.state)))?;
        let optional = |value: Option<i64>| value.map(|value| number("transactions", value)).transpose();
        Ok(Self {
            state: *state,
            planned: Planned {
                step,
                id: row.id,
                raw: row.raw,
                payer: row.payer,
                nonce: optional(row.nonce)?,
                last_height: optional(row.last_height)?,
                price,
            },
            planned_at: row.planned_at,
            sent_at: row.sent_at,
            updated_at: row.updated_at,
        })
    }
}

/// Writes a transaction down, before it is sent.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn insert(db: &mut PgConnection, batch: i64, planned: &Planned) -> Result<(), StoreError> {
    let optional = |value: Option<u64>| {
        value
            .map(|value| number::<_, i64>("transactions", value))
            .transpose()
    };
    // The same bytes may be planned twice when the first time was not written down; then they are the same transaction.
    sqlx::query(
        "insert into clearing.transactions (id, batch, step, raw, payer, nonce, last_height, price, state)
         values ($1, $2, $3, $4, $5, $6, $7, $8::text::numeric, 'planned')
         on conflict (id) do update set state = 'planned', updated_at = now()",
    )
    .bind(&planned.id)
    .bind(batch)
    .bind(planned.step.to_string())
    .bind(&planned.raw)
    .bind(&planned.payer)
    .bind(optional(planned.nonce)?)
    .bind(optional(planned.last_height)?)
    .bind(planned.price.to_string())
    .execute(db)
    .await?;
    Ok(())
}

/// The transactions of a batch, as they were planned.
///
/// # Errors
/// [`StoreError`]
pub async fn of_batch(pool: &PgPool, batch: i64) -> Result<Vec<Transaction>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "select id, step, raw, payer, nonce, last_height, price::text, state, planned_at, sent_at, updated_at
         from clearing.transactions where batch = $1 order by planned_at, id",
    )
    .bind(batch)
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Notes that a transaction was sent.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn sent(db: &mut PgConnection, id: &str) -> Result<(), StoreError> {
    sqlx::query(
        "update clearing.transactions set state = 'sent', sent_at = now(), updated_at = now() where id = $1",
    )
    .bind(id)
    .execute(db)
    .await?;
    Ok(())
}

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End<'a> {
    /// How far it is.
    pub state: TransactionState,
    /// Why it failed.
    pub error: Option<&'a str>,
    /// What it cost, in wei or lamports.
    pub fee: Option<u128>,
    /// Gas or compute units.
    pub units: Option<u64>,
}

/// Notes what became of it.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn end(db: &mut PgConnection, id: &str, end: &End<'_>) -> Result<(), StoreError> {
    let units = end.units.map(|units| number::<_, i64>("transactions", units));
    sqlx::query(
        "update clearing.transactions set state = $2, error = $3, fee = coalesce($4::text::numeric, fee),
            units = coalesce($5, units), updated_at = now() where id = $1",
    )
    .bind(id)
    .bind(end.state.name())
    .bind(end.error)
    .bind(end.fee.map(|fee| fee.to_string()))
    .bind(units.transpose()?)
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that what has landed of a batch is final, as the batch is.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn finalize(db: &mut PgConnection, batch: i64) -> Result<(), StoreError> {
    sqlx::query(
        "update clearing.transactions set state = case when state = 'landed' then 'finalized' else 'expired' end,
            updated_at = now() where batch = $1 and state in ('planned', 'sent', 'landed')",
    )
    .bind(batch)
    .execute(db)
    .await?;
    Ok(())
}
