//! Everything that the service must not forget, in the Postgres schema `clearing`.
//!
//! | module | holds |
//! |---|---|
//! | [`settlements`] | which there are, and how far their windows are |
//! | [`intents`] | what was accepted, and what waits for a window |
//! | [`nonces`] | which nonces windows have taken |
//! | [`batches`], [`outcomes`], [`blobs`] | what windows came to |
//! | [`transactions`] | what is sent to the chains, written down before |
//! | [`leader`] | who may write batches |

pub mod batches;
pub mod blobs;
mod error;
pub mod intents;
pub mod intents_insert;
pub mod intents_view;
pub mod leader;
mod leaves;
pub mod nonces;
pub mod outcomes;
pub mod settlements;
pub mod transactions;

pub use error::StoreError;
pub use leaves::Leaves;

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

/// Integers of rows are signed, ours mostly are not.
fn number<T, N>(table: &'static str, value: T) -> Result<N, StoreError>
where
    T: TryInto<N> + Copy + std::fmt::Display,
{
    value.try_into().map_err(|_| StoreError::Corrupt {
        table,
        reason: format!("the number {value}, which is out of range"),
    })
}
