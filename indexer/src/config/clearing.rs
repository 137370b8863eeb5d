//! The section `[clearing]`, which is another crate's: read with what else of the file it needs.

use super::{
    Config, ConfigError, database_url,
    document::Document,
    network::{self, NetworkKind},
    raw,
};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use std::path::{Path, PathBuf};

/// The section, and what it refers to.
#[derive(Clone, Debug)]
pub struct ClearingSection<T> {
    pub database_url: String,
    pub section: T,
    /// Of the file: paths in it are relative to that.
    pub folder: PathBuf,
    pub networks: Vec<NetworkNodes>,
    /// Names of contracts, each with that of its network.
    pub contracts: Vec<(String, String)>,
}

/// Where a network is asked.
#[derive(Clone, Debug)]
pub struct NetworkNodes {
    pub name: String,
    /// `evm`, `solana` or `icp`.
    pub kind: &'static str,
    /// URLs of its nodes.
    pub rpc: Vec<String>,
}

#[derive(Deserialize)]
struct Only<T> {
    clearing: Option<T>,
}

impl Config {
    /// The section `[clearing]`, none when the file has none. Artifacts of contracts are not looked at.
    pub fn load_clearing<T: DeserializeOwned>(
        path: &Path,
    ) -> Result<Option<ClearingSection<T>>, ConfigError> {
        let document = Document::read(path)?;
        let raw: raw::Raw<Option<IgnoredAny>> = document.parse()?;
        let Only { clearing } = document.parse()?;
        let Some(section) = clearing else {
            return Ok(None);
        };
        let networks = network::resolve(&document, &raw.networks)?;
        let nodes = networks.into_iter().map(|network| {
            let (kind, rpc) = match network.kind {
                NetworkKind::Evm(options) => ("evm", options.rpc),
                NetworkKind::Solana { rpc, .. } => ("solana", vec![rpc]),
                NetworkKind::Icp { url, .. } => ("icp", vec![url]),
            };
            NetworkNodes {
                name: network.name,
                kind,
                rpc,
            }
        });
        let names = |contract: &raw::Contract| {
            (
                contract.name.get_ref().clone(),
                contract.network.get_ref().clone(),
            )
        };
        Ok(Some(ClearingSection {
            database_url: database_url(&document, &raw.database)?,
            section,
            folder: path.parent().unwrap_or(Path::new("")).to_owned(),
            networks: nodes.collect(),
            contracts: raw
                .contracts
                .iter()
                .map(|contract| names(contract.get_ref()))
                .collect(),
        }))
    }
}
