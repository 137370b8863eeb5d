//! What became of each intent of a batch, and where intents wait that are in none.

use super::{StoreError, number};
use novate_netting::Outcome;
use novate_protocol::ids::Owner;
use sqlx::PgConnection;
use std::collections::HashSet;

/// Writes the outcomes of a batch, in the order of its intents: `(seq, outcome)`.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn insert(
    db: &mut PgConnection,
    batch: i64,
    outcomes: &[(i64, Outcome)],
) -> Result<(), StoreError> {
    let (seqs, codes): (Vec<i64>, Vec<i16>) = outcomes
        .iter()
        .map(|(seq, outcome)| (*seq, i16::from(outcome.code())))
        .unzip();
    sqlx::query(
        "insert into clearing.outcomes (batch, position, seq, outcome)
         select $1, (place - 1)::integer, seq, outcome
         from unnest($2::bigint[], $3::smallint[]) with ordinality as row (seq, outcome, place)",
    )
    .bind(batch)
    .bind(seqs)
    .bind(codes)
    .execute(db)
    .await?;
    Ok(())
}

/// What a window leaves behind: these intents wait for the next one, those are in a batch.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn carry(
    db: &mut PgConnection,
    settlement: i16,
    open: &[i64],
    ended: &[i64],
) -> Result<(), StoreError> {
    sqlx::query("delete from clearing.carried where seq = any($1)")
        .bind(ended)
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "insert into clearing.carried (seq, settlement) select unnest($2::bigint[]), $1
         on conflict (seq) do update set not_before = 0",
    )
    .bind(settlement)
    .bind(open)
    .execute(db)
    .await?;
    Ok(())
}

/// Lets the intents of a batch that has ended without effect wait for another one: from `now` on (Unix seconds), those of
/// `blamed` owners `hold` seconds later. Returns how many there are.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn requeue(
    db: &mut PgConnection,
    batch: i64,
    now: u64,
    blamed: &[Owner],
    hold: u64,
) -> Result<u64, StoreError> {
    let blamed: Vec<&[u8]> = blamed.iter().map(|owner| owner.0.as_slice()).collect();
    let now: i64 = number("carried", now)?;
    let added = sqlx::query(
        "insert into clearing.carried (seq, settlement, not_before)
         select o.seq, i.settlement, case when i.owner = any($3) then $2 + $4 else $2 end
         from clearing.outcomes o join clearing.intents i on i.seq = o.seq where o.batch = $1",
    )
    .bind(batch)
    .bind(now)
    .bind(blamed)
    .bind(number::<_, i64>("carried", hold)?)
    .execute(db)
    .await?;
    Ok(added.rows_affected())
}

/// How many carried intents ask for a window by themselves: those of batches that ended without effect, whose time has come, and
/// listings that have expired.
///
/// # Errors
/// [`StoreError`]
pub async fn retries(db: &mut PgConnection, settlement: i16, now: u64) -> Result<u64, StoreError> {
    let count: i64 = sqlx::query_scalar(
        "select count(*) from clearing.carried c where c.settlement = $1
            and (c.not_before between 1 and $2
                or c.not_before = 0 and exists (select from clearing.intents i where i.seq = c.seq and i.expires_at <= $2))",
    )
    .bind(settlement)
    .bind(number::<_, i64>("carried", now)?)
    .fetch_one(db)
    .await?;
    number("carried", count)
}

/// The settlement's listings that wait for their buyers, by `seq`.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn waiting_for_buyers(db: &mut PgConnection, settlement: i16) -> Result<HashSet<i64>, StoreError> {
    let seqs: Vec<i64> =
        sqlx::query_scalar("select seq from clearing.carried where settlement = $1 and not_before = 0")
            .bind(settlement)
            .fetch_all(db)
            .await?;
    Ok(seqs.into_iter().collect())
}
