//! Launchers of the servers that development and tests need: PostgreSQL, anvil and an IC node.
//!
//! Everything here binds 127.0.0.1 only, takes a free port unless told otherwise, and dies with the
//! process that started it, `kill -9` included (see [`process`]). Nothing is meant for production.
//!
//! * [`Postgres`] and [`postgres::test_database`]: a private cluster, or a database on `DATABASE_URL`.
//! * [`Anvil`]: a local EVM chain.
//! * [`IcNode`]: the built-in emulator, or PocketIC when `POCKET_IC_BIN` names its server.

pub mod anvil;
mod error;
pub mod icp;
pub mod postgres;
pub mod process;
mod repository;

pub use anvil::{Anvil, AnvilOptions};
pub use error::{Error, Result};
pub use icp::IcNode;
pub use postgres::{Postgres, TestDatabase};
