//! The configuration as it is written. `novate.schema.json` says the same to editors.

use serde::{Deserialize, de::IgnoredAny};
use std::path::PathBuf;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raw<Api> {
    #[serde(default)]
    pub database: Database,
    #[serde(
        default = "Api::default",
        bound(deserialize = "Api: Deserialize<'de> + Default")
    )]
    pub api: Api,
    /// Another crate's.
    #[serde(default, rename = "clearing")]
    pub _clearing: Option<IgnoredAny>,
    #[serde(default)]
    pub networks: Vec<Spanned<Network>>,
    #[serde(default)]
    pub contracts: Vec<Spanned<Contract>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub url: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    pub name: Spanned<String>,
    pub kind: Kind,
    /// Several are tried in turn.
    pub rpc: Spanned<Urls>,
    pub ws: Option<Spanned<String>>,
    pub poll_ms: Option<Spanned<i64>>,
    pub timeout_ms: Option<Spanned<i64>>,
    pub chain_id: Option<Spanned<i64>>,
    pub reorg_window: Option<Spanned<i64>>,
    pub confirmed_depth: Option<Spanned<i64>>,
    pub finalized_depth: Option<Spanned<i64>>,
    pub max_block_range: Option<Spanned<i64>>,
    pub root_key: Option<Spanned<String>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Evm,
    Solana,
    Icp,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a URL or a list of URLs")]
pub enum Urls {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    pub name: Spanned<String>,
    pub network: Spanned<String>,
    pub address: Option<Spanned<String>>,
    pub abi: Option<Spanned<PathBuf>>,
    pub idl: Option<Spanned<PathBuf>>,
    pub blocks: Option<Spanned<PathBuf>>,
    pub start_block: Option<Spanned<i64>>,
    pub events: Option<Spanned<Vec<String>>>,
}
