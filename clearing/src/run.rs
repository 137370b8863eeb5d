//! From a configuration to a service that runs.

use crate::{
    chain::{
        Chain,
        evm::{Evm, EvmConfigError},
        solana::{Solana, SolanaConfigError},
    },
    config::{ChainConfig, Clearing, SettlementPlan},
    context::machine_clock,
    failpoint::{Hook, pass},
    service::Service,
    settlement::Settlement,
    signer::{Canister, SignerConfigError},
    state::{Follower, FollowerConfig},
    store::{self, StoreError, settlements},
};
use novate_blobs::Replicas;
use novate_catalog::Finality;
use sqlx::PgPool;
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How often the index is looked at when it says nothing.
const FOLLOW: Duration = Duration::from_millis(500);

/// Why the service cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stores of blobs.
    #[error("clearing.blobs: {0}")]
    Blobs(#[from] novate_blobs::StoreError),
    /// The signer.
    #[error("clearing.signer: {0}")]
    Signer(#[from] SignerConfigError),
    /// An EVM settlement.
    #[error("clearing.settlements, {settlement}: {cause}")]
    Evm {
        /// Its name.
        settlement: String,
        /// What is wrong.
        cause: EvmConfigError,
    },
    /// A Solana settlement.
    #[error("clearing.settlements, {settlement}: {cause}")]
    Solana {
        /// Its name.
        settlement: String,
        /// What is wrong.
        cause: SolanaConfigError,
    },
}

impl Clearing {
    /// Brings the schemas `clearing` and `blobs` to this program's version.
    ///
    /// # Errors
    /// [`RunError`]
    pub async fn migrate(&self, pool: &PgPool) -> Result<(), RunError> {
        store::migrate(pool).await?;
        Ok(novate_blobs::migrate(pool).await?)
    }

    /// Opens the stores of blobs.
    ///
    /// # Errors
    /// [`RunError::Blobs`] names the key.
    pub fn open_blobs(&self) -> Result<Replicas, RunError> {
        // An empty path is no folder.
        let folder = PathBuf::from(".").join(&self.folder);
        Ok(self.blobs.open(&folder, |name| std::env::var(name).ok())?)
    }

    /// The service, on a database that is migrated. The states of its settlements are followed until `cancel`.
    ///
    /// # Errors
    /// [`RunError`]
    pub async fn service(
        &self,
        pool: PgPool,
        hook: Hook,
        cancel: &CancellationToken,
    ) -> Result<Service, RunError> {
        let blobs = Arc::new(self.open_blobs()?);
        let signer = Arc::new(Canister::new(&self.signer)?);
        let mut settlements = Vec::new();
        for plan in &self.settlements {
            let chain = plan.connect()?;
            let id = settlements::register(&pool, &plan.name, plan.chain_id, &plan.address).await?;
            let follower = plan.follow(pool.clone(), cancel.clone());
            settlements.push(Arc::new(plan.settlement(id, chain, follower)));
        }
        Ok(Service {
            pool,
            settlements,
            signer,
            blobs,
            hook,
            clock: machine_clock,
        })
    }
}

impl SettlementPlan {
    /// What the index knows of it, followed until `cancel`.
    pub fn follow(&self, pool: PgPool, cancel: CancellationToken) -> Follower {
        Follower::start(pool, self.indexed(), cancel)
    }

    /// Where in the index it is, and which blocks count.
    pub fn indexed(&self) -> FollowerConfig {
        FollowerConfig {
            settlement: self.name.clone(),
            network: self.network.clone(),
            scheme: self.scheme,
            address: self.address,
            contract: self.contract.clone(),
            sessions: self.sessions.clone(),
            finality: Finality::Confirmed,
            session_margin: self.session_margin,
            poll: FOLLOW,
        }
    }

    /// Its chain. Nothing is asked of a node yet.
    ///
    /// # Errors
    /// [`RunError::Evm`], [`RunError::Solana`]
    pub fn connect(&self) -> Result<Arc<dyn Chain>, RunError> {
        let settlement = || self.name.clone();
        Ok(match &self.chain {
            ChainConfig::Evm(config) => {
                Arc::new(Evm::new(config.clone()).map_err(|cause| RunError::Evm {
                    settlement: settlement(),
                    cause,
                })?)
            }
            ChainConfig::Solana(config) => {
                Arc::new(Solana::new(config).map_err(|cause| RunError::Solana {
                    settlement: settlement(),
                    cause,
                })?)
            }
        })
    }

    fn settlement(&self, id: i16, chain: Arc<dyn Chain>, follower: Follower) -> Settlement {
        Settlement {
            id,
            name: self.name.clone(),
            scheme: self.scheme,
            chain_id: self.chain_id,
            address: self.address,
            fees: self.fees,
            allowed: self.allowed.clone(),
            limits: self.limits,
            skew: self.skew,
            pace: self.pace,
            chain,
            state: Arc::new(follower),
        }
    }
}

/// Migrates, and clears until `cancel`; a second instance stands by.
///
/// # Errors
/// [`RunError`], at the beginning only.
pub async fn run(clearing: &Clearing, pool: PgPool, cancel: CancellationToken) -> Result<(), RunError> {
    clearing.migrate(&pool).await?;
    clearing.service(pool, pass, &cancel).await?.run(cancel).await;
    Ok(())
}
