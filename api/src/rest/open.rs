//! The routes' needs, from the configuration.

use super::{Clearing, Settlement};
use crate::sign_in::nonces::{self, Nonces};
use novate_clearing::{
    config::{self, ChainConfig, SettlementPlan},
    grants::{EvmGrants, Grants, SolanaGrants},
    intake::{self, Intake},
    receipts::Receipts,
    secret::SecretError,
    state::Sessions,
    store::{self, StoreError},
};
use sqlx::PgPool;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Why intents cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The schema `accounts` could not be brought to this version.
    #[error("migrating the schema accounts: {0}; was the database written by a newer Novate?")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The relayer's key cannot be read.
    #[error("clearing.settlements, {settlement}: relayer: {cause}")]
    Secret {
        /// Its name.
        settlement: String,
        /// What is wrong.
        cause: SecretError,
    },
    /// The relayer's key is none.
    #[error("clearing.settlements, {settlement}: relayer is no private key: give 32 bytes in hexadecimal")]
    Key {
        /// Its name.
        settlement: String,
    },
    /// A URL that cannot be one.
    #[error("clearing.settlements, {settlement}: the network has no URL that can be used: {url:?}")]
    Url {
        /// Its name.
        settlement: String,
        /// What it is.
        url: String,
    },
}

impl Clearing {
    /// Begins to take intents as the section `[clearing]` says. Brings the schemas that it writes to this version. What the index
    /// knows of sessions is followed until `cancel`. No key but the relayers' is read, and no canister is asked.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn open(
        config: &config::Clearing,
        pool: &PgPool,
        cancel: &CancellationToken,
    ) -> Result<Self, OpenError> {
        store::migrate(pool).await?;
        nonces::migrate(pool).await?;
        let mut settlements = Vec::new();
        for plan in &config.settlements {
            let id = store::settlements::register(pool, &plan.name, plan.chain_id, &plan.address).await?;
            let follower = plan.follow(pool.clone(), cancel.clone());
            settlements.push(Settlement {
                id,
                name: plan.name.clone(),
                chain: plan.chain_id,
                address: plan.address,
                scheme: plan.scheme,
                sessions: Arc::new(follower) as Arc<dyn Sessions>,
                grants: grants(plan)?,
            });
        }
        let taken = settlements.iter().map(|settlement| intake::Settlement {
            id: settlement.id,
            chain: settlement.chain,
            address: settlement.address,
            scheme: settlement.scheme,
            sessions: Arc::clone(&settlement.sessions),
        });
        Ok(Self {
            intake: Intake::start(pool.clone(), taken.collect(), config.intake.clone()),
            settlements: settlements.into(),
            receipts: Receipts::new(pool.clone()),
            nonces: Nonces::new(pool.clone()),
            domains: config.sign_in_domains.clone().into(),
        })
    }
}

fn grants(plan: &SettlementPlan) -> Result<Grants, OpenError> {
    let settlement = || plan.name.clone();
    match &plan.chain {
        ChainConfig::Evm(config) => {
            let url = config.rpc.first().cloned().unwrap_or_default();
            let rpc = url.parse().map_err(|_| OpenError::Url {
                settlement: settlement(),
                url,
            })?;
            let relayer = plan.relayer.as_ref().map(|secret| {
                let text = secret.read().map_err(|cause| OpenError::Secret {
                    settlement: settlement(),
                    cause,
                })?;
                text.parse().map_err(|_| OpenError::Key {
                    settlement: settlement(),
                })
            });
            let relayer = relayer.transpose()?;
            Ok(Grants::Evm(EvmGrants::new(
                rpc,
                config.chain_id,
                config.settlement,
                relayer,
            )))
        }
        ChainConfig::Solana(config) => Ok(Grants::Solana(SolanaGrants::new(
            config.rpc.clone(),
            plan.address.into(),
        ))),
    }
}
