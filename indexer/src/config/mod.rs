//! `novate.toml`: which networks and contracts are followed, and into which database.
//!
//! Reading it is parsing: what comes out has an ABI, IDL or block schema that gives tables, addresses that are some, and no
//! name twice. Every error names file, line, column and key.

mod clearing;
mod contract;
mod document;
mod error;
mod network;
mod raw;

pub use clearing::{ClearingSection, NetworkNodes};
pub use error::{ConfigError, Problem};

use crate::{evm::EvmOptions, icp::IcpOptions, solana::SolanaOptions};
use document::Document;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::{fmt, path::Path};

/// What the indexer does: follow these into that database.
#[derive(Clone)]
pub struct Config {
    /// `postgres://user:password@host:port/database`
    pub database_url: String,
    pub sources: Vec<SourceOptions>,
}

/// One thing to follow, with a cursor of its own.
#[derive(Clone, Debug)]
pub enum SourceOptions {
    /// All configured contracts of an EVM network.
    Evm(EvmOptions),
    /// One Solana program.
    Solana(SolanaOptions),
    /// One canister's ICRC-3 log.
    Icp(IcpOptions),
}

/// Leaves out the URL, which holds a password.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("sources", &self.sources)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Reads `novate.toml`; paths in it are relative to its folder. The section `[api]` is not looked at.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::load_with::<Option<IgnoredAny>>(path).map(|(config, _)| config)
    }

    /// URL of the database, and the section `[api]`: enough for a process that only reads. Networks and contracts must be well
    /// formed, but neither variables in them nor artifacts are looked at.
    pub fn load_api<Api: DeserializeOwned + Default>(path: &Path) -> Result<(String, Api), ConfigError> {
        let document = Document::read(path)?;
        let raw: raw::Raw<Api> = document.parse()?;
        Ok((database_url(&document, &raw.database)?, raw.api))
    }

    /// URL of the database, and nothing else of `novate.toml`.
    pub fn load_database_url(path: &Path) -> Result<String, ConfigError> {
        Self::load_api::<Option<IgnoredAny>>(path).map(|(url, _)| url)
    }

    /// Reads `novate.toml` with its section `[api]`, which is the default when absent.
    pub fn load_with<Api: DeserializeOwned + Default>(path: &Path) -> Result<(Self, Api), ConfigError> {
        let document = Document::read(path)?;
        let raw: raw::Raw<Api> = document.parse()?;
        let database_url = database_url(&document, &raw.database)?;
        let networks = network::resolve(&document, &raw.networks)?;
        let sources = contract::resolve(&document, networks, &raw.contracts)?;
        Ok((
            Self {
                database_url,
                sources,
            },
            raw.api,
        ))
    }
}

fn database_url(document: &Document, database: &raw::Database) -> Result<String, ConfigError> {
    match &database.url {
        Some(url) => document.substitute(url),
        None => std::env::var("DATABASE_URL").map_err(|_| document.error(0..0, Problem::NoDatabase)),
    }
}
