//! Everything that the service must not forget, in the Postgres schema `clearing`.

mod error;

pub use error::StoreError;

use sqlx::{PgPool, migrate::Migrator};

/// Qualified, because an unqualified name is looked up in a schema named like the user first.
const MIGRATIONS: &str = "clearing.migrations";

/// Brings the schema `clearing` to this program's version. Forward only; waits for another process that migrates.
///
/// # Errors
/// [`StoreError`]
pub async fn migrate(pool: &PgPool) -> Result<(), StoreError> {
    let mut migrator: Migrator = sqlx::migrate!();
    migrator.create_schema("clearing");
    migrator.dangerous_set_table_name(MIGRATIONS);
    let mut connection = pool.acquire().await?;
    let migrated = migrator.run_direct(None, &mut *connection, false).await;
    if migrated.is_err() {
        // The session still holds the lock that keeps other processes from migrating.
        connection.close_on_drop();
    }
    Ok(migrated?)
}
