//! Stores as a configuration file lists them.
//!
//! Secrets are not in the file: a key that ends in `_env` names the environment variable that holds one.

use crate::{
    BlobStore, Replicas, Settings, StoreError, Writes,
    bundler::{Bundler, Places},
    disk::Disk,
    gateway::Gateway,
    kubo::Kubo,
    pinning::Pinning,
    s3::{Place, S3},
};
use ed25519_dalek::SigningKey;
use reqwest::Url;
use rusty_s3::Credentials;
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// How blobs are kept. Every key but `stores` may be left out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Stores that must have a blob before it counts as written; 2 unless told otherwise.
    #[serde(default = "two")]
    pub copies: usize,
    /// Most bytes of a blob; 64 MiB unless told otherwise.
    pub max_blob_bytes: Option<usize>,
    /// Seconds for a store to give a blob; 5 unless told otherwise.
    pub read_seconds: Option<u64>,
    /// Seconds for a store to take one; 30 unless told otherwise.
    pub write_seconds: Option<u64>,
    /// In the order in which they are read.
    pub stores: Vec<Entry>,
}

/// One store.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "lowercase")]
pub enum Entry {
    /// A folder.
    Disk {
        /// In metrics and errors.
        #[serde(default = "disk")]
        name: String,
        /// Relative to the folder that [`Config::open`] is told.
        path: PathBuf,
    },
    /// A Kubo node.
    Kubo {
        /// In metrics and errors.
        name: String,
        /// Of its RPC.
        url: Address,
        /// Holds its bearer token.
        token_env: Option<String>,
    },
    /// A plain IPFS gateway, for reading.
    Gateway {
        /// In metrics and errors.
        name: String,
        /// What comes before `/ipfs/`.
        url: Address,
    },
    /// A bucket.
    S3 {
        /// In metrics and errors.
        name: String,
        /// Of the service.
        url: Address,
        /// Its region; `us-east-1` unless told otherwise.
        region: Option<String>,
        /// Its name.
        bucket: String,
        /// What keys begin with.
        #[serde(default)]
        prefix: String,
        /// Holds the id of the access key.
        key_id_env: String,
        /// Holds the access key.
        key_env: String,
    },
    /// An account at a pinning service.
    Pinning {
        /// In metrics and errors.
        name: String,
        /// Of the service.
        url: Address,
        /// Holds its bearer token.
        token_env: String,
        /// Multiaddresses of nodes that have the blobs.
        #[serde(default)]
        origins: Vec<String>,
        /// What is pinned: `blobs` or `anchors`.
        #[serde(default)]
        writes: Writes,
        /// Seconds that a write waits for the service to fetch a blob; 5 unless told otherwise.
        wait_seconds: Option<u64>,
    },
    /// An Arweave-style bundler.
    Bundler {
        /// In metrics and errors.
        name: String,
        /// Where data items are posted.
        upload_url: Address,
        /// GraphQL over the network's transactions.
        graphql_url: Address,
        /// What comes before `/ID`.
        gateway_url: Address,
        /// Holds the Solana key pair that pays, in base58 as wallets export it. Without one it is for reading.
        key_env: Option<String>,
        /// What is uploaded: `blobs` or `anchors`.
        #[serde(default)]
        writes: Writes,
    },
}

/// `http://…` or `https://…`
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Address(Url);

impl TryFrom<String> for Address {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Self(url)),
            Ok(_) => Err(format!("{text:?} begins with neither http:// nor https://")),
            Err(e) => Err(format!("{text:?} is no address: {e}")),
        }
    }
}

fn two() -> usize {
    2
}

fn disk() -> String {
    "disk".to_owned()
}

impl Config {
    /// Opens the stores. `base` is the folder that relative paths begin at, `variable` looks up environment variables.
    ///
    /// # Errors
    /// [`StoreError::Config`] for what is wrong in the file, and those of opening a folder.
    pub fn open(
        &self,
        base: &Path,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Replicas, StoreError> {
        let settings = self.settings();
        let secret = |name: &String| {
            let missing =
                || StoreError::Config(format!("the environment variable {name} is not set; set it"));
            variable(name).ok_or_else(missing)
        };
        let open = |entry: &Entry| entry.open(base, settings.max_blob, &secret);
        let stores = self.stores.iter().map(open).collect::<Result<_, _>>()?;
        Replicas::new(stores, settings)
    }

    fn settings(&self) -> Settings {
        let default = Settings::default();
        let seconds = |given: Option<u64>, default| given.map_or(default, Duration::from_secs);
        Settings {
            copies: self.copies,
            max_blob: self.max_blob_bytes.unwrap_or(default.max_blob),
            read_limit: seconds(self.read_seconds, default.read_limit),
            write_limit: seconds(self.write_seconds, default.write_limit),
            ..default
        }
    }
}

impl Entry {
    fn open(
        &self,
        base: &Path,
        limit: usize,
        secret: &impl Fn(&String) -> Result<String, StoreError>,
    ) -> Result<Box<dyn BlobStore>, StoreError> {
        Ok(match self {
            Self::Disk { name, path } => Box::new(Disk::open(name, &base.join(path), limit)?),
            Self::Kubo { name, url, token_env } => {
                let token = token_env.as_ref().map(secret).transpose()?;
                Box::new(Kubo::new(name, url.0.clone(), token, limit)?)
            }
            Self::Gateway { name, url } => Box::new(Gateway::new(name, url.0.clone(), limit)?),
            Self::S3 {
                name,
                url,
                region,
                bucket,
                prefix,
                key_id_env,
                key_env,
            } => {
                let place = Place {
                    endpoint: url.0.clone(),
                    region: region.clone().unwrap_or_else(|| "us-east-1".to_owned()),
                    bucket: bucket.clone(),
                    prefix: prefix.clone(),
                };
                let credentials = Credentials::new(secret(key_id_env)?, secret(key_env)?);
                Box::new(S3::new(name, place, credentials, limit)?)
            }
            Self::Pinning {
                name,
                url,
                token_env,
                origins,
                writes,
                wait_seconds,
            } => {
                let patience = Duration::from_secs(wait_seconds.unwrap_or(5));
                let token = secret(token_env)?;
                let pinning = Pinning::new(name, url.0.clone(), token, origins.clone(), *writes, patience)?;
                Box::new(pinning)
            }
            Self::Bundler {
                name,
                upload_url,
                graphql_url,
                gateway_url,
                key_env,
                writes,
            } => {
                let places = Places {
                    upload: upload_url.0.clone(),
                    graphql: graphql_url.0.clone(),
                    gateway: gateway_url.0.clone(),
                };
                let key = match key_env {
                    Some(variable) => Some(key_pair(variable, &secret(variable)?)?),
                    None => None,
                };
                Box::new(Bundler::new(name, places, key, *writes, limit)?)
            }
        })
    }
}

/// A Solana key pair in base58: the 32 secret bytes, then the public key.
fn key_pair(variable: &str, text: &str) -> Result<SigningKey, StoreError> {
    let bytes = bs58::decode(text.trim()).into_vec().ok();
    let pair = bytes.and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
    let key = pair.and_then(|pair| SigningKey::from_keypair_bytes(&pair).ok());
    key.ok_or_else(|| {
        StoreError::Config(format!(
            "{variable} holds no Solana key pair in base58; export it from the wallet"
        ))
    })
}
