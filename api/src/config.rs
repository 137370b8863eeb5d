use crate::ApiError;
use serde::{Deserialize, Serialize};
use std::{net::SocketAddr, time::Duration};

/// The section `[api]` of `novate.toml`. Every key has a default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApiConfig {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Serve GraphiQL to browsers on `GET /graphql`.
    pub graphiql: bool,
    /// Answer introspection queries. GraphiQL and code generators need it.
    pub introspection: bool,
    /// Deepest nesting of fields in a query. An editor's introspection query needs 15.
    pub max_depth: usize,
    /// Most fields a query may return: those inside a list count once per row of the page asked for.
    pub max_complexity: u64,
    /// Most aliases in a query.
    pub max_aliases: usize,
    /// Most rows in one page.
    pub max_page_size: u32,
    /// Rows in a page when neither `first` nor `last` says how many.
    pub default_page_size: u32,
    /// Largest request body, in bytes.
    pub max_body_bytes: usize,
    /// Longest run of one SQL statement, in milliseconds.
    pub statement_timeout_ms: u64,
    /// Longest run of one request from its headers on, its body included, in milliseconds.
    pub request_timeout_ms: u64,
    /// How often the catalog is looked at for new tables, in milliseconds.
    pub catalog_poll_ms: u64,
    /// `/ready` says no when a source is more blocks than this behind its network.
    pub ready_max_lag: u64,
    /// `/ready` says no when a source has not reported for this many seconds.
    pub ready_max_staleness: u64,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            graphiql: true,
            introspection: true,
            max_depth: 16,
            max_complexity: 50_000,
            max_aliases: 30,
            max_page_size: 1000,
            default_page_size: 100,
            max_body_bytes: 64 * 1024,
            statement_timeout_ms: 5_000,
            request_timeout_ms: 10_000,
            catalog_poll_ms: 500,
            ready_max_lag: 150,
            ready_max_staleness: 60,
        }
    }
}

impl ApiConfig {
    /// Refuses values that no query could be answered with.
    ///
    /// # Errors
    /// [`ApiError::Config`] names the key.
    pub fn validate(&self) -> Result<(), ApiError> {
        let bad = |key, value: u64, must| Err(ApiError::Config { key, value, must });
        // Postgres takes milliseconds as a signed 32-bit number.
        let out_of_range = |millis: u64| millis == 0 || millis > i32::MAX as u64;
        match self {
            c if c.max_depth == 0 => bad("max_depth", 0, "be at least 1"),
            c if c.max_complexity == 0 => bad("max_complexity", 0, "be at least 1"),
            c if c.max_body_bytes == 0 => bad("max_body_bytes", 0, "be at least 1"),
            c if c.max_page_size == 0 || c.max_page_size > 100_000 => {
                bad("max_page_size", c.max_page_size.into(), "be 1 to 100000")
            }
            c if c.default_page_size == 0 || c.default_page_size > c.max_page_size => bad(
                "default_page_size",
                c.default_page_size.into(),
                "be 1 to max_page_size",
            ),
            c if out_of_range(c.statement_timeout_ms) => bad(
                "statement_timeout_ms",
                c.statement_timeout_ms,
                "be 1 to 2147483647",
            ),
            c if out_of_range(c.request_timeout_ms) => {
                bad("request_timeout_ms", c.request_timeout_ms, "be 1 to 2147483647")
            }
            c if out_of_range(c.catalog_poll_ms) => {
                bad("catalog_poll_ms", c.catalog_poll_ms, "be 1 to 2147483647")
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn request_timeout(&self) -> Duration {
        Duration::from_millis(self.request_timeout_ms)
    }

    pub(crate) fn catalog_poll(&self) -> Duration {
        Duration::from_millis(self.catalog_poll_ms)
    }
}
