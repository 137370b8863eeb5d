//! Postgres: what is written, by whom, and how it stays exactly once.
//!
//! A [`Writer`] is one connection that holds the advisory lock of one source and writes over that same connection: whoever
//! loses the lock has lost the means to write. Every [`Step`](crate::source::Step) is one transaction that begins by
//! moving the cursor from where the writer believes it is.

mod columns;
mod error;
mod insert;
mod writer;

pub use error::StoreError;
pub use writer::{Applied, Writer};

use novate_catalog::CatalogError;
use sqlx::{
    Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{str::FromStr, time::Duration};

/// How long one attempt to connect may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A database that holds, or will hold, an index.
#[derive(Clone, Debug)]
pub struct Store {
    pool: PgPool,
    options: PgConnectOptions,
}

impl Store {
    /// Connects once, to fail early and clearly. Later connections are made when they are needed.
    ///
    /// # Errors
    /// [`StoreError::Url`] for what is no Postgres URL, [`StoreError::Connect`] when the server does not take us.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let options = options(url)?;
        // A pool would try again and again until its patience is over, where a refusal is an answer.
        open(&options).await?.close().await?;
        let pool = PgPoolOptions::new()
            .acquire_timeout(CONNECT_TIMEOUT)
            .connect_lazy_with(options.clone());
        Ok(Self { pool, options })
    }

    /// Brings the system tables to this program's version.
    ///
    /// # Errors
    /// [`CatalogError::NewerDatabase`] when a later version wrote it.
    pub async fn migrate(&self) -> Result<(), CatalogError> {
        novate_catalog::migrate(&self.pool).await
    }

    /// Whether the system tables are of this program's version; writes nothing.
    ///
    /// # Errors
    /// [`CatalogError::NotMigrated`] or [`CatalogError::NewerDatabase`] when they are not.
    pub async fn check(&self) -> Result<(), CatalogError> {
        novate_catalog::check(&self.pool).await
    }

    /// Takes sources out of the state of the index that are neither in `followed` nor held by another process. They keep
    /// their cursors and rows.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn retire_all_but(&self, followed: &[&str]) -> Result<(), StoreError> {
        let retired: Vec<String> = sqlx::query_scalar(
            "update novate.sources set followed = false
             where followed and id <> all($1) and pg_try_advisory_xact_lock(novate.lock_of(id)) returning id",
        )
        .bind(followed)
        .fetch_all(&self.pool)
        .await?;
        for source in retired {
            tracing::info!(source, "no longer configured, its rows stay");
        }
        Ok(())
    }

    /// Host, port and database, for messages.
    pub fn server(&self) -> String {
        error::server(&self.options)
    }

    /// Connections for reading.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }
}

/// One connection, or a clear error.
async fn open(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let connecting = PgConnection::connect_with(options);
    let connection = tokio::time::timeout(CONNECT_TIMEOUT, connecting).await;
    connection
        .unwrap_or(Err(sqlx::Error::PoolTimedOut))
        .map_err(|cause| StoreError::connect(options, cause))
}

/// sqlx takes any scheme and fails at connecting; we say it at once.
fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    if !["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
    {
        return Err(StoreError::Url("it must begin with postgres://".into()));
    }
    let options = PgConnectOptions::from_str(url).map_err(|e| StoreError::Url(e.to_string()))?;
    Ok(options.application_name("novate-indexer").options([
        ("timezone", "UTC"),
        // A host that vanished keeps its lock until the server notices: within half a minute, not two hours.
        ("tcp_keepalives_idle", "10"),
        ("tcp_keepalives_interval", "5"),
        ("tcp_keepalives_count", "3"),
    ]))
}
