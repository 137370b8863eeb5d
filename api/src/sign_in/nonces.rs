//! Nonces of sign-in messages: given out here, good once and for a few minutes, whichever process is asked.

use rand::{Rng, distr::Alphanumeric};
use sqlx::{PgPool, migrate::Migrator};

/// Characters of a nonce: 95 bits of letters and digits.
const LENGTH: usize = 16;
/// How long a nonce is good.
pub const LIFE_SECONDS: u32 = 600;
/// Most nonces that are out at a time, so that nobody fills the database by asking.
const MOST: i64 = 100_000;
/// Where applied migrations are kept. Qualified, because an unqualified name is looked up in a schema named like the user
/// first.
const MIGRATIONS: &str = "accounts.migrations";

/// Gives nonces out and takes them back.
#[derive(Clone, Debug)]
pub struct Nonces {
    pool: PgPool,
}

/// Why there is no nonce.
#[derive(Debug, thiserror::Error)]
pub enum NonceError {
    /// Too many are out.
    #[error("too many sign-ins are under way; try again in a minute")]
    TooMany,
    /// Postgres was not there.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

/// Brings the schema `accounts` to this program's version. Forward only; waits for another process that migrates.
///
/// # Errors
/// Those of the database.
pub async fn migrate(pool: &PgPool) -> Result<(), sqlx::migrate::MigrateError> {
    let mut migrator: Migrator = sqlx::migrate!();
    migrator.create_schema("accounts");
    migrator.dangerous_set_table_name(MIGRATIONS);
    let mut connection = pool.acquire().await?;
    let migrated = migrator.run_direct(None, &mut *connection, false).await;
    if migrated.is_err() {
        // The session still holds the lock that keeps other processes from migrating.
        connection.close_on_drop();
    }
    migrated
}

impl Nonces {
    /// Keeps them in this database, which [`migrate`] has prepared.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// A new nonce.
    ///
    /// # Errors
    /// [`NonceError`]
    pub async fn issue(&self) -> Result<String, NonceError> {
        let nonce: String = rand::rng()
            .sample_iter(Alphanumeric)
            .take(LENGTH)
            .map(char::from)
            .collect();
        sqlx::query("delete from accounts.sign_in_nonces where expires_at <= now()")
            .execute(&self.pool)
            .await?;
        let inserted = sqlx::query(
            "insert into accounts.sign_in_nonces (nonce, expires_at)
             select $1, now() + make_interval(secs => $2)
             where (select count(*) from accounts.sign_in_nonces) < $3",
        )
        .bind(&nonce)
        .bind(f64::from(LIFE_SECONDS))
        .bind(MOST)
        .execute(&self.pool)
        .await?;
        match inserted.rows_affected() {
            0 => Err(NonceError::TooMany),
            _ => Ok(nonce),
        }
    }

    /// Uses a nonce up. Whether it was good: of two that bring the same, one gets yes.
    ///
    /// # Errors
    /// [`NonceError::Database`]
    pub async fn redeem(&self, nonce: &str) -> Result<bool, NonceError> {
        let redeemed =
            sqlx::query("delete from accounts.sign_in_nonces where nonce = $1 and expires_at > now()")
                .bind(nonce)
                .execute(&self.pool)
                .await?;
        Ok(redeemed.rows_affected() == 1)
    }
}
