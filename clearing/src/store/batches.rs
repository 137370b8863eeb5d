//! Batches: rows that are made once and then only change their state.

use super::{Leaves, StoreError, number};
use novate_protocol::{batch::BatchHeader, ids::Owner};
use sqlx::{FromRow, PgConnection, PgPool};
use std::{fmt, str::FromStr};

/// How far a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Netted and written down.
    Made,
    /// Enough stores have its blob.
    Stored,
    /// The signer has signed it, and the chain is being brought to apply it.
    Signed,
    /// Settled, and not final yet.
    Settled,
    /// Settled for good.
    Finalized,
    /// Taken back or cancelled, for good. Its intents wait for another batch.
    Closed,
    /// Never signed. Its intents wait for another batch, which may have its sequence.
    Refused,
    /// Signed, and a part of it can never be applied: it is waited for, to be taken back.
    Quarantined,
    /// Ended as it was, by `abandon_batch`. A person has to look after it.
    Abandoned,
}

impl State {
    const ALL: [(Self, &'static str); 9] = [
        (Self::Made, "made"),
        (Self::Stored, "stored"),
        (Self::Signed, "signed"),
        (Self::Settled, "settled"),
        (Self::Finalized, "finalized"),
        (Self::Closed, "closed"),
        (Self::Refused, "refused"),
        (Self::Quarantined, "quarantined"),
        (Self::Abandoned, "abandoned"),
    ];

    /// Its name in rows and answers.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(state, _)| *state == self);
        found.map_or("", |(_, name)| name)
    }

    /// Those in which something is to be done.
    pub const LIVE: [Self; 5] = [
        Self::Made,
        Self::Stored,
        Self::Signed,
        Self::Settled,
        Self::Quarantined,
    ];

    /// Nothing is to be done any more.
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Finalized | Self::Closed | Self::Refused | Self::Abandoned
        )
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for State {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.iter().find(|(_, name)| *name == text);
        found
            .map(|(state, _)| *state)
            .ok_or_else(|| corrupt(format!("state {text}")))
    }
}

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Counts the service's batches.
    pub number: i64,
    /// Of which settlement.
    pub settlement: i16,
    /// How far it is.
    pub state: State,
    /// Why it is refused or quarantined, or what it waits for.
    pub reason: Option<String>,
    /// What is signed.
    pub header: BatchHeader,
    /// What it changes.
    pub leaves: Leaves,
    /// The authority's, once it is there.
    pub signature: Option<Vec<u8>>,
    /// Owners who made it fail.
    pub blamed: Vec<Owner>,
}

#[derive(FromRow)]
struct Row {
    number: i64,
    settlement: i16,
    state: String,
    reason: Option<String>,
    header: Vec<u8>,
    leaves: Vec<u8>,
    signature: Option<Vec<u8>>,
    blamed: Vec<Vec<u8>>,
}

impl TryFrom<Row> for Batch {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let Row {
            number,
            settlement,
            state,
            reason,
            header,
            leaves,
            signature,
            blamed,
        } = row;
        let unreadable = |cause: std::io::Error| corrupt(format!("batch {number}: {cause}"));
        let owner = |bytes: Vec<u8>| match <[u8; 32]>::try_from(bytes) {
            Ok(bytes) => Ok(Owner(bytes)),
            Err(_) => Err(corrupt(format!(
                "batch {number}: an owner that is none is blamed"
            ))),
        };
        Ok(Self {
            number,
            settlement,
            state: state.parse()?,
            reason,
            header: borsh::from_slice(&header).map_err(unreadable)?,
            leaves: Leaves::decode(&leaves).map_err(unreadable)?,
            signature,
            blamed: blamed.into_iter().map(owner).collect::<Result<_, _>>()?,
        })
    }
}

const COLUMNS: &str = "number, settlement, state, reason, header, leaves, signature, blamed";

/// A batch that is to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewBatch<'a> {
    /// Of which settlement.
    pub settlement: i16,
    /// What will be signed.
    pub header: &'a BatchHeader,
    /// What it changes.
    pub leaves: &'a Leaves,
    /// Its intents that are filled.
    pub filled: u32,
}

/// Writes a batch and returns its number.
///
/// # Errors
/// [`StoreError::Database`], also when another batch has its sequence.
pub async fn insert(db: &mut PgConnection, batch: NewBatch<'_>) -> Result<i64, StoreError> {
    let header = batch.header;
    let encoding = |cause: std::io::Error| corrupt(cause.to_string());
    Ok(sqlx::query_scalar(
        "insert into clearing.batches (settlement, sequence, state, header, blob_cid, leaves, intents, filled, deltas,
            items, opened_at)
         values ($1, $2, 'made', $3, $4, $5, $6, $7, $8, $9, to_timestamp($10)) returning number",
    )
    .bind(batch.settlement)
    .bind(number::<_, i64>("batches", header.sequence)?)
    .bind(borsh::to_vec(header).map_err(encoding)?)
    .bind(header.blob_cid.as_slice())
    .bind(batch.leaves.encode().map_err(encoding)?)
    .bind(number::<_, i32>("batches", header.intent_count)?)
    .bind(number::<_, i32>("batches", batch.filled)?)
    .bind(number::<_, i32>("batches", header.delta_count)?)
    .bind(number::<_, i32>("batches", header.item_count)?)
    .bind(number::<_, i64>("batches", header.opened_at)? as f64)
    .fetch_one(db)
    .await?)
}

/// A batch by its number.
///
/// # Errors
/// [`StoreError`]
pub async fn get(pool: &PgPool, number: i64) -> Result<Option<Batch>, StoreError> {
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "select {COLUMNS} from clearing.batches where number = $1"
    )))
    .bind(number)
    .fetch_optional(pool)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// Batches of a settlement with a sequence above `over`, in that order, those that were refused left out: what the chain may
/// still do, as far as somebody who has seen everything up to `over` knows.
///
/// # Errors
/// [`StoreError`]
pub async fn after(db: &mut PgConnection, settlement: i16, over: u64) -> Result<Vec<Batch>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "select {COLUMNS} from clearing.batches
         where settlement = $1 and sequence > $2 and state <> 'refused' order by sequence"
    )))
    .bind(settlement)
    .bind(number::<_, i64>("batches", over)?)
    .fetch_all(db)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// A settlement's batches that are not over, in the order of their sequences.
///
/// # Errors
/// [`StoreError`]
pub async fn live(pool: &PgPool, settlement: i16) -> Result<Vec<(i64, State)>, StoreError> {
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "select number, state from clearing.batches
         where settlement = $1 and state not in ('finalized', 'closed', 'refused', 'abandoned') order by sequence",
    )
    .bind(settlement)
    .fetch_all(pool)
    .await?;
    let parse = |(number, state): (i64, String)| Ok((number, state.parse()?));
    rows.into_iter().map(parse).collect()
}

/// How many batches of a settlement the chain has still to end.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn in_flight(pool: &PgPool, settlement: i16) -> Result<u64, StoreError> {
    let count: i64 = sqlx::query_scalar(
        "select count(*) from clearing.batches
         where settlement = $1 and state not in ('settled', 'finalized', 'closed', 'refused', 'abandoned')",
    )
    .bind(settlement)
    .fetch_one(pool)
    .await?;
    number("batches", count)
}

/// Whether every batch before this one has its signature, for the signer takes them in their order; `None` when it waits for
/// none any more, because one before it was refused.
///
/// # Errors
/// [`StoreError`]
pub async fn turn_to_sign(pool: &PgPool, batch: &Batch) -> Result<Option<bool>, StoreError> {
    Ok(sqlx::query_scalar(
        "select not exists (select from clearing.batches where settlement = $2 and sequence < $3
            and signature is null and state in ('made', 'stored'))
         from clearing.batches where number = $1 and state = 'stored'",
    )
    .bind(batch.number)
    .bind(batch.settlement)
    .bind(number::<_, i64>("batches", batch.header.sequence)?)
    .fetch_optional(pool)
    .await?)
}

/// Brings a batch from one state to another, with the reason, and says so on the channel `clearing_batches`.
///
/// # Errors
/// [`StoreError::OtherState`] when it is not in that state.
pub async fn change(
    db: &mut PgConnection,
    batch: i64,
    from: State,
    to: State,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    let changed = sqlx::query(
        "update clearing.batches set state = $3, reason = $4, updated_at = now(),
            settled_at = case when $3 = 'settled' then now() when $3 = 'signed' then null else settled_at end
         where number = $1 and state = $2",
    )
    .bind(batch)
    .bind(from.name())
    .bind(to.name())
    .bind(reason)
    .execute(&mut *db)
    .await?;
    if changed.rows_affected() != 1 {
        return Err(StoreError::OtherState {
            number: batch,
            expected: from.to_string(),
        });
    }
    sqlx::query("select pg_notify('clearing_batches', $1::text)")
        .bind(batch)
        .execute(db)
        .await?;
    Ok(())
}

/// Says what a batch waits for, without changing its state.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn explain(db: &mut PgConnection, batch: i64, reason: Option<&str>) -> Result<(), StoreError> {
    sqlx::query(
        "update clearing.batches set reason = $2, updated_at = now() where number = $1 and reason is distinct from $2",
    )
    .bind(batch)
    .bind(reason)
    .execute(db)
    .await?;
    Ok(())
}

/// Keeps the authority's signature.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn sign(db: &mut PgConnection, batch: i64, signature: &[u8]) -> Result<(), StoreError> {
    sqlx::query("update clearing.batches set signature = $2 where number = $1")
        .bind(batch)
        .bind(signature)
        .execute(db)
        .await?;
    Ok(())
}

/// Keeps who made it fail.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn blame(db: &mut PgConnection, batch: i64, owners: &[Owner]) -> Result<(), StoreError> {
    let owners: Vec<&[u8]> = owners.iter().map(|owner| owner.0.as_slice()).collect();
    sqlx::query("update clearing.batches set blamed = $2 where number = $1")
        .bind(batch)
        .bind(owners)
        .execute(db)
        .await?;
    Ok(())
}

/// Batches of a settlement from this sequence on that nobody has signed.
///
/// # Errors
/// [`StoreError`]
pub async fn unsigned_from(
    db: &mut PgConnection,
    settlement: i16,
    sequence: u64,
) -> Result<Vec<(i64, State)>, StoreError> {
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "select number, state from clearing.batches
         where settlement = $1 and sequence >= $2 and state in ('made', 'stored') order by sequence",
    )
    .bind(settlement)
    .bind(number::<_, i64>("batches", sequence)?)
    .fetch_all(db)
    .await?;
    let parse = |(number, state): (i64, String)| Ok((number, state.parse()?));
    rows.into_iter().map(parse).collect()
}

fn corrupt(reason: String) -> StoreError {
    StoreError::Corrupt {
        table: "batches",
        reason,
    }
}
