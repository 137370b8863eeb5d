//! The routes' needs, from the configuration.

use super::{Clearing, Settlement};
use crate::sign_in::nonces::{self, Nonces};
use alloy::signers::local::PrivateKeySigner;
use novate_clearing::{
    config::{self, ChainConfig, SettlementPlan},
    grants::{EvmGrants, Grants, Relayer, SolanaGrants},
    intake::{self, Intake},
    receipts::Receipts,
    secret::{Secret, SecretError},
    state::Sessions,
    store::{self, StoreError},
};
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// Connections of the intake, how long one is waited for, and how long a statement may take.
const CONNECTIONS: u32 = 16;
const ACQUIRE: Duration = Duration::from_secs(2);
const STATEMENT: &str = "10s";

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
    /// The relayer's account is one that the clearing service sends from.
    #[error(
        "clearing.settlements, {settlement}: relayer is the account {address}, which pays for the transactions of {payer}: give \
         another key, or both send with the same nonces"
    )]
    Shared {
        /// Its name.
        settlement: String,
        /// The relayer's.
        address: alloy::primitives::Address,
        /// Whose payer it is.
        payer: String,
    },
    /// A URL that cannot be one.
    #[error(
        "clearing.settlements, {settlement}: the network's first URL is none: correct it in [[networks]]"
    )]
    Url {
        /// Its name.
        settlement: String,
    },
}

impl Clearing {
    /// Begins to take intents as the section `[clearing]` says. Brings the schemas that it writes to this version. What the index
    /// knows of sessions is followed until `cancel`. The relayers' keys are read, and payers' where this process may, to see that they differ; no
    /// canister is asked.
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
                grants: grants(plan, &config.settlements, pool)?,
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
            intake: Intake::start(own(pool), taken.collect(), config.intake.clone()),
            settlements: settlements.into(),
            receipts: Receipts::new(pool),
            nonces: Nonces::new(pool.clone()),
            domains: config.sign_in_domains.clone().into(),
        })
    }
}

/// Connections of the intake alone: what the indexer does with its own holds up no intent, nor the other way round.
fn own(pool: &PgPool) -> PgPool {
    let options = (*pool.connect_options())
        .clone()
        .application_name("novate-intake")
        .options([("statement_timeout", STATEMENT)]);
    PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE)
        .connect_lazy_with(options)
}

fn grants(plan: &SettlementPlan, all: &[SettlementPlan], pool: &PgPool) -> Result<Grants, OpenError> {
    let settlement = || plan.name.clone();
    match &plan.chain {
        ChainConfig::Evm(config) => {
            // Its text is not repeated: it may hold a key.
            let rpc = config.rpc.first().and_then(|url| url.parse().ok());
            let rpc = rpc.ok_or_else(|| OpenError::Url {
                settlement: settlement(),
            })?;
            let relayer = plan.relayer.as_ref().map(|secret| -> Result<Relayer, OpenError> {
                let text = secret.read().map_err(|cause| OpenError::Secret {
                    settlement: settlement(),
                    cause,
                })?;
                let key = text.parse().map_err(|_| OpenError::Key {
                    settlement: settlement(),
                })?;
                unshared(plan, all, &key)?;
                Ok(Relayer {
                    key,
                    pool: pool.clone(),
                    per_day: plan.relayer_grants_per_day,
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

/// That no settlement's payer is this relayer, as far as their keys can be read here.
fn unshared(
    plan: &SettlementPlan,
    all: &[SettlementPlan],
    relayer: &PrivateKeySigner,
) -> Result<(), OpenError> {
    let payer = |secret: &Secret| secret.read().ok()?.parse::<PrivateKeySigner>().ok();
    for other in all {
        let ChainConfig::Evm(config) = &other.chain else {
            continue;
        };
        if payer(&config.key).is_some_and(|payer| payer.address() == relayer.address()) {
            return Err(OpenError::Shared {
                settlement: plan.name.clone(),
                address: relayer.address(),
                payer: other.name.clone(),
            });
        }
    }
    Ok(())
}
