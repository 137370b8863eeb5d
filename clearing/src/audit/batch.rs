//! Whether a batch is what its intents come to, in every place that tells of it.

use super::{
    Check, LISTED,
    indexed::{Indexed, IndexedError},
};
use crate::{
    chain::{Chain, Progress, SignedBatch},
    store::{
        StoreError,
        batches::{self, Batch, State},
    },
};
use cid::Cid;
use novate_blobs::Replicas;
use novate_netting::{Blob, Difference, Sealed};
use serde::Serialize;
use sqlx::PgPool;

/// Where a batch's settlement is looked up.
pub struct Place<'a> {
    /// Its chain.
    pub chain: &'a dyn Chain,
    /// Its rows in the index.
    pub indexed: Indexed<'a>,
}

/// What was found of a batch.
#[derive(Clone, Debug, Serialize)]
pub struct BatchReport {
    /// Of the service.
    pub number: i64,
    /// Of the settlement.
    pub sequence: u64,
    /// As the service has it.
    pub state: String,
    /// How many intents it has.
    pub intents: u32,
    /// In the order in which they were made. One that needs what another did not find is left out.
    pub checks: Vec<Check>,
}

impl BatchReport {
    /// Whether everything holds.
    pub fn holds(&self) -> bool {
        self.checks.iter().all(Check::ok)
    }
}

/// Why a batch could not be audited.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// There is none with this number.
    #[error("no batch has the number {0}; `novate audit batch` takes the number that the service gave it")]
    NoBatch(i64),
    /// The service's tables.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index.
    #[error(transparent)]
    Indexed(#[from] IndexedError),
}

/// Fetches the blob, verifies every signature, nets again, computes roots and header, and compares with the header, the chain
/// and the index. Nothing of the service is believed but which header belongs to the number, and the opening state: that the blob's
/// balances, sessions and limits are those that the chain had then is for the chain to say, which refuses debits that exceed them. What a
/// blob leaves out, to refuse somebody, is not found here.
///
/// # Errors
/// [`AuditError`], when something cannot be asked. What is asked and differs is in the report.
pub async fn batch(
    pool: &PgPool,
    blobs: &Replicas,
    place: &Place<'_>,
    number: i64,
) -> Result<BatchReport, AuditError> {
    let batch = batches::get(pool, number)
        .await?
        .ok_or(AuditError::NoBatch(number))?;
    let mut checks = Vec::new();
    if let Some(sealed) = recomputed(blobs, &batch, &mut checks).await {
        checks.push(once(pool, &batch).await?);
        let on_chain = matches!(batch.state, State::Settled | State::Finalized);
        if on_chain {
            checks.extend(place.indexed.batch(pool, &batch.header, &sealed).await?);
        }
        checks.push(chain(place.chain, &batch, sealed).await);
    }
    Ok(BatchReport {
        number,
        sequence: batch.header.sequence,
        state: batch.state.name().to_owned(),
        intents: batch.header.intent_count,
        checks,
    })
}

/// What the blob comes to, if it is there and one.
async fn recomputed(blobs: &Replicas, batch: &Batch, checks: &mut Vec<Check>) -> Option<Sealed> {
    let fetched = match Cid::read_bytes(&batch.header.blob_cid[..]) {
        Ok(cid) => blobs.get(&cid).await.map_err(|error| error.to_string()),
        Err(error) => Err(format!("the header has no CID: {error}")),
    };
    let fetched = fetched.and_then(|bytes| bytes.ok_or_else(|| "no store has it".to_owned()));
    let bytes = told(
        checks,
        "blob",
        "a store has the blob, and its CID is the header's",
        fetched,
    )?;
    let work = tokio::task::spawn_blocking(move || {
        let blob = Blob::decode(&bytes).map_err(|error| error.to_string())?;
        let recomputed = blob.recompute().map_err(|error| error.to_string())?;
        Ok::<_, String>(recomputed)
    });
    let recomputed = work
        .await
        .map_err(|crash| crash.to_string())
        .and_then(|done| done);
    let recomputed = told(
        checks,
        "form",
        "the blob is canonical, and a batch can be made of it",
        recomputed,
    )?;
    checks.push(Check::new(
        "rules",
        "every signature holds, and every outcome follows from the rules and the opening state in the blob",
        listed(&recomputed.differences),
    ));
    checks.push(Check::new(
        "header",
        "roots, counts, CID and time of the header follow from the blob",
        listed(&recomputed.compare(&batch.header)),
    ));
    Some(recomputed.sealed)
}

fn told<T>(
    checks: &mut Vec<Check>,
    name: &'static str,
    meaning: &'static str,
    found: Result<T, String>,
) -> Option<T> {
    let (found, differences) = match found {
        Ok(found) => (Some(found), Vec::new()),
        Err(reason) => (None, vec![reason]),
    };
    checks.push(Check::new(name, meaning, differences));
    found
}

fn listed(differences: &[Difference]) -> Vec<String> {
    let mut lines: Vec<String> = differences.iter().take(LISTED).map(ToString::to_string).collect();
    if differences.len() > LISTED {
        lines.push(format!("and {} more", differences.len() - LISTED));
    }
    lines
}

/// An intent that two batches settle would be paid twice.
async fn once(pool: &PgPool, batch: &Batch) -> Result<Check, StoreError> {
    let twice: Vec<(String, i64)> = sqlx::query_as(
        "select '0x' || encode(i.id, 'hex'), other.batch
         from clearing.outcomes mine
         join clearing.outcomes other on other.seq = mine.seq and other.batch <> mine.batch
         join clearing.batches b on b.number = other.batch and b.state not in ('closed', 'refused')
         join clearing.intents i on i.seq = mine.seq
         where mine.batch = $1 order by mine.position limit $2",
    )
    .bind(batch.number)
    .bind(i64::try_from(LISTED).unwrap_or(i64::MAX))
    .fetch_all(pool)
    .await?;
    let lines = twice
        .iter()
        .map(|(intent, other)| format!("{intent} is also in batch {other}"));
    Ok(Check::new(
        "once",
        "no intent of it is in another batch that counts",
        lines.collect(),
    ))
}

/// The chain itself, and not the index's word for it.
async fn chain(chain: &dyn Chain, batch: &Batch, sealed: Sealed) -> Check {
    let meaning = "the chain has settled this batch if the service says so, and no other under its number";
    let signed = SignedBatch {
        header: batch.header,
        deltas: sealed.deltas,
        items: sealed.items,
        item_sessions: sealed.item_sessions,
        signature: batch.signature.clone().unwrap_or_default(),
    };
    let differences = match (chain.progress(&signed).await, batch.state) {
        (Err(error), _) => vec![error.to_string()],
        (Ok(Progress::Conflict { reason }), _) => vec![reason],
        (Ok(Progress::Settled { .. }), State::Settled | State::Finalized) => Vec::new(),
        (Ok(found), State::Settled | State::Finalized) => {
            vec![format!(
                "the service says {}, and the chain: {found:?}",
                batch.state
            )]
        }
        (Ok(Progress::Settled { .. }), State::Closed | State::Refused) => {
            vec![format!(
                "the service says {}, and the chain has settled it",
                batch.state
            )]
        }
        (Ok(_), _) => Vec::new(),
    };
    Check::new("chain", meaning, differences)
}
