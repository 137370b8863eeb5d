//! From what is written to what is meant.

use super::{
    ChainConfig, Clearing, ClearingConfig, ClearingConfigError, DriverConfig, Network, SettlementConfig,
    SettlementPlan, Windows,
};
use crate::{
    batch_maker::{Allowed, Limits, Skew},
    secret::Secret,
    settlement::Pace,
};
use novate_netting::Fees;
use novate_protocol::{
    ids::{Asset, Owner},
    intent::Scheme,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::Path, time::Duration};

impl ClearingConfig {
    /// Parses what is text, and looks up networks and contracts. `folder` is that of the file, `contracts` are names with those of
    /// their networks.
    ///
    /// # Errors
    /// [`ClearingConfigError`]
    pub fn resolve(
        self,
        folder: &Path,
        networks: &[Network],
        contracts: &[(String, String)],
    ) -> Result<Clearing, ClearingConfigError> {
        if self.settlements.is_empty() {
            return Err(ClearingConfigError::NoSettlement);
        }
        let mut taken = BTreeSet::new();
        let mut signer = self.signer;
        signer.identity = beside(folder, signer.identity);
        let settlements = self.settlements.into_iter().map(|settlement| {
            let problem = |key, problem: String| ClearingConfigError::Settlement {
                settlement: settlement.name.clone(),
                key,
                problem,
            };
            if !taken.insert(settlement.name.clone()) {
                return Err(problem("name", "is that of another one too: rename one".into()));
            }
            settlement
                .resolve(folder, networks, contracts)
                .map_err(|(key, text)| problem(key, text))
        });
        Ok(Clearing {
            folder: folder.to_owned(),
            signer,
            blobs: self.blobs,
            intake: self.intake,
            sign_in_domains: self.sign_in_domains,
            settlements: settlements.collect::<Result<_, _>>()?,
        })
    }
}

/// A key, and what is wrong with it.
type Wrong = (&'static str, String);

impl SettlementConfig {
    fn resolve(
        &self,
        folder: &Path,
        networks: &[Network],
        contracts: &[(String, String)],
    ) -> Result<SettlementPlan, Wrong> {
        let network = networks.iter().find(|network| network.name == self.network);
        let network = network.ok_or_else(|| {
            (
                "network",
                format!(
                    "is {:?}, which no [[networks]] has: add it, or name another",
                    self.network
                ),
            )
        })?;
        let scheme = match network.kind.as_str() {
            "evm" => Scheme::Eip712,
            "solana" => Scheme::Ed25519,
            kind => {
                let problem = format!(
                    "{:?} is of kind {kind}: name one of kind evm or solana",
                    self.network
                );
                return Err(("network", problem));
            }
        };
        for (key, name) in [("contract", &self.contract), ("sessions", &self.sessions)] {
            if !contracts
                .iter()
                .any(|(contract, on)| contract == name && *on == self.network)
            {
                let problem = format!(
                    "is {name:?}, which no [[contracts]] on {} has: add it",
                    self.network
                );
                return Err((key, problem));
            }
        }
        let address = parse(scheme, &self.address).map_err(|problem| ("address", problem))?;
        let owner = parse(scheme, &self.fees.owner).map_err(|problem| ("fees.owner", problem))?;
        if owner == address {
            return Err((
                "fees.owner",
                "is the settlement, where fees would be lost: name an account".into(),
            ));
        }
        for (key, bps) in [
            ("fees.pay_bps", self.fees.pay_bps),
            ("fees.sale_bps", self.fees.sale_bps),
        ] {
            if bps > Fees::MAX_BPS {
                return Err((key, format!("is {bps}: give at most {}", Fees::MAX_BPS)));
            }
        }
        if self.relayer.as_ref() == Some(&self.payer) {
            return Err((
                "relayer",
                "is the payer's key: name another one, or both would send with the same nonces".into(),
            ));
        }
        let assets = |key, addresses: &[String]| {
            let parsed = addresses.iter().map(|address| parse(scheme, address).map(Asset));
            parsed
                .collect::<Result<_, _>>()
                .map_err(|problem| (key, format!("has one that {problem}")))
        };
        Ok(SettlementPlan {
            name: self.name.clone(),
            network: self.network.clone(),
            contract: self.contract.clone(),
            sessions: self.sessions.clone(),
            scheme,
            chain_id: self.chain_id,
            address,
            relayer: self.relayer.clone().map(|secret| beside(folder, secret)),
            relayer_grants_per_day: self.relayer_grants_per_day,
            fees: Fees {
                owner: Owner(owner),
                pay_bps: self.fees.pay_bps,
                sale_bps: self.fees.sale_bps,
            },
            allowed: Allowed {
                assets: assets("assets", &self.assets)?,
                collections: assets("collections", &self.collections)?,
            },
            limits: self.windows.limits(scheme)?,
            skew: self.windows.skew(),
            session_margin: self.windows.session_margin_seconds,
            pace: self.driver.pace()?,
            chain: self.chain(scheme, folder, &network.rpc)?,
        })
    }

    fn chain(&self, scheme: Scheme, folder: &Path, rpc: &[String]) -> Result<ChainConfig, Wrong> {
        let payer = match beside(folder, self.payer.clone()) {
            Secret::Env(name) => json!({ "env": name }),
            Secret::File(path) => json!({ "file": path }),
        };
        let own = match scheme {
            Scheme::Eip712 => json!({
                "rpc": rpc, "chain_id": self.chain_id, "settlement": self.address, "key": payer
            }),
            Scheme::Ed25519 => json!({
                "rpc": rpc.first(), "settlement": self.address, "payer": payer
            }),
        };
        let mut all = self.chain.clone();
        let Value::Object(own) = own else {
            return Err(("chain", "is no table".into()));
        };
        if let Some(key) = own.keys().find(|key| all.contains_key(*key)) {
            return Err((
                "chain",
                format!("has the key {key}, which follows from the others: leave it out"),
            ));
        }
        all.extend(own);
        let wrong = |error: serde_json::Error| ("chain", error.to_string());
        let all = Value::Object(all);
        Ok(match scheme {
            Scheme::Eip712 => ChainConfig::Evm(serde_json::from_value(all).map_err(wrong)?),
            Scheme::Ed25519 => ChainConfig::Solana(serde_json::from_value(all).map_err(wrong)?),
        })
    }
}

impl Windows {
    fn limits(&self, scheme: Scheme) -> Result<Limits, Wrong> {
        let within = |key, value: u64, most: u64| match value {
            1.. if value <= most => Ok(()),
            _ => Err((key, format!("is {value}: give 1 to {most}"))),
        };
        within("windows.seconds", self.seconds, 3_000)?;
        within("windows.min_intents", self.min_intents, self.max_intents)?;
        // A blob holds them, with all that they name.
        within("windows.max_intents", self.max_intents, 200_000)?;
        within("windows.max_in_flight", self.max_in_flight, 8)?;
        within("windows.max_deltas", self.max_deltas as u64, 20_000)?;
        within("windows.max_items", self.max_items as u64, 20_000)?;
        within("windows.max_skew_seconds", self.max_skew_seconds, 600)?;
        within(
            "windows.session_margin_seconds",
            self.session_margin_seconds,
            86_400,
        )?;
        Ok(Limits {
            window_seconds: self.seconds,
            quiet_seconds: self.quiet_seconds,
            min_intents: self.min_intents,
            max_intents: self.max_intents,
            max_in_flight: self.max_in_flight,
            max_deltas: self.max_deltas,
            max_items: self.max_items,
            // What the chains settle in one batch.
            max_assets: match scheme {
                Scheme::Ed25519 => 32,
                Scheme::Eip712 => 256,
            },
        })
    }

    fn skew(&self) -> Skew {
        Skew {
            max: self.max_skew_seconds,
            max_chain_lag: self.max_chain_lag_seconds,
            max_index_lag: self.max_index_lag_seconds,
        }
    }
}

impl DriverConfig {
    fn pace(&self) -> Result<Pace, Wrong> {
        for (key, value) in [
            ("driver.poll_ms", self.poll_ms),
            ("driver.slow_seconds", self.slow_seconds),
            ("driver.resend_seconds", self.resend_seconds),
            ("driver.replace_seconds", self.replace_seconds),
            ("driver.parallel", self.parallel as u64),
        ] {
            if !(1..=86_400).contains(&value) {
                return Err((key, format!("is {value}: give 1 to 86400")));
            }
        }
        Ok(Pace {
            poll: Duration::from_millis(self.poll_ms),
            slow: Duration::from_secs(self.slow_seconds),
            resend: Duration::from_secs(self.resend_seconds),
            replace: Duration::from_secs(self.replace_seconds),
            hold_seconds: self.hold_seconds,
            parallel: self.parallel,
        })
    }
}

/// An address as people write it, as headers have it.
fn parse(scheme: Scheme, text: &str) -> Result<[u8; 32], String> {
    let bytes = match scheme {
        Scheme::Eip712 => {
            let address: Option<alloy::primitives::Address> = text.parse().ok();
            address.map(|address| Owner::from_evm(address.into_array()).0)
        }
        Scheme::Ed25519 => {
            let bytes = bs58::decode(text).into_vec().ok();
            bytes.and_then(|bytes| bytes.try_into().ok())
        }
    };
    let kind = match scheme {
        Scheme::Eip712 => "an EVM address: give 20 bytes in hexadecimal, with 0x",
        Scheme::Ed25519 => "a Solana address: give 32 bytes in base58",
    };
    match bytes {
        Some(bytes) if bytes != [0; 32] => Ok(bytes),
        Some(_) => Err("is zero: give an address".into()),
        None => Err(format!("is {text:?}, and not {kind}")),
    }
}

fn beside(folder: &Path, secret: Secret) -> Secret {
    match secret {
        Secret::File(path) => Secret::File(folder.join(path)),
        env => env,
    }
}
