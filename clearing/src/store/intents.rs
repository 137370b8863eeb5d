//! Intents as they are stored, and the windows that batches are made of.

use super::StoreError;
use borsh::BorshDeserialize;
use futures_util::TryStreamExt;
use novate_netting::{Signature, SignedIntent};
use novate_protocol::intent::Intent;
use sqlx::{PgExecutor, Row, postgres::PgRow};

const TABLE: &str = "intents";

/// An intent that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredIntent {
    /// Its place in the order of arrival, over all settlements; gaps mean nothing.
    pub seq: i64,
    /// Digest of the signed bytes.
    pub id: [u8; 32],
    /// What was signed, and the signature.
    pub signed: SignedIntent,
    /// When it arrived, in Unix seconds.
    pub received_at: u64,
}

/// What no window has taken yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// New ones.
    pub count: u64,
    /// When the first of these arrived, in Unix seconds.
    pub oldest: Option<u64>,
    /// Those of batches that were taken back, whose time has come.
    pub retries: u64,
}

/// The settlement's intents above `after_seq`, at most `limit`, in arrival order.
///
/// Numbers of one settlement become visible in their order, so nothing is ever added below the last one that this returns.
///
/// # Errors
/// [`StoreError`]
pub async fn window(
    db: impl PgExecutor<'_>,
    settlement: i16,
    after_seq: i64,
    limit: i64,
) -> Result<Vec<StoredIntent>, StoreError> {
    sqlx::query(
        "select seq, id, body, signature, received_at from clearing.intents
         where settlement = $1 and seq > $2 order by seq limit $3",
    )
    .bind(settlement)
    .bind(after_seq)
    .bind(limit)
    .fetch(db)
    .map_err(StoreError::from)
    .and_then(async |row| stored(&row))
    .try_collect()
    .await
}

/// The settlement's carried intents that may be in a window at `now` (Unix seconds), in arrival order.
///
/// # Errors
/// [`StoreError`]
pub async fn carried(
    db: impl PgExecutor<'_>,
    settlement: i16,
    now: u64,
) -> Result<Vec<StoredIntent>, StoreError> {
    sqlx::query(
        "select i.seq, i.id, i.body, i.signature, i.received_at
         from clearing.carried c join clearing.intents i using (seq)
         where c.settlement = $1 and c.not_before <= $2 order by i.seq",
    )
    .bind(settlement)
    .bind(i64::try_from(now).unwrap_or(i64::MAX))
    .fetch(db)
    .map_err(StoreError::from)
    .and_then(async |row| stored(&row))
    .try_collect()
    .await
}

/// What a window of the settlement at `now` (Unix seconds) would take, apart from open listings.
///
/// # Errors
/// [`StoreError`]
pub async fn waiting(db: impl PgExecutor<'_>, settlement: i16, now: u64) -> Result<Waiting, StoreError> {
    let (count, oldest, retries): (i64, Option<i64>, i64) = sqlx::query_as(
        "select new.count, new.oldest,
                (select count(*) from clearing.carried where settlement = $1 and not_before between 1 and $2)
         from (select count(*), min(i.received_at) as oldest from clearing.settlements s
               join clearing.intents i on i.settlement = s.id and i.seq > s.cursor where s.id = $1) as new",
    )
    .bind(settlement)
    .bind(i64::try_from(now).unwrap_or(i64::MAX))
    .fetch_one(db)
    .await?;
    Ok(Waiting {
        count: count.unsigned_abs(),
        oldest: oldest.map(i64::unsigned_abs),
        retries: retries.unsigned_abs(),
    })
}

/// From the columns `seq, id, body, signature, received_at`.
pub(super) fn stored(row: &PgRow) -> Result<StoredIntent, StoreError> {
    let (id, body, signature): (&[u8], &[u8], &[u8]) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    let corrupt = |reason: String| StoreError::Corrupt { table: TABLE, reason };
    Ok(StoredIntent {
        seq: row.try_get(0)?,
        id: id
            .try_into()
            .map_err(|_| corrupt(format!("an id of {} bytes", id.len())))?,
        signed: SignedIntent {
            intent: Intent::try_from_slice(body).map_err(|e| corrupt(format!("a body: {e}")))?,
            signature: match signature.len() {
                64 => signature.try_into().map(Signature::Ed25519),
                _ => signature.try_into().map(Signature::Eip712),
            }
            .map_err(|_| corrupt(format!("a signature of {} bytes", signature.len())))?,
        },
        received_at: row.try_get::<i64, _>(4)?.unsigned_abs(),
    })
}
