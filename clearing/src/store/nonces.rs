//! Which nonces windows have taken.

use super::StoreError;
use novate_protocol::ids::Owner;
use sqlx::PgConnection;

/// For each owner and session, the lowest nonce that is no replay in a window that begins after `seq`.
///
/// # Errors
/// [`StoreError`]
pub async fn next_after(
    db: &mut PgConnection,
    settlement: i16,
    seq: i64,
    sessions: &[(Owner, [u8; 32])],
) -> Result<Vec<u64>, StoreError> {
    // Nonces of a session rise with `seq`, so its last intent has the highest.
    let last: Vec<Option<i64>> = sqlx::query_scalar(
        "select (select i.nonce from clearing.intents i
                 where i.owner = k.owner and i.seq <= $2 and i.settlement = $1 and i.session = k.session
                 order by i.seq desc limit 1)
         from unnest($3::bytea[], $4::bytea[]) with ordinality as k (owner, session, place) order by k.place",
    )
    .bind(settlement)
    .bind(seq)
    .bind(sessions.iter().map(|(owner, _)| &owner.0[..]).collect::<Vec<_>>())
    .bind(
        sessions
            .iter()
            .map(|(_, session)| &session[..])
            .collect::<Vec<_>>(),
    )
    .fetch_all(db)
    .await?;
    let next = |last: Option<i64>| last.map_or(0, |last| last.unsigned_abs().saturating_add(1));
    Ok(last.into_iter().map(next).collect())
}
