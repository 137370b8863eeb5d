//! Storing a group of intents, in one transaction.

use super::StoreError;
use novate_netting::{Signature, SignedIntent};
use sqlx::PgConnection;
use std::collections::{HashMap, hash_map::Entry};

/// First half of the advisory locks that order insertions; the settlement's id is the second.
const LOCK_CLASS: i32 = 0x4e6f_7661;
/// Tells listeners that there are new intents.
pub const CHANNEL: &str = "clearing_intents";

/// An intent that passed every check but that of its nonce. Its nonce and times are below 2^63.
#[derive(Clone, Copy, Debug)]
pub struct NewIntent {
    /// `clearing.settlements.id`.
    pub settlement: i16,
    /// Its [`Intent::id`](novate_protocol::intent::Intent::id).
    pub id: [u8; 32],
    /// What was signed, and the signature.
    pub signed: SignedIntent,
    /// When it arrived, in Unix seconds.
    pub received_at: u64,
}

/// What became of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It is stored: now, or from the first time it came.
    Stored {
        /// Its place.
        seq: i64,
        /// When it first arrived, in Unix seconds.
        received_at: u64,
    },
    /// It is not: the session's nonces have come this far.
    NonceUsed {
        /// The highest nonce.
        last: u64,
    },
}

/// Whose nonces rise: settlement, owner and session.
type Signer = (i16, [u8; 32], [u8; 32]);

/// Stores those that are new and have a nonce above their session's last one; answers in the order of `group`.
///
/// To be called in a transaction, which holds the settlements' locks from here to its end: so whoever commits later has
/// higher numbers, in every process, and a reader that has seen a number has seen all below it.
///
/// # Errors
/// [`StoreError`]
pub async fn insert(db: &mut PgConnection, group: &[NewIntent]) -> Result<Vec<Inserted>, StoreError> {
    lock(db, group).await?;
    let mut known = known(db, group).await?;
    let mut nonces = nonces(db, group).await?;
    let mut kept: Vec<&NewIntent> = Vec::with_capacity(group.len());
    // In arrival order: what is not decided yet is the place among those kept.
    let mut answers: Vec<Result<Inserted, usize>> = Vec::with_capacity(group.len());
    for new in group {
        answers.push(match known.entry(new.id) {
            Entry::Occupied(first) => *first.get(),
            Entry::Vacant(first) => {
                let nonce = i64::try_from(new.signed.intent.nonce).unwrap_or(i64::MAX);
                let last = nonces.entry(signer(new)).or_insert((-1, false));
                if nonce > last.0 {
                    *last = (nonce, true);
                    kept.push(new);
                    *first.insert(Err(kept.len() - 1))
                } else {
                    Ok(Inserted::NonceUsed {
                        last: last.0.unsigned_abs(),
                    })
                }
            }
        });
    }
    if kept.is_empty() {
        return Ok(answers.into_iter().flatten().collect());
    }
    let seqs = add(db, &kept).await?;
    raise(db, nonces).await?;
    let stored = |place: usize| {
        let new = kept.get(place)?;
        Some(Inserted::Stored {
            seq: *seqs.get(&new.id)?,
            received_at: new.received_at,
        })
    };
    let answers = answers
        .into_iter()
        .map(|answer| answer.or_else(|place| stored(place).ok_or(())));
    answers
        .collect::<Result<_, ()>>()
        .map_err(|()| StoreError::Corrupt {
            table: "intents",
            reason: "a row that was inserted did not come back".into(),
        })
}

/// In ascending order, so that two processes cannot wait for each other.
async fn lock(db: &mut PgConnection, group: &[NewIntent]) -> Result<(), StoreError> {
    let mut settlements: Vec<i16> = group.iter().map(|new| new.settlement).collect();
    settlements.sort_unstable();
    settlements.dedup();
    for settlement in settlements {
        // Accepted means on disk, whatever the server's default.
        sqlx::query(
            "select set_config('synchronous_commit', 'on', true), pg_advisory_xact_lock($1, $2::integer)",
        )
        .bind(LOCK_CLASS)
        .bind(settlement)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Those that are stored already.
async fn known(
    db: &mut PgConnection,
    group: &[NewIntent],
) -> Result<HashMap<[u8; 32], Result<Inserted, usize>>, StoreError> {
    let ids: Vec<_> = group.iter().map(|new| new.id).collect();
    let found = stored_among(db, &ids).await?;
    let answer = |found: Found| {
        let Found {
            id, seq, received_at, ..
        } = found;
        (id, Ok(Inserted::Stored { seq, received_at }))
    };
    Ok(found.into_iter().map(answer).collect())
}

/// An intent of [`stored_among`].
#[derive(Clone, Debug)]
pub struct Found {
    /// Digest of the signed bytes.
    pub id: [u8; 32],
    /// Its place.
    pub seq: i64,
    /// When it first arrived, in Unix seconds.
    pub received_at: u64,
    /// With which it was first accepted.
    pub signature: Vec<u8>,
}

/// Those of `ids` that are stored, in any order.
///
/// # Errors
/// [`StoreError`]
pub async fn stored_among(db: impl sqlx::PgExecutor<'_>, ids: &[[u8; 32]]) -> Result<Vec<Found>, StoreError> {
    let rows: Vec<([u8; 32], i64, i64, Vec<u8>)> =
        sqlx::query_as("select id, seq, received_at, signature from clearing.intents where id = any($1)")
            .bind(ids.iter().map(|id| &id[..]).collect::<Vec<_>>())
            .fetch_all(db)
            .await?;
    let found = |(id, seq, received_at, signature): ([u8; 32], i64, i64, Vec<u8>)| Found {
        id,
        seq,
        received_at: received_at.unsigned_abs(),
        signature,
    };
    Ok(rows.into_iter().map(found).collect())
}

fn signer(new: &NewIntent) -> Signer {
    (
        new.settlement,
        new.signed.intent.owner.0,
        new.signed.intent.session,
    )
}

/// The highest nonce of each session in the group, none of which has changed yet.
async fn nonces(
    db: &mut PgConnection,
    group: &[NewIntent],
) -> Result<HashMap<Signer, (i64, bool)>, StoreError> {
    let mut signers: Vec<Signer> = group.iter().map(signer).collect();
    signers.sort_unstable();
    signers.dedup();
    let rows: Vec<(i16, [u8; 32], [u8; 32], i64)> = sqlx::query_as(
        "select settlement, owner, session, n.last
         from unnest($1::smallint[], $2::bytea[], $3::bytea[]) as k (settlement, owner, session)
         join clearing.nonces n using (settlement, owner, session)",
    )
    .bind(
        signers
            .iter()
            .map(|(settlement, ..)| *settlement)
            .collect::<Vec<_>>(),
    )
    .bind(signers.iter().map(|(_, owner, _)| &owner[..]).collect::<Vec<_>>())
    .bind(
        signers
            .iter()
            .map(|(.., session)| &session[..])
            .collect::<Vec<_>>(),
    )
    .fetch_all(db)
    .await?;
    let known = |(settlement, owner, session, last)| ((settlement, owner, session), (last, false));
    Ok(rows.into_iter().map(known).collect())
}

/// Numbers are given in the order of `kept`: a default is evaluated above the sort.
async fn add(db: &mut PgConnection, kept: &[&NewIntent]) -> Result<HashMap<[u8; 32], i64>, StoreError> {
    let bodies: Vec<Vec<u8>> = kept
        .iter()
        .map(|new| borsh::to_vec(&new.signed.intent))
        .collect::<Result<_, _>>()
        .map_err(|e| sqlx::Error::Encode(e.into()))?;
    let times = |of: fn(&NewIntent) -> u64| -> Vec<i64> {
        kept.iter()
            .map(|new| i64::try_from(of(new)).unwrap_or(i64::MAX))
            .collect()
    };
    let rows: Vec<([u8; 32], i64)> = sqlx::query_as(
        "insert into clearing.intents
             (settlement, id, owner, session, nonce, body, signature, received_at, expires_at)
         select settlement, id, owner, session, nonce, body, signature, received_at, expires_at
         from unnest($1::smallint[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bytea[], $7::bytea[],
                     $8::bigint[], $9::bigint[])
             with ordinality as g
             (settlement, id, owner, session, nonce, body, signature, received_at, expires_at, place)
         order by place
         returning id, seq",
    )
    .bind(kept.iter().map(|new| new.settlement).collect::<Vec<_>>())
    .bind(kept.iter().map(|new| &new.id[..]).collect::<Vec<_>>())
    .bind(kept.iter().map(|new| &new.signed.intent.owner.0[..]).collect::<Vec<_>>())
    .bind(kept.iter().map(|new| &new.signed.intent.session[..]).collect::<Vec<_>>())
    .bind(times(|new| new.signed.intent.nonce))
    .bind(bodies)
    .bind(kept.iter().map(|new| bytes(&new.signed.signature)).collect::<Vec<_>>())
    .bind(times(|new| new.received_at))
    .bind(times(|new| new.signed.intent.expires_at))
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().collect())
}

/// Its 64 or 65 bytes.
pub fn bytes(signature: &Signature) -> &[u8] {
    match signature {
        Signature::Ed25519(bytes) => bytes,
        Signature::Eip712(bytes) => bytes,
    }
}

/// Writes the nonces that have changed, and tells listeners.
async fn raise(db: &mut PgConnection, nonces: HashMap<Signer, (i64, bool)>) -> Result<(), StoreError> {
    let mut raised: Vec<(Signer, i64)> = nonces
        .into_iter()
        .filter_map(|(signer, (last, changed))| changed.then_some((signer, last)))
        .collect();
    raised.sort_unstable();
    sqlx::query(
        "insert into clearing.nonces (settlement, owner, session, last)
         select * from unnest($1::smallint[], $2::bytea[], $3::bytea[], $4::bigint[])
         on conflict (settlement, owner, session) do update set last = excluded.last",
    )
    .bind(
        raised
            .iter()
            .map(|((settlement, ..), _)| *settlement)
            .collect::<Vec<_>>(),
    )
    .bind(
        raised
            .iter()
            .map(|((_, owner, _), _)| &owner[..])
            .collect::<Vec<_>>(),
    )
    .bind(
        raised
            .iter()
            .map(|((.., session), _)| &session[..])
            .collect::<Vec<_>>(),
    )
    .bind(raised.iter().map(|(_, last)| *last).collect::<Vec<_>>())
    .execute(&mut *db)
    .await?;
    sqlx::query("select pg_notify($1, '')")
        .bind(CHANNEL)
        .execute(db)
        .await?;
    Ok(())
}
