//! Blobs of batches that are not final yet.

use super::StoreError;
use sqlx::{PgConnection, PgPool};

/// Keeps a blob.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn insert(db: &mut PgConnection, cid: &[u8; 36], bytes: &[u8]) -> Result<(), StoreError> {
    sqlx::query("insert into clearing.blobs (cid, bytes) values ($1, $2) on conflict (cid) do nothing")
        .bind(cid.as_slice())
        .bind(bytes)
        .execute(db)
        .await?;
    Ok(())
}

/// A blob, if it is still here.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn get(pool: &PgPool, cid: &[u8; 36]) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(
        sqlx::query_scalar("select bytes from clearing.blobs where cid = $1")
            .bind(cid.as_slice())
            .fetch_optional(pool)
            .await?,
    )
}

/// Forgets the blob of a batch that is over.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn delete(db: &mut PgConnection, batch: i64) -> Result<(), StoreError> {
    sqlx::query("delete from clearing.blobs using clearing.batches where number = $1 and cid = blob_cid")
        .bind(batch)
        .execute(db)
        .await?;
    Ok(())
}
