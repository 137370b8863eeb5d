use novate_catalog::CatalogError;
use std::path::PathBuf;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration {}: {cause}; `novate init` writes one", path.display())]
    Read { path: PathBuf, cause: std::io::Error },
    #[error("{}:{line}:{column}: {key}{problem}", file.display())]
    At {
        file: PathBuf,
        /// From 1.
        line: usize,
        /// In characters, from 1.
        column: usize,
        /// Path of the key with `: `, such as `networks[0].rpc: `; empty where there is none.
        key: String,
        problem: Problem,
    },
}

/// What is wrong at a place of the configuration.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Not TOML, an unknown or missing key, a value of the wrong type; the parser's own words.
    #[error("{0}")]
    Toml(String),
    #[error("no database: set `url` in the section [database], or the environment variable DATABASE_URL")]
    NoDatabase,
    #[error("nothing to index: add a section [[contracts]], as `novate init` does")]
    NothingToIndex,
    #[error("{given:?} is no name: use 1 to 40 letters, digits, `-` and `_`, beginning with a letter")]
    Name { given: String },
    #[error("the name {given:?} is used twice; the first use is in line {first}")]
    Duplicate { given: String, first: usize },
    #[error("there is no network {given:?}; the configuration has {known}")]
    UnknownNetwork { given: String, known: String },
    #[error("the key `{key}` is missing; a {what} needs it")]
    Missing { key: &'static str, what: &'static str },
    #[error("the key `{key}` does not belong in a {what}; its keys are {allowed}")]
    Misplaced {
        key: &'static str,
        what: &'static str,
        allowed: &'static str,
    },
    #[error("{given:?} is no URL that begins with {schemes}")]
    Url { given: String, schemes: &'static str },
    #[error("a list of several URLs is for networks of kind evm; give one URL")]
    OneUrl,
    #[error("the list is empty; it needs at least one URL")]
    NoUrl,
    #[error("{given:?} is not the address of {what}: {reason}")]
    Address {
        given: String,
        what: &'static str,
        reason: String,
    },
    #[error(
        "{given:?} is no root key: write \"mainnet\", \"fetch\" (a local node only) or the DER key in hex"
    )]
    RootKey { given: String },
    #[error("{given} is out of range: it must be {allowed}")]
    Range { given: i64, allowed: &'static str },
    #[error("the environment variable {0} is not set")]
    Variable(String),
    #[error("`${{` without a closing brace; write ${{NAME}} for the environment variable NAME")]
    OpenVariable,
    #[error("cannot read {}: {cause}", path.display())]
    Artifact { path: PathBuf, cause: std::io::Error },
    #[error("{} is unusable: {reason}", path.display())]
    Unusable { path: PathBuf, reason: String },
    #[error(
        "the address {given} is already followed as contract {first}; give one of them another `address`"
    )]
    SameAddress { given: String, first: String },
    #[error("the table {table} would also hold the events of contract {first}; name one of them differently")]
    SameTable { table: String, first: String },
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}
