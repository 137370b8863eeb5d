//! The schema that is served right now, and the task that replaces it when the catalog changes.

use crate::{
    ApiConfig,
    error::Fault,
    model::ApiTable,
    reader::Reader,
    schema::{self, Context},
    status::catalog_fault,
};
use async_graphql::dynamic::Schema;
use std::{collections::HashSet, sync::Arc};
use tokio::sync::watch;

/// The schema of one version of the catalog.
pub(crate) struct Served {
    pub schema: Schema,
    pub fingerprint: Fingerprint,
    pub tables: usize,
    /// Root fields that return a page of rows.
    pub lists: HashSet<String>,
}

/// Tells one state of one database from every other.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Fingerprint {
    /// Of the cluster and the database in it; a replica has its primary's.
    pub database: String,
    /// Of the definitions of all tables.
    pub version: String,
}

/// What is known of the catalog. The last good schema is served on while the catalog cannot be read.
#[derive(Clone, Default)]
pub(crate) struct Catalog {
    pub served: Option<Arc<Served>>,
    pub fault: Option<Fault>,
}

/// Reads the catalog now, and then whenever it changes, until the last receiver is gone.
pub(crate) async fn watch(config: Arc<ApiConfig>, reader: Reader) -> watch::Receiver<Catalog> {
    let (sender, receiver) = watch::channel(Catalog::default());
    refresh(&config, &reader, &sender).await;
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(config.catalog_poll());
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = sender.closed() => return,
                _ = ticks.tick() => refresh(&config, &reader, &sender).await,
            }
        }
    });
    receiver
}

async fn refresh(config: &Arc<ApiConfig>, reader: &Reader, sender: &watch::Sender<Catalog>) {
    let current = sender.borrow().served.clone();
    let next = match load(config, reader, current.as_ref()).await {
        Ok(served) => Catalog {
            served: Some(served),
            fault: None,
        },
        Err(fault) => Catalog {
            served: current,
            fault: Some(fault),
        },
    };
    sender.send_replace(next);
}

/// Of the catalog as the database has it now.
pub(crate) async fn fingerprint(reader: &Reader) -> Result<Fingerprint, Fault> {
    Ok(sqlx::query_as(
        "select left(md5(s.system_identifier::text || '/' || d.oid::text), 12) as database,
                (select coalesce(left(md5(string_agg(t.definition::text, '' order by t.name)), 12), 'empty')
                 from novate.tables t) as version
         from pg_control_system() s, pg_database d where d.datname = current_database()",
    )
    .fetch_one(reader.pool())
    .await?)
}

/// The current schema if it is still right, else a new one.
async fn load(
    config: &Arc<ApiConfig>,
    reader: &Reader,
    current: Option<&Arc<Served>>,
) -> Result<Arc<Served>, Fault> {
    let fingerprint = fingerprint(reader).await?;
    if let Some(current) = current.filter(|current| current.fingerprint == fingerprint) {
        return Ok(current.clone());
    }
    let tables = novate_catalog::tables(reader.pool())
        .await
        .map_err(catalog_fault)?;
    let tables: Result<Vec<_>, _> = tables
        .into_iter()
        .map(|table| ApiTable::new(table).map(Arc::new))
        .collect();
    let tables = tables.map_err(catalog_fault)?;
    let context = Context {
        config: config.clone(),
        reader: reader.clone(),
        database: fingerprint.database.clone(),
        catalog_version: fingerprint.version.clone(),
    };
    let schema = schema::build(&tables, context).map_err(|error| {
        tracing::error!(%error, "the catalog gives no GraphQL schema");
        Fault::Internal
    })?;
    tracing::info!(
        tables = tables.len(),
        version = fingerprint.version,
        "serving the catalog"
    );
    let lists = tables.iter().map(|table| table.names.list.clone()).collect();
    Ok(Arc::new(Served {
        schema,
        fingerprint,
        tables: tables.len(),
        lists,
    }))
}
