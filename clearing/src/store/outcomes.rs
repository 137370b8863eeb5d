//! What became of each intent of a batch, and where intents wait that are in none.

use super::{
    StoreError,
    intents::{StoredIntent, stored},
    number,
};
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

/// The intents of a batch, in their order.
///
/// # Errors
/// [`StoreError`]
pub async fn intents(db: &mut PgConnection, batch: i64) -> Result<Vec<StoredIntent>, StoreError> {
    let rows = sqlx::query(
        "select i.seq, i.id, i.body, i.signature, i.received_at
         from clearing.outcomes o join clearing.intents i on i.seq = o.seq where o.batch = $1 order by o.position",
    )
    .bind(batch)
    .fetch_all(db)
    .await?;
    rows.iter().map(stored).collect()
}

/// Which intents of a batch that has ended without effect wait for longer than the others.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hold<'a> {
    /// All of these owners.
    pub owners: &'a [Owner],
    /// These, by `seq`.
    pub intents: &'a [i64],
    /// For so many seconds.
    pub seconds: u64,
}

/// Lets the intents of a batch that has ended without effect wait for another one, from `now` on (Unix seconds) or as long as
/// they are held. Returns how many there are.
///
/// Those that their owners have taken back meanwhile wait for nothing any more: a `Cancel` that came too late for the batch
/// that has ended is in time now. One that was rejected itself takes nothing back.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn requeue(db: &mut PgConnection, batch: i64, now: u64, hold: Hold<'_>) -> Result<u64, StoreError> {
    let owners: Vec<&[u8]> = hold.owners.iter().map(|owner| owner.0.as_slice()).collect();
    let now: i64 = number("carried", now)?;
    let added = sqlx::query(
        "insert into clearing.carried (seq, settlement, not_before)
         select o.seq, i.settlement, case when i.owner = any($3) or i.seq = any($4) then $2 + $5 else $2 end
         from clearing.outcomes o join clearing.intents i on i.seq = o.seq
         where o.batch = $1 and not exists (
             select from clearing.intents c
             where c.owner = i.owner and c.settlement = i.settlement and c.seq > i.seq
                 and length(c.body) = $6 and get_byte(c.body, $6 - 33) = $7
                 and substring(c.body from $6 - 31) = i.id
                 and not exists (select from clearing.outcomes r where r.seq = c.seq and r.outcome <> all($8)))",
    )
    .bind(batch)
    .bind(now)
    .bind(owners)
    .bind(hold.intents)
    .bind(number::<_, i64>("carried", hold.seconds)?)
    .bind(CANCEL_BYTES)
    .bind(CANCEL_TAG)
    .bind([Outcome::Filled, Outcome::NothingToCancel].map(|outcome| i16::from(outcome.code())))
    .execute(db)
    .await?;
    Ok(added.rows_affected())
}

/// Encoded length of an intent that cancels: the shortest one. It ends with its action's tag and the id that it cancels.
const CANCEL_BYTES: i32 = 8 + 3 * 32 + 3 * 8 + 1 + 32;
/// Its action, as Borsh counts them.
const CANCEL_TAG: i32 = 3;

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

#[cfg(test)]
mod tests {
    use super::*;
    use novate_protocol::intent::{Action, Intent};

    #[test]
    fn a_cancel_is_told_by_its_length_and_its_tag() {
        let cancel = Intent {
            chain: 1,
            settlement: [2; 32],
            owner: Owner([3; 32]),
            session: [4; 32],
            nonce: 5,
            created_at: 6,
            expires_at: 7,
            action: Action::Cancel { intent: [9; 32] },
        };
        let body = borsh::to_vec(&cancel).unwrap();
        let (tag, id) = body[body.len() - 33..].split_at(1);
        assert_eq!(i32::try_from(body.len()), Ok(CANCEL_BYTES));
        assert_eq!((i32::from(tag[0]), id), (CANCEL_TAG, [9; 32].as_slice()));
    }
}
