//! One process makes batches and drives them, and one that was replaced writes nothing any more.
//!
//! The lock belongs to a database session that says something every second. Postgres ends the session of a process that is gone,
//! frozen or cut off within [`SILENCE`], and so frees the lock. Whoever takes it raises the epoch, which every transaction of a
//! leader compares before it writes: see [`Fence`].

use super::StoreError;
use sqlx::{
    ConnectOptions, Connection, PgConnection, PgPool, Postgres, Transaction, postgres::PgConnectOptions,
};
use std::time::Duration;

/// `"Novl"`, so that nobody else's two-part lock is this one.
const LOCK_CLASS: i32 = 0x4e6f_766c;

/// After this long without a sign of life Postgres ends the leader's session.
pub const SILENCE: Duration = Duration::from_secs(3);

/// How often a leader gives one; a sign that takes longer than [`SILENCE`] is none.
pub const BEAT: Duration = Duration::from_secs(1);

/// Between two attempts to take it.
const STAND_BY: Duration = Duration::from_millis(250);

/// Holds the lock, over a connection of its own. Dropping it frees the lock.
#[derive(Debug)]
pub struct Leader {
    connection: PgConnection,
    epoch: i64,
}

/// Proof of leadership for the transactions of one leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence {
    epoch: i64,
}

impl Leader {
    /// Waits until no other process has the lock, and takes it. `holder` is for people who wonder who leads.
    ///
    /// # Errors
    /// [`StoreError::Database`]
    pub async fn wait(options: &PgConnectOptions, holder: &str) -> Result<Self, StoreError> {
        let mut connection = within(options.connect()).await?;
        // A process without network, or a frozen one, must not keep the lock. Sockets of the file system ignore the first four.
        let patience = sqlx::raw_sql(
            "set tcp_keepalives_idle = 1; set tcp_keepalives_interval = 1; set tcp_keepalives_count = 2;
             set tcp_user_timeout = '3s'; set idle_session_timeout = '3s'",
        );
        within(patience.execute(&mut connection)).await?;
        loop {
            let lock = sqlx::query_scalar("select pg_try_advisory_lock($1, 0)").bind(LOCK_CLASS);
            if within(lock.fetch_one(&mut connection)).await? {
                break;
            }
            tokio::time::sleep(STAND_BY).await;
        }
        // Waits for transactions of the leader before, which share the row; Postgres ends those that do nothing.
        let raise = sqlx::query_scalar(
            "update clearing.leader set epoch = epoch + 1, holder = $1, since = now() returning epoch",
        );
        let epoch = raise.bind(holder).fetch_one(&mut connection).await?;
        Ok(Self { connection, epoch })
    }

    /// Gives a sign of life, and finds out whether the lock is still held.
    ///
    /// # Errors
    /// [`StoreError`]: then it is not, or nobody knows.
    pub async fn beat(&mut self) -> Result<(), StoreError> {
        let beat = sqlx::query_scalar("select epoch from clearing.leader");
        let epoch: i64 = within(beat.fetch_one(&mut self.connection)).await?;
        if epoch == self.epoch {
            Ok(())
        } else {
            Err(StoreError::Replaced { epoch: self.epoch })
        }
    }

    /// Lets another process lead at once.
    pub async fn resign(self) {
        // Dropping the connection does the same a moment later.
        within(self.connection.close()).await.ok();
    }

    /// What its transactions show.
    pub fn fence(&self) -> Fence {
        Fence { epoch: self.epoch }
    }
}

impl Fence {
    /// Begins a transaction that a later leader waits for, or that cannot begin any more.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] when there is a later leader.
    pub async fn begin(self, pool: &PgPool) -> Result<Transaction<'static, Postgres>, StoreError> {
        let mut tx = pool.begin().await?;
        // A process that freezes in here must not keep its successor waiting; and what is written here is on disk before anything
        // follows from it, however the server is set.
        sqlx::query(
            "select set_config('idle_in_transaction_session_timeout', '3s', true),
                    set_config('synchronous_commit', 'on', true)",
        )
        .execute(&mut *tx)
        .await?;
        let leads = sqlx::query("select from clearing.leader where epoch = $1 for share")
            .bind(self.epoch)
            .execute(&mut *tx)
            .await?;
        if leads.rows_affected() == 1 {
            Ok(tx)
        } else {
            Err(StoreError::Replaced { epoch: self.epoch })
        }
    }
}

/// A server that says nothing is none.
async fn within<T>(query: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    let timed_out = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    tokio::time::timeout(SILENCE, query).await.map_err(timed_out)?
}
