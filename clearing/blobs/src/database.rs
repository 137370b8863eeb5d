//! The schema `blobs` in Postgres.

use crate::StoreError;
use cid::Cid;
use sqlx::PgPool;

/// Brings the schema to this program's version. Forward only; waits for another process that migrates.
///
/// # Errors
/// [`StoreError::Migrate`], also when a later version has migrated it already.
pub async fn migrate(pool: &PgPool) -> Result<(), StoreError> {
    let mut migrator = sqlx::migrate!();
    migrator.create_schema("blobs");
    // Qualified, because an unqualified name is looked up in a schema named like the user first.
    migrator.dangerous_set_table_name("blobs.migrations");
    let mut connection = pool.acquire().await?;
    let migrated = migrator.run_direct(None, &mut *connection, false).await;
    if migrated.is_err() {
        // The session still holds the lock that keeps other processes from migrating.
        connection.close_on_drop();
    }
    Ok(migrated?)
}

/// A CID as a row holds it.
pub(crate) fn read_cid(table: &'static str, bytes: &[u8]) -> Result<Cid, StoreError> {
    Cid::try_from(bytes).map_err(|e| StoreError::Corrupt {
        table,
        problem: format!("a CID that is none: {e}"),
    })
}

/// A number that is never negative, as a row holds it.
pub(crate) fn read_u64(table: &'static str, number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::Corrupt {
        table,
        problem: format!("the number {number}, which is never negative"),
    })
}
