//! The API's own connections: read-only, in UTC, each statement bounded in time.

use crate::{ApiConfig, error::Fault};
use sqlx::{PgPool, Postgres, QueryBuilder, postgres::PgRow};
use std::time::Duration;

/// How long a query waits for a free connection, which is also how long it takes to notice that Postgres is gone.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
pub(crate) struct Reader(PgPool);

impl Reader {
    /// A pool beside `pool`, to the same database. The settings are the session's, so they cost no statement per query,
    /// and no query can undo them: it has no statement of its own.
    pub fn new(pool: &PgPool, config: &ApiConfig) -> Self {
        let options = (*pool.connect_options())
            .clone()
            .application_name("novate-api")
            .options([
                ("default_transaction_read_only", "on".to_owned()),
                ("statement_timeout", config.statement_timeout_ms.to_string()),
                ("timezone", "UTC".to_owned()),
            ]);
        Self(
            pool.options()
                .clone()
                .acquire_timeout(ACQUIRE_TIMEOUT)
                .connect_lazy_with(options),
        )
    }

    /// For the catalog's own queries.
    pub fn pool(&self) -> &PgPool {
        &self.0
    }

    pub async fn fetch_all(&self, mut sql: QueryBuilder<Postgres>) -> Result<Vec<PgRow>, Fault> {
        Ok(sql.build().fetch_all(&self.0).await?)
    }
}
