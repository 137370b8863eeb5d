//! The system tables: migration, catalog and the state of networks and sources.

use crate::{CatalogError, Table};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{PgConnection, PgPool, migrate::Migrator, types::Json};

/// Where applied migrations are kept. Qualified, because an unqualified name is looked up in a schema named like the user
/// first, and a user named `novate` has one.
const MIGRATIONS: &str = "novate.migrations";

/// Brings the system tables to this program's version. Forward only; waits for another process that migrates.
///
/// # Errors
/// [`CatalogError::NewerDatabase`] when a later version has migrated it already.
pub async fn migrate(pool: &PgPool) -> Result<(), CatalogError> {
    let mut migrator = migrator();
    migrator.create_schema("novate");
    migrator.dangerous_set_table_name(MIGRATIONS);
    let mut connection = pool.acquire().await?;
    let migrated = migrator.run_direct(None, &mut *connection, false).await;
    if migrated.is_err() {
        // The session still holds the lock that keeps other processes from migrating.
        connection.close_on_drop();
    }
    Ok(migrated?)
}

/// The migrations of this program.
fn migrator() -> Migrator {
    sqlx::migrate!()
}

/// Whether the system tables are of this program's version. Writes nothing, so a replica or a role that may only read will do.
///
/// # Errors
/// [`CatalogError::NotMigrated`] before [`migrate`], [`CatalogError::NewerDatabase`] after that of a later version.
pub async fn check(pool: &PgPool) -> Result<(), CatalogError> {
    let exists: bool = sqlx::query_scalar("select to_regclass($1) is not null")
        .bind(MIGRATIONS)
        .fetch_one(pool)
        .await?;
    let applied: Vec<(i64, Vec<u8>)> = if exists {
        let statement = format!("select version, checksum from {MIGRATIONS} where success order by version");
        // The statement is made of a constant name only.
        sqlx::query_as(sqlx::AssertSqlSafe(statement))
            .fetch_all(pool)
            .await?
    } else {
        Vec::new()
    };
    let migrator = migrator();
    for (version, checksum) in &applied {
        match migrator.iter().find(|own| own.version == *version) {
            None => return Err(CatalogError::NewerDatabase(*version)),
            Some(own) if own.checksum.as_ref() != checksum.as_slice() => {
                return Err(CatalogError::EditedMigration(*version));
            }
            Some(_) => {}
        }
    }
    let mut versions = migrator.iter().map(|own| own.version);
    match versions.find(|own| applied.iter().all(|(version, _)| version != own)) {
        Some(missing) => Err(CatalogError::NotMigrated(missing)),
        None => Ok(()),
    }
}

/// Drops everything Novate keeps in this database, and migrates it afresh.
pub async fn reset(pool: &PgPool) -> Result<(), CatalogError> {
    let mut tx = pool.begin().await?;
    for statement in [
        "drop schema if exists events cascade",
        "drop schema if exists data cascade",
        "drop schema if exists novate cascade",
    ] {
        sqlx::query(statement).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    migrate(pool).await
}

/// Creates the table when it is new, and enters it into the catalog.
///
/// # Errors
/// [`CatalogError::ColumnsChanged`] when the catalog holds it with other columns, [`CatalogError::TableTaken`] when it holds
/// another event under this name.
pub async fn upsert_table(db: &mut PgConnection, table: &Table) -> Result<(), CatalogError> {
    let stored: Option<Json<serde_json::Value>> =
        sqlx::query_scalar("select definition from novate.tables where name = $1 for update")
            .bind(table.name.as_str())
            .fetch_optional(&mut *db)
            .await?;
    if let Some(Json(definition)) = stored {
        let stored = read_table(table.name.as_str(), definition)?;
        if (&stored.network, &stored.contract, &stored.event)
            != (&table.network, &table.contract, &table.event)
        {
            return Err(CatalogError::TableTaken {
                table: table.name.clone(),
                stored: format!("{}.{} on {}", stored.contract, stored.event, stored.network),
                wanted: format!("{}.{} on {}", table.contract, table.event, table.network),
            });
        }
        let columns = |t: &Table| {
            t.columns
                .iter()
                .map(|c| (c.name.clone(), c.ty, c.nullable))
                .collect::<Vec<_>>()
        };
        if columns(&stored) != columns(table) {
            let (stored, wanted) = (describe(&stored), describe(table));
            return Err(CatalogError::ColumnsChanged {
                table: table.name.clone(),
                stored,
                wanted,
            });
        }
    }
    for statement in table.create_statements() {
        // The statement is made of validated, quoted names only.
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(&mut *db)
            .await?;
    }
    sqlx::query(
        "insert into novate.tables (name, network, contract, definition) values ($1, $2, $3, $4)
         on conflict (name) do update set network = $2, contract = $3, definition = $4",
    )
    .bind(table.name.as_str())
    .bind(&table.network)
    .bind(&table.contract)
    .bind(Json(table))
    .execute(&mut *db)
    .await?;
    Ok(())
}

fn describe(table: &Table) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|c| format!("{} {}", c.name, c.ty.sql()))
        .collect();
    columns.join(", ")
}

fn read_table(name: &str, definition: serde_json::Value) -> Result<Table, CatalogError> {
    serde_json::from_value(definition).map_err(|e| CatalogError::Unreadable {
        table: name.to_owned(),
        reason: e.to_string(),
    })
}

/// Every table of the catalog, by name.
pub async fn tables(pool: &PgPool) -> Result<Vec<Table>, CatalogError> {
    let rows: Vec<(String, Json<serde_json::Value>)> =
        sqlx::query_as("select name, definition from novate.tables order by name")
            .fetch_all(pool)
            .await?;
    rows.into_iter()
        .map(|(name, Json(definition))| read_table(&name, definition))
        .collect()
}

/// What is known of a network's heads. Block numbers are inclusive; -1 when none is known.
#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
pub struct NetworkStatus {
    pub name: String,
    pub kind: String,
    pub head: i64,
    pub confirmed: i64,
    pub finalized: i64,
    pub head_time: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
}

/// What a source is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum SourceState {
    Starting,
    /// Reading history.
    Backfill,
    /// Caught up with the head.
    Live,
    /// The last attempt failed, see `error`; it goes on by itself.
    Retrying,
    /// It cannot go on without a person, see `error`.
    Stopped,
}

/// How far a source is.
#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
pub struct SourceStatus {
    pub id: String,
    pub network: String,
    pub state: SourceState,
    pub error: Option<String>,
    /// The first block whose events may be missing; none before the first commit.
    pub next_block: Option<i64>,
    /// The newest block of what it follows. It differs from the network's head where canisters count blocks apart.
    pub head: Option<i64>,
    /// Events written since the database was made, rolled-back ones subtracted.
    pub events: i64,
    pub updated_at: DateTime<Utc>,
}

/// The state of every network, by name.
pub async fn networks(pool: &PgPool) -> Result<Vec<NetworkStatus>, CatalogError> {
    Ok(sqlx::query_as(
        "select name, kind, head, confirmed, finalized, head_time, updated_at from novate.networks order by name",
    )
    .fetch_all(pool)
    .await?)
}

/// The state of every source that is configured somewhere, by id.
pub async fn sources(pool: &PgPool) -> Result<Vec<SourceStatus>, CatalogError> {
    Ok(sqlx::query_as(
        "select id, network, state, error, next_block, head, events, updated_at from novate.sources
         where followed order by id",
    )
    .fetch_all(pool)
    .await?)
}
