//! GraphQL over the tables that the indexer fills, and what operators ask a service for.
//!
//! The schema is made from the catalog in Postgres and follows it while it runs, so an API node needs a database and
//! nothing else; it shares no code with the indexer. Every list is one SQL statement on a read-only connection.
//!
//! [`serve`] runs it on a listener, [`router`] is the same without one. `docs/graphql.md` explains the queries.

mod catalog;
mod config;
mod error;
mod http;
mod limits;
mod model;
mod names;
mod query;
mod reader;
pub mod rest;
mod schema;
mod serve;
pub mod sign_in;
mod status;

pub use config::ApiConfig;
pub use error::ApiError;
pub use http::router;
pub use serve::serve;
