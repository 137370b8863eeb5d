//! Nonces of sign-in messages: given out here, good once and for a few minutes, whichever process is asked.
//!
//! A nonce is the second in which it was given out, 8 random bytes, and the first 12 bytes of their HMAC-SHA256 under a key that all
//! processes on a database share, in hex. So giving one out costs the database nothing, and nobody can fill it by asking:
//! only nonces that came back under a right signature are kept, until they would have expired.

use hmac::{Hmac, Mac, digest::InvalidLength};
use rand::{RngCore, TryRngCore, rngs::OsRng};
use sha2::Sha256;
use sqlx::{PgPool, migrate::Migrator};
use std::{fmt, sync::Arc};
use tokio::sync::OnceCell;

/// Second and random bytes.
const BODY: usize = 4 + 8;
/// With what proves that it is from here: 96 bits.
const BYTES: usize = BODY + 12;
/// How long a nonce is good.
pub const LIFE_SECONDS: u32 = 600;
/// How much longer it is kept when used: processes' clocks may differ by so much.
const GRACE_SECONDS: u32 = 3_600;
/// Of the key in `accounts.keys`.
const KEY: &str = "sign-in nonces";
/// Where applied migrations are kept. Qualified, because an unqualified name is looked up in a schema named like the user
/// first.
const MIGRATIONS: &str = "accounts.migrations";

/// Gives nonces out and takes them back.
#[derive(Clone)]
pub struct Nonces {
    pool: PgPool,
    key: Arc<OnceCell<Hmac<Sha256>>>,
}

/// Why there is no nonce.
#[derive(Debug, thiserror::Error)]
pub enum NonceError {
    /// Postgres was not there.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The system has no randomness.
    #[error("the operating system gives no random bytes")]
    Random,
    /// The key is none.
    #[error("accounts.keys holds a key of a wrong length: delete its row")]
    Key(#[from] InvalidLength),
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
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            key: Arc::default(),
        }
    }

    /// A new nonce: 48 letters and digits. `now` is in Unix seconds.
    ///
    /// # Errors
    /// [`NonceError`]: the first one of a process reads the key, and writes nothing unless it is the first of the database.
    pub async fn issue(&self, now: u64) -> Result<String, NonceError> {
        let mut nonce = [0; BYTES];
        let (body, tag) = nonce.split_at_mut(BODY);
        let (second, random) = body.split_at_mut(4);
        // Seconds wrap around in 2106; differences stay right.
        second.copy_from_slice(&wrapped(now).to_be_bytes());
        rand::rng().fill_bytes(random);
        let mac = self.key().await?.chain_update(&*body).finalize().into_bytes();
        tag.iter_mut().zip(mac).for_each(|(to, from)| *to = from);
        Ok(hex::encode(nonce))
    }

    /// Uses a nonce up. Whether it was good: of two that bring the same, one gets yes. To be asked last, for who has signed: a good
    /// one costs a row for an hour.
    ///
    /// # Errors
    /// [`NonceError`]
    pub async fn redeem(&self, nonce: &str, now: u64) -> Result<bool, NonceError> {
        let mut bytes = [0; BYTES];
        // The other spelling of hex would be the same nonce a second time.
        if nonce.bytes().any(|byte| byte.is_ascii_uppercase())
            || hex::decode_to_slice(nonce, &mut bytes).is_err()
        {
            return Ok(false);
        }
        let (body, tag) = bytes.split_at(BODY);
        let ours = self.key().await?.chain_update(body).verify_truncated_left(tag);
        let Some(second) = body.first_chunk().filter(|_| ours.is_ok()) else {
            return Ok(false);
        };
        let age = wrapped(now).wrapping_sub(u32::from_be_bytes(*second));
        // A process whose clock is a minute behind takes what another one has just given out.
        if (LIFE_SECONDS..u32::MAX - 60).contains(&age) {
            return Ok(false);
        }
        sqlx::query("delete from accounts.used_nonces where expires_at <= now()")
            .execute(&self.pool)
            .await?;
        let used = sqlx::query(
            "insert into accounts.used_nonces (nonce, expires_at)
             values ($1, now() + make_interval(secs => $2)) on conflict do nothing",
        )
        .bind(nonce)
        .bind(f64::from(LIFE_SECONDS + GRACE_SECONDS))
        .execute(&self.pool)
        .await?;
        Ok(used.rows_affected() == 1)
    }

    /// The key of all processes, read once.
    async fn key(&self) -> Result<Hmac<Sha256>, NonceError> {
        self.key.get_or_try_init(|| read_key(&self.pool)).await.cloned()
    }
}

async fn read_key(pool: &PgPool) -> Result<Hmac<Sha256>, NonceError> {
    let read = || sqlx::query_scalar::<_, Vec<u8>>("select key from accounts.keys where name = $1").bind(KEY);
    let key = match read().fetch_optional(pool).await? {
        Some(key) => key,
        None => {
            let mut key = [0; 32];
            OsRng.try_fill_bytes(&mut key).map_err(|_| NonceError::Random)?;
            // Of two processes that make one at a time, both use the one that is kept.
            sqlx::query("insert into accounts.keys (name, key) values ($1, $2) on conflict do nothing")
                .bind(KEY)
                .bind(key.as_slice())
                .execute(pool)
                .await?;
            read().fetch_one(pool).await?
        }
    };
    Ok(Hmac::new_from_slice(&key)?)
}

/// The second, below 2^32.
fn wrapped(now: u64) -> u32 {
    let [.., a, b, c, d] = now.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nonces").finish_non_exhaustive()
    }
}
