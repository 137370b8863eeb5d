//! How many grants a relayer pays for, counted in the database: for all processes that share it.

use super::GrantError;
use alloy::primitives::{Address, TxHash};
use sqlx::{PgPool, Postgres, Transaction};

/// What a relayer's grants are counted by. The table is `accounts.relayed`, of the schema that the API migrates.
#[derive(Clone, Debug)]
pub(super) struct Quota {
    pub(super) pool: PgPool,
    /// EIP-155 id.
    pub(super) chain: u64,
    pub(super) relayer: Address,
    /// Most grants in 24 hours.
    pub(super) per_day: u32,
}

/// A grant that a relayer has paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relayed {
    /// Its transaction; none if it is not known whether a node took it.
    pub hash: Option<TxHash>,
    /// Unix seconds.
    pub sent_at: u64,
}

impl Quota {
    /// Counts a grant before it is sent: so however it ends, no more are sent than may be. An owner has one an hour.
    pub(super) async fn reserve(&self, owner: &[u8; 32], session: &[u8; 32]) -> Result<i64, GrantError> {
        let mut db = self.pool.begin().await?;
        // One at a time: two that count together would both find room.
        sqlx::query("select pg_advisory_xact_lock(hashtextextended('accounts.relayed', 0))")
            .execute(&mut *db)
            .await?;
        self.room(&mut db, owner).await?;
        let id = sqlx::query_scalar(
            "insert into accounts.relayed (chain, relayer, owner, session, sent_at)
             values ($1, $2, $3, $4, clock_timestamp()) returning id",
        )
        .bind(self.chain.cast_signed())
        .bind(self.relayer.as_slice())
        .bind(owner.as_slice())
        .bind(session.as_slice())
        .fetch_one(&mut *db)
        .await?;
        db.commit().await?;
        Ok(id)
    }

    async fn room(&self, db: &mut Transaction<'_, Postgres>, owner: &[u8; 32]) -> Result<(), GrantError> {
        let (today, next): (i64, Option<i64>) = sqlx::query_as(
            "select count(*),
                    ceil(3600 - extract(epoch from clock_timestamp()
                         - max(sent_at) filter (where owner = $3)))::bigint
             from accounts.relayed
             where chain = $1 and relayer = $2 and sent_at > clock_timestamp() - interval '24 hours'",
        )
        .bind(self.chain.cast_signed())
        .bind(self.relayer.as_slice())
        .bind(owner.as_slice())
        .fetch_one(&mut **db)
        .await?;
        if let Some(seconds) = next
            .and_then(|next| u64::try_from(next).ok())
            .filter(|&left| left > 0)
        {
            return Err(GrantError::OwnerQuota { seconds });
        }
        if today >= i64::from(self.per_day) {
            return Err(GrantError::DayQuota);
        }
        Ok(())
    }

    /// Takes back what was certainly not sent.
    pub(super) async fn release(&self, id: i64) -> Result<(), GrantError> {
        let delete = sqlx::query("delete from accounts.relayed where id = $1").bind(id);
        delete.execute(&self.pool).await?;
        Ok(())
    }

    /// Writes down which transaction it is.
    pub(super) async fn sent(&self, id: i64, hash: TxHash) -> Result<(), GrantError> {
        sqlx::query("update accounts.relayed set hash = $2 where id = $1")
            .bind(id)
            .bind(hash.as_slice())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The last grant of this session that was sent, if any.
    pub(super) async fn last(
        &self,
        owner: &[u8; 32],
        session: &[u8; 32],
    ) -> Result<Option<Relayed>, GrantError> {
        let row: Option<(Option<Vec<u8>>, i64)> = sqlx::query_as(
            "select hash, floor(extract(epoch from sent_at))::bigint from accounts.relayed
             where chain = $1 and owner = $2 and session = $3 order by sent_at desc limit 1",
        )
        .bind(self.chain.cast_signed())
        .bind(owner.as_slice())
        .bind(session.as_slice())
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|(hash, sent_at)| Relayed {
            hash: hash.and_then(|hash| TxHash::try_from(hash.as_slice()).ok()),
            sent_at: sent_at.try_into().unwrap_or(0),
        }))
    }
}
