//! The tables that the indexer writes and the API reads, and nothing of how either does it.
//!
//! Three Postgres schemas: `novate` holds the system tables (networks, sources, blocks, this catalog), `data` one typed
//! table per event, `events` one view per table that adds `finality`. The catalog itself is stored in
//! `novate.tables`, so that an API node needs a database and no configuration of contracts.

mod error;
mod finality;
mod ident;
mod system;
mod table;

pub use error::CatalogError;
pub use finality::Finality;
pub use ident::Ident;
pub use system::{
    NetworkStatus, SourceState, SourceStatus, check, migrate, networks, reset, sources, tables, upsert_table,
};
pub use table::{COMMON_COLUMNS, Column, ColumnType, Table};
