//! What the configuration says of the signer canister.

use crate::secret::{Secret, SecretError};
use candid::Principal;
use ic_agent::{
    Identity,
    identity::{BasicIdentity, Secp256k1Identity},
};
use serde::Deserialize;
use std::sync::Arc;

/// The canister, and who asks it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanisterConfig {
    /// URL of an IC gateway: <https://icp-api.io> for the mainnet.
    pub url: String,
    /// The signer canister's id.
    pub canister: Principal,
    /// Private key in PEM, Ed25519 (PKCS#8) or secp256k1: of a principal that is an operator of the canister.
    pub identity: Secret,
    /// The key to which all certificates must lead.
    #[serde(default)]
    pub root_key: RootKey,
    /// Seconds in which a signature must be there; asking again afterwards gives the same one.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: u64,
}

/// Which network's certificates are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum RootKey {
    /// That of the Internet Computer: `mainnet`.
    #[default]
    Mainnet,
    /// What the gateway says: `fetch`. It could say anything, so it must be on this machine.
    Fetch,
    /// This one, DER in hexadecimal.
    Der(Vec<u8>),
}

/// What is wrong with a [`CanisterConfig`].
#[derive(Debug, thiserror::Error)]
pub enum SignerConfigError {
    /// Not a URL, or none of HTTP.
    #[error("{url:?} is no URL of an IC gateway: give one that begins with https://")]
    Url {
        /// As it was given.
        url: String,
    },
    /// A gateway somewhere else would be trusted blindly.
    #[error(
        "root_key = \"fetch\" believes whatever {host} says: use it for a node on this machine only, and \"mainnet\" or the key in \
         hexadecimal otherwise"
    )]
    FetchFromAfar {
        /// Of the URL.
        host: String,
    },
    /// Not a key.
    #[error("root_key {text:?} is neither mainnet, fetch nor a public key (DER) in hexadecimal")]
    RootKey {
        /// As it was given.
        text: String,
    },
    /// No identity can be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// What was read is no identity.
    #[error(
        "the signer's identity is no private key in PEM, neither Ed25519 nor secp256k1: export one by `dfx identity export`"
    )]
    Identity,
    /// Not a time.
    #[error("timeout_seconds is {0}: give 1 to 3600")]
    Timeout(u64),
    /// The agent cannot be made.
    #[error("cannot make an IC agent: {0}")]
    Agent(String),
}

const fn default_timeout() -> u64 {
    90
}

impl TryFrom<String> for RootKey {
    type Error = SignerConfigError;

    fn try_from(text: String) -> Result<Self, SignerConfigError> {
        match text.as_str() {
            "mainnet" => Ok(Self::Mainnet),
            "fetch" => Ok(Self::Fetch),
            hex => match hex::decode(hex.trim_start_matches("0x")) {
                Ok(der) if !der.is_empty() => Ok(Self::Der(der)),
                _ => Err(SignerConfigError::RootKey { text }),
            },
        }
    }
}

impl CanisterConfig {
    /// With the mainnet's root key, and the default for the rest.
    pub fn new(url: String, canister: Principal, identity: Secret) -> Self {
        Self {
            url,
            canister,
            identity,
            root_key: RootKey::Mainnet,
            timeout_seconds: default_timeout(),
        }
    }

    pub(super) fn check(&self) -> Result<(), SignerConfigError> {
        let bad = || SignerConfigError::Url {
            url: self.url.clone(),
        };
        let url: reqwest::Url = self.url.parse().map_err(|_| bad())?;
        let host = url
            .host_str()
            .filter(|_| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(bad)?;
        if self.root_key == RootKey::Fetch && !is_here(host) {
            return Err(SignerConfigError::FetchFromAfar {
                host: host.to_owned(),
            });
        }
        if !(1..=3_600).contains(&self.timeout_seconds) {
            return Err(SignerConfigError::Timeout(self.timeout_seconds));
        }
        Ok(())
    }

    pub(super) fn read_identity(&self) -> Result<Arc<dyn Identity>, SignerConfigError> {
        let pem = self.identity.read()?;
        if let Ok(identity) = BasicIdentity::from_pem(&pem) {
            return Ok(Arc::new(identity));
        }
        // What is wrong with it is not told: the text would be that of the key.
        let identity = Secp256k1Identity::from_pem(&pem).map_err(|_| SignerConfigError::Identity)?;
        Ok(Arc::new(identity))
    }
}

/// Whether the host is this machine.
fn is_here(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    is_loopback || host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str, root_key: &str) -> Result<(), SignerConfigError> {
        let identity = Secret::Env("unused".into());
        let mut config = CanisterConfig::new(url.into(), Principal::management_canister(), identity);
        config.root_key = RootKey::try_from(root_key.to_owned())?;
        config.check()
    }

    #[test]
    fn root_key_is_fetched_from_this_machine_only() {
        for here in [
            "http://127.0.0.1:4943",
            "http://[::1]:4943",
            "http://localhost:4943",
        ] {
            config(here, "fetch").unwrap();
        }
        for afar in [
            "https://icp-api.io",
            "http://10.0.0.1",
            "http://localhost.example.com",
        ] {
            let refused = config(afar, "fetch").unwrap_err();
            assert!(
                matches!(refused, SignerConfigError::FetchFromAfar { .. }),
                "{afar}: {refused}"
            );
            config(afar, "mainnet").unwrap();
        }
    }

    #[test]
    fn what_is_no_key_or_url_is_refused() {
        let mut der = String::from("0x");
        der.push_str("30");
        config("https://icp-api.io", &der).unwrap();
        for (url, key) in [
            ("https://icp-api.io", "zz"),
            ("https://icp-api.io", ""),
            ("ftp://icp-api.io", "mainnet"),
            ("", "mainnet"),
        ] {
            config(url, key).unwrap_err();
        }
    }
}
