//! Missing copies are found and made again, as long as one store has a good one.
//!
//! The list of what is to be kept is in Postgres, so it outlives the process. Each blob has a time of its next check: soon
//! after it was written, later and later while a store goes on lacking it, and once a day when all is well.

use crate::{
    Replicas, StoreError, Writes,
    database::{read_cid, read_u64},
};
use cid::Cid;
use sqlx::{PgConnection, PgPool};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

const TABLE: &str = "blobs.blobs";
/// Blobs that are taken for checking at once.
const AT_ONCE: i64 = 32;

/// Puts a blob on the list of what is to be kept. In the transaction that refers to it, and before it is written to the
/// stores: then no crash leaves a blob with too few copies that nobody knows of. Doing it twice is the same as once, and what
/// was anchored once stays so.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn track(db: &mut PgConnection, cid: &Cid, length: u64, anchored: bool) -> Result<(), StoreError> {
    let length = i64::try_from(length).map_err(|_| StoreError::TooLarge {
        store: "of any kind".to_owned(),
        limit: usize::MAX,
    })?;
    // A minute is longer than writing takes, so the first check seldom finds it still under way.
    sqlx::query(
        "insert into blobs.blobs (cid, length, anchored, next_check) values ($1, $2, $3, now() + interval '1 minute')
         on conflict (cid) do update set anchored = true where excluded.anchored and not blobs.anchored",
    )
    .bind(cid.to_bytes())
    .bind(length)
    .bind(anchored)
    .execute(db)
    .await?;
    Ok(())
}

/// The task that repairs.
#[derive(Clone)]
pub struct Repair {
    pool: PgPool,
    replicas: Arc<Replicas>,
    times: Times,
}

/// When blobs are checked.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// Between looks at the list.
    pub round: Duration,
    /// Until the next check of a blob that no store lacks.
    pub recheck: Duration,
    /// Until the next check of one that some store lacks, twice as long after each that did not help …
    pub retry: Duration,
    /// … and at most.
    pub longest_retry: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            round: Duration::from_secs(15),
            recheck: Duration::from_secs(24 * 3600),
            retry: Duration::from_secs(30),
            longest_retry: Duration::from_secs(3600),
        }
    }
}

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Blobs that were checked.
    pub checked: u64,
    /// Copies that were made.
    pub copied: u64,
    /// Copies that are missing still, or of which the store did not say.
    pub missing: u64,
}

/// The list in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct RepairStatus {
    /// Blobs to be kept.
    pub tracked: i64,
    /// Of these, checked at least once.
    pub checked: i64,
    /// Of these, lacked by some store at the last check.
    pub incomplete: i64,
    /// Blobs whose check is due.
    pub due: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    cid: Vec<u8>,
    length: i64,
    anchored: bool,
    failures: i32,
}

impl Repair {
    /// On a database that is [migrated](crate::migrate). Several processes may repair at once; they take different blobs.
    pub fn new(pool: PgPool, replicas: Arc<Replicas>, times: Times) -> Self {
        Self {
            pool,
            replicas,
            times,
        }
    }

    /// Repairs until it is cancelled. A database that is away is waited for.
    pub async fn run(&self, cancel: CancellationToken) {
        loop {
            match self.round(&cancel).await {
                Ok(Round { checked: 0, .. }) => {}
                Ok(round) => {
                    let Round {
                        checked,
                        copied,
                        missing,
                    } = round;
                    tracing::info!(checked, copied, missing, "copies of blobs were checked");
                }
                Err(error) => tracing::warn!(%error, "copies of blobs could not be checked"),
            }
            let wait = tokio::time::sleep(self.times.round);
            if cancel.run_until_cancelled(wait).await.is_none() {
                return;
            }
        }
    }

    /// Checks every blob that is due, once.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Corrupt`]
    pub async fn round(&self, cancel: &CancellationToken) -> Result<Round, StoreError> {
        let mut total = Round::default();
        while !cancel.is_cancelled() {
            let rows = self.due().await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                // What is dropped here is due again when its claim has run out.
                let Some(checked) = cancel.run_until_cancelled(self.check(row)).await else {
                    return Ok(total);
                };
                let checked = checked?;
                total.checked += checked.checked;
                total.copied += checked.copied;
                total.missing += checked.missing;
            }
            let left = self.status().await?.due;
            if left > 0 {
                tracing::info!(
                    checked = total.checked,
                    copied = total.copied,
                    left,
                    "copies of blobs are being checked"
                );
            }
        }
        if total.checked > 0 {
            let status = self.status().await?;
            metrics::gauge!("novate_blobs_incomplete").set(status.incomplete as f64);
        }
        Ok(total)
    }

    /// Claims blobs that are due, so that no other process checks them, for ten minutes, lest this one dies.
    async fn due(&self) -> Result<Vec<Row>, StoreError> {
        Ok(sqlx::query_as(
            "update blobs.blobs set next_check = now() + interval '10 minutes'
             where cid in (select cid from blobs.blobs where next_check <= now()
                           order by next_check limit $1 for update skip locked)
             returning cid, length, anchored, failures",
        )
        .bind(AT_ONCE)
        .fetch_all(&self.pool)
        .await?)
    }

    async fn check(&self, row: &Row) -> Result<Round, StoreError> {
        let (cid, length) = (read_cid(TABLE, &row.cid)?, read_u64(TABLE, row.length)?);
        let what = if row.anchored {
            Writes::Anchors
        } else {
            Writes::Blobs
        };
        // Names of stores that lack it or did not say, and why.
        let (mut missing, mut lacking, mut error) = (Vec::new(), Vec::new(), None);
        for store in self.replicas.writers(what) {
            match self.replicas.has(store, &cid, length).await {
                Ok(true) => {}
                Ok(false) => lacking.push(store),
                Err(failed) => {
                    missing.push(store.name());
                    error = Some(failed);
                }
            }
        }
        let mut copied = 0;
        let bytes = match lacking.is_empty() {
            true => Ok(None),
            false => self.replicas.get(&cid).await,
        };
        for store in lacking {
            let copy = match &bytes {
                Ok(Some(bytes)) => self.replicas.put_into(store, &cid, bytes).await.map_err(Some),
                _ => Err(None),
            };
            match copy {
                Ok(()) => copied += 1,
                Err(failed) => {
                    missing.push(store.name());
                    error = failed.or(error);
                }
            }
        }
        let error = match (bytes, missing.is_empty()) {
            (_, true) => None,
            (Err(unavailable), _) => Some(unavailable.to_string()),
            (Ok(_), _) => Some(error.map_or_else(|| format!("no store has {cid}"), |e| e.to_string())),
        };
        metrics::counter!("novate_blobs_repaired_total").increment(copied);
        self.note(row, &missing, error).await?;
        Ok(Round {
            checked: 1,
            copied,
            missing: missing.len() as u64,
        })
    }

    /// Writes down what a check found, and when the next is due.
    async fn note(&self, row: &Row, missing: &[&str], error: Option<String>) -> Result<(), StoreError> {
        let (failures, next) = match missing.is_empty() {
            true => (0, self.times.recheck),
            false => {
                let doubled = 2_u32.saturating_pow(row.failures.unsigned_abs());
                let wait = self.times.retry.saturating_mul(doubled);
                (row.failures.saturating_add(1), wait.min(self.times.longest_retry))
            }
        };
        sqlx::query(
            "update blobs.blobs set missing = $2, failures = $3, error = $4,
                    next_check = now() + make_interval(secs => $5)
             where cid = $1",
        )
        .bind(&row.cid)
        .bind(missing)
        .bind(failures)
        .bind(error)
        .bind(next.as_secs_f64())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The list in numbers.
    ///
    /// # Errors
    /// [`StoreError::Database`]
    pub async fn status(&self) -> Result<RepairStatus, StoreError> {
        Ok(sqlx::query_as(
            "select count(*) as tracked, count(missing) as checked,
                    count(*) filter (where missing <> '{}') as incomplete,
                    count(*) filter (where next_check <= now()) as due
             from blobs.blobs",
        )
        .fetch_one(&self.pool)
        .await?)
    }
}
