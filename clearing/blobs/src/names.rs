//! Names that can be made to mean another blob, with everything they ever meant.

use crate::{
    StoreError,
    database::{read_cid, read_u64},
};
use cid::Cid;
use sqlx::PgPool;
use std::{fmt, str::FromStr};

const TABLE: &str = "blobs.names";
const MAX_NAME: usize = 200;

/// 1 to 200 of `a-z`, `0-9`, `.`, `_`, `-` and `/`, such as `batches/latest`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl FromStr for Name {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let allowed = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"._-/".contains(&c);
        match text.len() {
            1..=MAX_NAME if text.bytes().all(allowed) => Ok(Self(text.to_owned())),
            _ => Err(StoreError::BadName(text.chars().take(MAX_NAME).collect())),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a name meant at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// From 1, without gaps.
    pub version: u64,
    /// The blob.
    pub cid: Cid,
}

/// Names in Postgres.
#[derive(Clone, Debug)]
pub struct Names {
    pool: PgPool,
}

impl Names {
    /// In a database that is [migrated](crate::migrate).
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Makes `name` mean `cid`, if its version still is `expected`, where 0 is that of a name without a link. Returns the new
    /// version.
    ///
    /// # Errors
    /// [`StoreError::Moved`] when somebody else has linked it meanwhile, [`StoreError::Database`].
    pub async fn link(&self, name: &Name, cid: &Cid, expected: u64) -> Result<u64, StoreError> {
        let mut tx = self.pool.begin().await?;
        // Others that link the same name wait here, so that the version read is the last.
        sqlx::query("select pg_advisory_xact_lock(hashtextextended('blobs.names/' || $1, 0))")
            .bind(&name.0)
            .execute(&mut *tx)
            .await?;
        let version: i64 =
            sqlx::query_scalar("select coalesce(max(version), 0) from blobs.names where name = $1")
                .bind(&name.0)
                .fetch_one(&mut *tx)
                .await?;
        let current = read_u64(TABLE, version)?;
        if current != expected {
            return Err(StoreError::Moved {
                name: name.0.clone(),
                expected,
                version: current,
            });
        }
        let next: i64 = sqlx::query_scalar(
            "insert into blobs.names (name, version, cid) values ($1, $2 + 1, $3) returning version",
        )
        .bind(&name.0)
        .bind(version)
        .bind(cid.to_bytes())
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        read_u64(TABLE, next)
    }

    /// What `name` means; `None` when it never was linked.
    ///
    /// # Errors
    /// [`StoreError::Database`]
    pub async fn resolve(&self, name: &Name) -> Result<Option<Link>, StoreError> {
        Ok(self.history(name, 1).await?.into_iter().next())
    }

    /// What `name` meant, newest first, at most `limit` versions.
    ///
    /// # Errors
    /// [`StoreError::Database`]
    pub async fn history(&self, name: &Name, limit: u32) -> Result<Vec<Link>, StoreError> {
        let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(
            "select version, cid from blobs.names where name = $1 order by version desc limit $2",
        )
        .bind(&name.0)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|(version, cid)| {
                Ok(Link {
                    version: read_u64(TABLE, version)?,
                    cid: read_cid(TABLE, &cid)?,
                })
            })
            .collect()
    }
}
