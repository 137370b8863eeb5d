//! The one connection that may write for a source.

use super::{Store, StoreError, insert};
use crate::{
    row::{Event, Undecoded},
    source::{Cursor, Heads, Step},
};
use novate_catalog::{Ident, SourceState, Table, upsert_table};
use sqlx::{Connection, PgConnection, types::Json};
use std::sync::Arc;

/// Holds the advisory lock of a source and writes for it, over one connection. Dropping it frees the lock.
#[derive(Debug)]
pub struct Writer {
    connection: PgConnection,
    source: String,
    network: String,
    tables: Vec<Arc<Table>>,
    locked: bool,
    created: bool,
}

/// What a step changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Rows added to event tables.
    pub added: u64,
    /// Rows that left them because their blocks left the chain.
    pub removed: u64,
}

impl Writer {
    /// Connects, without the lock yet.
    ///
    /// # Errors
    /// [`StoreError::Connect`].
    pub async fn connect(
        store: &Store,
        source: &str,
        network: &str,
        tables: &[Arc<Table>],
    ) -> Result<Self, StoreError> {
        let connection = super::open(&store.options).await?;
        Ok(Self {
            connection,
            source: source.into(),
            network: network.into(),
            tables: tables.to_vec(),
            locked: false,
            created: false,
        })
    }

    /// Takes the lock of the source unless another process has it. The lock is of the session, so a pooler that shares
    /// sessions between clients must not stand between us and Postgres.
    pub async fn try_lock(&mut self) -> Result<bool, StoreError> {
        if !self.locked {
            self.locked = sqlx::query_scalar("select pg_try_advisory_lock(novate.lock_of($1))")
                .bind(&self.source)
                .fetch_one(&mut self.connection)
                .await?;
        }
        Ok(self.locked)
    }

    /// Enters network and source into the system tables, so that their state can be seen before a node has answered.
    ///
    /// # Errors
    /// [`StoreError::OtherKind`].
    pub async fn register(&mut self, kind: &str) -> Result<(), StoreError> {
        let stored: String = sqlx::query_scalar(
            "insert into novate.networks (name, kind) values ($1, $2)
             on conflict (name) do update set name = excluded.name returning kind",
        )
        .bind(&self.network)
        .bind(kind)
        .fetch_one(&mut self.connection)
        .await?;
        if stored != kind {
            return Err(StoreError::OtherKind {
                network: self.network.clone(),
                stored,
                wanted: kind.into(),
            });
        }
        sqlx::query(
            "insert into novate.sources (id, network, state) values ($1, $2, 'starting') on conflict (id) do update
             set state = 'starting', error = null, followed = true, updated_at = now()",
        )
        .bind(&self.source)
        .bind(&self.network)
        .execute(&mut self.connection)
        .await?;
        Ok(())
    }

    /// Compares the chain behind the node with the one that was indexed, and remembers it the first time.
    ///
    /// # Errors
    /// [`StoreError::OtherChain`].
    pub async fn identify(&mut self, identity: &str) -> Result<(), StoreError> {
        let stored: String = sqlx::query_scalar(
            "update novate.networks set identity = coalesce(identity, $2) where name = $1 returning identity",
        )
        .bind(&self.network)
        .bind(identity)
        .fetch_one(&mut self.connection)
        .await?;
        if stored == identity {
            return Ok(());
        }
        Err(StoreError::OtherChain {
            network: self.network.clone(),
            stored,
            found: identity.into(),
        })
    }

    /// Creates the tables that do not exist yet; once per connection, because it waits for whoever reads them, and whoever then
    /// wants to read waits for it.
    ///
    /// # Errors
    /// [`CatalogError`](novate_catalog::CatalogError) when one exists and differs.
    pub async fn create_tables(&mut self) -> Result<(), StoreError> {
        if self.created {
            return Ok(());
        }
        let mut tx = self.connection.begin().await?;
        for table in &self.tables {
            upsert_table(&mut tx, table).await?;
        }
        tx.commit().await?;
        self.created = true;
        Ok(())
    }

    /// Where the source stands; none before its first commit.
    pub async fn cursor(&mut self) -> Result<Option<Cursor>, StoreError> {
        let cursor: Option<Json<serde_json::Value>> =
            sqlx::query_scalar("select cursor from novate.sources where id = $1")
                .bind(&self.source)
                .fetch_one(&mut self.connection)
                .await?;
        cursor
            .map(|Json(cursor)| serde_json::from_value(cursor).map_err(StoreError::Cursor))
            .transpose()
    }

    /// Makes the state of the source visible.
    pub async fn report(&mut self, state: SourceState, error: Option<&str>) -> Result<(), StoreError> {
        sqlx::query("update novate.sources set state = $2, error = $3, updated_at = now() where id = $1")
            .bind(&self.source)
            .bind(state)
            .bind(error)
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// Applies `step`, which begins at `expected`, in one transaction.
    ///
    /// # Errors
    /// [`StoreError::CursorMoved`] when the database is not at `expected`; then nothing was changed.
    pub async fn apply(&mut self, expected: Option<&Cursor>, step: &Step) -> Result<Applied, StoreError> {
        match step {
            Step::Advance {
                events,
                undecoded,
                cursor,
                live,
                heads,
            } => {
                self.advance(expected, cursor, events, undecoded, *live, heads)
                    .await
            }
            Step::Rollback { from_block, cursor } => self.rollback(expected, cursor, *from_block).await,
            Step::Idle { live, heads } => self.idle(expected, *live, heads).await,
        }
    }

    async fn advance(
        &mut self,
        expected: Option<&Cursor>,
        cursor: &Cursor,
        events: &[Event],
        undecoded: &[Undecoded],
        live: bool,
        heads: &Heads,
    ) -> Result<Applied, StoreError> {
        let mut tx = self.connection.begin().await?;
        move_cursor(&mut tx, &self.source, expected, Some(cursor), state(live)).await?;
        let added = insert::events(&mut tx, &self.source, events).await?;
        insert::undecoded(&mut tx, &self.source, undecoded).await?;
        count(&mut tx, &self.source, added, 0).await?;
        set_heads(&mut tx, &self.source, &self.network, heads).await?;
        if !events.is_empty() {
            notify(&mut tx, &self.source, &self.network, cursor).await?;
        }
        tx.commit().await?;
        Ok(Applied { added, removed: 0 })
    }

    async fn rollback(
        &mut self,
        expected: Option<&Cursor>,
        cursor: &Cursor,
        from: u64,
    ) -> Result<Applied, StoreError> {
        let from = insert::number(&self.source, from)?;
        let mut tx = self.connection.begin().await?;
        move_cursor(
            &mut tx,
            &self.source,
            expected,
            Some(cursor),
            SourceState::Backfill,
        )
        .await?;
        let mut removed = 0;
        for table in tables(&mut tx, &self.source, &self.network).await? {
            let delete = format!(
                "delete from data.{} where network = $1 and block_number >= $2",
                table.quoted()
            );
            // The statement is made of validated, quoted names only.
            let deleted = sqlx::query(sqlx::AssertSqlSafe(delete))
                .bind(&self.network)
                .bind(from);
            removed += deleted.execute(&mut *tx).await?.rows_affected();
        }
        sqlx::query("delete from novate.undecoded where source = $1 and block_number >= $2")
            .bind(&self.source)
            .bind(from)
            .execute(&mut *tx)
            .await?;
        count(&mut tx, &self.source, 0, removed).await?;
        // What has left the chain was not final, whatever was believed.
        sqlx::query(
            "update novate.networks set confirmed = least(confirmed, $2), finalized = least(finalized, $2),
             updated_at = now() where name = $1",
        )
        .bind(&self.network)
        .bind(from - 1)
        .execute(&mut *tx)
        .await?;
        notify(&mut tx, &self.source, &self.network, cursor).await?;
        tx.commit().await?;
        Ok(Applied { added: 0, removed })
    }

    async fn idle(
        &mut self,
        expected: Option<&Cursor>,
        live: bool,
        heads: &Heads,
    ) -> Result<Applied, StoreError> {
        let mut tx = self.connection.begin().await?;
        move_cursor(&mut tx, &self.source, expected, expected, state(live)).await?;
        set_heads(&mut tx, &self.source, &self.network, heads).await?;
        tx.commit().await?;
        Ok(Applied::default())
    }
}

/// Every table that the source has ever written, also those of contracts that are no longer configured: their rows are served
/// still, and nobody else would take them back. A source is named `<network>/<contract>`, or `<network>` when it follows all
/// contracts there.
async fn tables(db: &mut PgConnection, source: &str, network: &str) -> Result<Vec<Ident>, StoreError> {
    let names: Vec<String> = sqlx::query_scalar(
        "select name from novate.tables where network = $2 and $1 in (network, network || '/' || contract) order by name",
    )
    .bind(source)
    .bind(network)
    .fetch_all(db)
    .await?;
    let names = names.into_iter().map(Ident::try_from);
    Ok(names.collect::<Result<_, _>>()?)
}

fn state(live: bool) -> SourceState {
    if live {
        SourceState::Live
    } else {
        SourceState::Backfill
    }
}

/// Compares and swaps: the first statement of every transaction, so that it also serialises them.
async fn move_cursor(
    db: &mut PgConnection,
    source: &str,
    expected: Option<&Cursor>,
    cursor: Option<&Cursor>,
    state: SourceState,
) -> Result<(), StoreError> {
    let next = cursor
        .map(|cursor| insert::number(source, cursor.next_block))
        .transpose()?;
    let moved = sqlx::query(
        "update novate.sources set cursor = $2, next_block = $3, state = $4, error = null, updated_at = now()
         where id = $1 and cursor is not distinct from $5",
    )
    .bind(source)
    .bind(cursor.map(Json))
    .bind(next)
    .bind(state)
    .bind(expected.map(Json))
    .execute(db)
    .await?;
    if moved.rows_affected() == 1 {
        Ok(())
    } else {
        Err(StoreError::CursorMoved(source.into()))
    }
}

async fn count(db: &mut PgConnection, source: &str, added: u64, removed: u64) -> Result<(), StoreError> {
    if added == removed {
        return Ok(());
    }
    sqlx::query("update novate.sources set events = greatest(events + $2 - $3, 0) where id = $1")
        .bind(source)
        .bind(insert::number(source, added)?)
        .bind(insert::number(source, removed)?)
        .execute(db)
        .await?;
    Ok(())
}

/// A lagging node must not take finality back, so `confirmed` and `finalized` only grow here.
async fn set_heads(
    db: &mut PgConnection,
    source: &str,
    network: &str,
    heads: &Heads,
) -> Result<(), StoreError> {
    let finalized = heads.finalized.min(heads.head);
    let confirmed = heads.confirmed.clamp(finalized, heads.head);
    let head = insert::number(source, heads.head)?;
    sqlx::query(
        "update novate.networks set head = $2, confirmed = greatest(confirmed, $3), finalized = greatest(finalized, $4),
         head_time = $5, updated_at = now() where name = $1",
    )
    .bind(network)
    .bind(head)
    .bind(insert::number(source, confirmed)?)
    .bind(insert::number(source, finalized)?)
    .bind(heads.head_time)
    .execute(&mut *db)
    .await?;
    sqlx::query("update novate.sources set head = $2 where id = $1")
        .bind(source)
        .bind(head)
        .execute(db)
        .await?;
    Ok(())
}

/// Tells whoever listens on `novate_events` that rows came or went; delivered when the transaction commits.
async fn notify(
    db: &mut PgConnection,
    source: &str,
    network: &str,
    cursor: &Cursor,
) -> Result<(), StoreError> {
    let payload =
        serde_json::json!({ "network": network, "source": source, "next_block": cursor.next_block });
    sqlx::query("select pg_notify('novate_events', $1)")
        .bind(payload.to_string())
        .execute(db)
        .await?;
    Ok(())
}
