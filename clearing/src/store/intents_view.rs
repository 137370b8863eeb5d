//! What became of intents, for those who ask.

use super::{
    StoreError,
    intents::{StoredIntent, stored},
};
use novate_netting::Outcome;
use novate_protocol::{ids::Owner, intent::Intent};
use sqlx::{AssertSqlSafe, PgExecutor, Row, postgres::PgRow};

/// An intent and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntentView {
    /// `clearing.settlements.id`.
    pub settlement: i16,
    /// What was accepted.
    pub stored: StoredIntent,
    /// Where it stands.
    pub state: State,
    /// What its batch makes of it, which is final as soon as the batch is settled.
    pub outcome: Option<Outcome>,
    /// The batch that it is in.
    pub batch: Option<BatchRef>,
}

/// Where an intent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// For its window; again, when its batch was taken back.
    Waiting,
    /// Its listing is in the book, and nobody has bought the item yet.
    Open,
    /// In a batch that is not settled.
    Batched,
    /// Filled by a settled batch.
    Settled,
    /// In a settled batch, not filled; the outcome tells why.
    Rejected,
    /// Taken back by its owner: in a settled batch, or while its batch ended without effect.
    Cancelled,
}

/// A batch, as intents refer to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRef {
    /// Of the service.
    pub number: i64,
    /// Of the settlement.
    pub sequence: u64,
    /// As in `clearing.batches`.
    pub state: String,
}

impl State {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Open => "open",
            Self::Batched => "batched",
            Self::Settled => "settled",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Intents with the last batch that holds them. One that was closed or refused holds nothing any more.
const VIEW: &str = "select i.seq, i.id, i.body, i.signature, i.received_at, i.settlement, c.not_before,
        b.number, b.sequence, b.state, b.outcome,
        exists (select from clearing.outcomes o where o.seq = i.seq) as netted
     from clearing.intents i
     left join clearing.carried c on c.seq = i.seq
     left join lateral (
         select b.number, b.sequence, b.state, o.outcome
         from clearing.outcomes o join clearing.batches b on b.number = o.batch
         where o.seq = i.seq and b.state not in ('closed', 'refused') order by b.number desc limit 1
     ) b on true";

/// The intent of this id.
///
/// # Errors
/// [`StoreError`]
pub async fn by_id(db: impl PgExecutor<'_>, id: &[u8; 32]) -> Result<Option<IntentView>, StoreError> {
    let row = sqlx::query(AssertSqlSafe(format!("{VIEW} where i.id = $1")))
        .bind(&id[..])
        .fetch_optional(db)
        .await?;
    row.as_ref().map(view).transpose()
}

/// Intents of an owner on any settlement, the latest first, below `before`.
///
/// # Errors
/// [`StoreError`]
pub async fn by_owner(
    db: impl PgExecutor<'_>,
    owner: &Owner,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<IntentView>, StoreError> {
    let sql = format!("{VIEW} where i.owner = $1 and i.seq < $2 order by i.seq desc limit $3");
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(&owner.0[..])
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_all(db)
        .await?;
    rows.iter().map(view).collect()
}

/// Intents of a settlement above `after`, in arrival order.
///
/// # Errors
/// [`StoreError`]
pub async fn above(
    db: impl PgExecutor<'_>,
    settlement: i16,
    after: i64,
    limit: u32,
) -> Result<Vec<IntentView>, StoreError> {
    let sql = format!("{VIEW} where i.settlement = $1 and i.seq > $2 order by i.seq limit $3");
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(settlement)
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(db)
        .await?;
    rows.iter().map(view).collect()
}

/// Intents of a batch above `position`, in its order, with the position of the last one.
///
/// # Errors
/// [`StoreError`]
pub async fn of_batch(
    db: impl PgExecutor<'_>,
    batch: i64,
    above: i32,
    limit: u32,
) -> Result<(Vec<IntentView>, Option<i32>), StoreError> {
    // The page first: the view is worked out for its rows only.
    let sql = format!(
        "with page as (select seq, position from clearing.outcomes where batch = $1 and position > $2
                       order by position limit $3)
         select v.*, page.position from page join lateral ({VIEW} where i.seq = page.seq) v on true
         order by page.position"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(batch)
        .bind(above)
        .bind(i64::from(limit))
        .fetch_all(db)
        .await?;
    let last = rows.last().map(|row| row.try_get("position")).transpose()?;
    Ok((rows.iter().map(view).collect::<Result<_, _>>()?, last))
}

/// Numbers of the latest batches, at most `limit`, among them those that are settled.
///
/// # Errors
/// [`StoreError`]
pub async fn settled_batches(db: impl PgExecutor<'_>, limit: u32) -> Result<Vec<i64>, StoreError> {
    Ok(sqlx::query_scalar(
        "select number from (select number, state from clearing.batches order by number desc limit $1) latest
         where state in ('settled', 'finalized')",
    )
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?)
}

/// The highest number of each settlement's intents.
///
/// # Errors
/// [`StoreError`]
pub async fn heads(db: impl PgExecutor<'_>) -> Result<Vec<(i16, i64)>, StoreError> {
    Ok(sqlx::query_as(
        "select id, coalesce((select max(seq) from clearing.intents where settlement = s.id), 0)
         from clearing.settlements s order by id",
    )
    .fetch_all(db)
    .await?)
}

/// The lowest nonce with which the session's next intent would be taken.
///
/// # Errors
/// [`StoreError`]
pub async fn next_nonce(
    db: impl PgExecutor<'_>,
    settlement: i16,
    owner: &Owner,
    session: &[u8; 32],
) -> Result<u64, StoreError> {
    let last: Option<i64> = sqlx::query_scalar(
        "select last from clearing.nonces where settlement = $1 and owner = $2 and session = $3",
    )
    .bind(settlement)
    .bind(&owner.0[..])
    .bind(&session[..])
    .fetch_optional(db)
    .await?;
    Ok(last.map_or(0, |last| last.unsigned_abs().saturating_add(1)))
}

/// From the columns of [`VIEW`].
fn view(row: &PgRow) -> Result<IntentView, StoreError> {
    let number: Option<i64> = row.try_get(7)?;
    let (batch, outcome) = match number {
        None => (None, None),
        Some(number) => {
            let (code, sequence): (i16, i64) = (row.try_get(10)?, row.try_get(8)?);
            let outcome = u8::try_from(code).ok().and_then(Outcome::from_code);
            let outcome = outcome.ok_or_else(|| StoreError::Corrupt {
                table: "outcomes",
                reason: format!("no outcome has the code {code}"),
            })?;
            let batch = BatchRef {
                number,
                sequence: sequence.unsigned_abs(),
                state: row.try_get(9)?,
            };
            (Some(batch), Some(outcome))
        }
    };
    let carried: Option<i64> = row.try_get(6)?;
    let state = match (&batch, outcome, carried) {
        (Some(batch), Some(outcome), _) => in_batch(&batch.state, outcome),
        (_, _, Some(0)) => State::Open,
        // It was in a batch, and waits for no other one.
        (None, _, None) if row.try_get("netted")? => State::Cancelled,
        _ => State::Waiting,
    };
    Ok(IntentView {
        settlement: row.try_get(5)?,
        stored: stored(row)?,
        state,
        outcome,
        batch,
    })
}

fn in_batch(batch: &str, outcome: Outcome) -> State {
    match (batch, outcome) {
        ("settled" | "finalized", Outcome::Filled) => State::Settled,
        ("settled" | "finalized", Outcome::Cancelled) => State::Cancelled,
        ("settled" | "finalized", _) => State::Rejected,
        _ => State::Batched,
    }
}

impl IntentView {
    /// What was signed.
    pub const fn intent(&self) -> &Intent {
        &self.stored.signed.intent
    }
}
