//! A settlement of the settlement program on Solana.
//!
//! | module | holds |
//! |---|---|
//! | [`config`] | what an operator configures |
//! | [`rpc`] | what is asked of a node |
//! | `stage` | where a batch stands, by its accounts |
//! | `ended` | how one ended, by its events |
//! | `layout`, `instructions`, `chunks` | what a batch's transactions are made of |
//! | `tables`, `slots`, `prepare` | lookup tables and ledgers, before a batch is opened |
//! | `steps`, `plan`, `sessions`, `price`, `transaction` | from what is left to do to a signed transaction |
//! | `refusal`, `landing` | what became of it |

mod chunks;
mod config;
mod ended;
mod instructions;
mod landing;
mod layout;
mod plan;
mod prepare;
mod price;
mod refusal;
pub mod rpc;
mod sessions;
mod slots;
mod stage;
mod steps;
mod tables;
mod transaction;

pub use config::{Prices, SolanaConfig, SolanaConfigError};
pub(crate) use stage::head;

use super::{Chain, ChainError, Landing, Planned, Progress, SignedBatch, Step};
use async_trait::async_trait;
use instructions::Calls;
use layout::{Layout, Layouts};
use novate_bindings::solana::address::settlement::batch as batch_address;
use prepare::{Task, Tasks};
use rpc::{Level, Rpc, RpcError};
use slots::Slots;
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;
use stage::{CLOCK, Snapshot, Stage};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::{Arc, Mutex, PoisonError},
};
use tables::Pool;

/// The payer's lookup tables.
#[derive(Debug, Default)]
struct Known {
    tables: BTreeSet<Address>,
    /// The node was asked for all of them.
    searched: bool,
}

/// One settlement on Solana.
///
/// What it keeps in memory follows from the chain, and is read again after a restart.
pub struct Solana {
    rpc: Arc<dyn Rpc>,
    /// The settlement's config account.
    settlement: Address,
    payer: Keypair,
    prices: Prices,
    layouts: Layouts,
    /// Ledgers that are open. None is ever closed.
    ledgers: Mutex<HashSet<Address>>,
    tables: Mutex<Known>,
    pool: Mutex<Option<Arc<Pool>>>,
    slots: Slots,
    /// What was to be prepared when a batch was looked at last, by the batch's account.
    tasks: Mutex<BTreeMap<Address, Tasks>>,
}

impl Solana {
    /// Reads the payer's key; nothing is asked of the node yet.
    ///
    /// # Errors
    /// [`SolanaConfigError`].
    pub fn new(config: &SolanaConfig) -> Result<Self, SolanaConfigError> {
        let client = rpc::Client::new(config.rpc.clone(), config.timeout());
        let (settlement, prices) = (config.settlement()?, config.prices()?);
        Ok(Self::over(Arc::new(client), settlement, config.payer()?, prices))
    }

    /// The same over a node that is reached in another way.
    pub fn over(rpc: Arc<dyn Rpc>, settlement: Address, payer: Keypair, prices: Prices) -> Self {
        Self {
            rpc,
            settlement,
            payer,
            prices,
            layouts: Layouts::default(),
            ledgers: Mutex::default(),
            tables: Mutex::default(),
            pool: Mutex::default(),
            slots: Slots::default(),
            tasks: Mutex::default(),
        }
    }

    /// How many lookup tables the payer has for this settlement, and how many addresses are in them.
    ///
    /// # Errors
    /// [`ChainError::Unavailable`]
    pub async fn lookup_tables(&self) -> Result<(usize, usize), ChainError> {
        Ok(self.read_pool().await?.size())
    }

    fn payer_address(&self) -> Address {
        self.payer.pubkey()
    }

    fn calls<'a>(&self, layout: &'a Layout) -> Calls<'a> {
        Calls {
            settlement: self.settlement,
            payer: self.payer_address(),
            layout,
        }
    }

    /// Settlement, clock and batch, as of one confirmed slot.
    async fn snapshot(&self, layout: &Layout) -> Result<Snapshot, ChainError> {
        self.snapshot_at(layout.address).await
    }

    async fn snapshot_at(&self, batch: Address) -> Result<Snapshot, ChainError> {
        let addresses = [self.settlement, CLOCK, batch];
        let accounts = self
            .rpc
            .accounts(&addresses, Level::Confirmed)
            .await
            .map_err(unavailable)?;
        Snapshot::read(&self.settlement, accounts).map_err(ChainError::Unavailable)
    }

    fn note_tasks(&self, layout: &Layout, tasks: Tasks) {
        let mut noted = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        // Of other batches there is nothing to be prepared any more, or it is looked for again.
        noted.retain(|batch, _| *batch == layout.address);
        noted.insert(layout.address, tasks);
    }

    fn noted_task(&self, layout: &Layout, number: u32) -> Option<Task> {
        let noted = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        noted.get(&layout.address)?.get(&number).cloned()
    }

    fn note_table(&self, table: Address) {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.tables.insert(table);
    }

    fn taken_tables(&self) -> BTreeSet<Address> {
        let tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.tables.clone()
    }

    /// Forgets what the chain was thought to hold.
    fn forget(&self) {
        self.ledgers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        *self.pool.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.tables
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .searched = false;
    }
}

#[async_trait]
impl Chain for Solana {
    async fn progress(&self, batch: &SignedBatch) -> Result<Progress, ChainError> {
        let layout = self.layouts.of(batch).await;
        let snapshot = self.snapshot(&layout).await?;
        let stage = snapshot.stage(&batch.header).map_err(ChainError::Unavailable)?;
        let vanished = || ChainError::Unavailable("the batch's account is not there: ask again".into());
        Ok(match stage {
            Stage::Over => ended::progress(&*self.rpc, &self.settlement, &layout).await?,
            Stage::Absent => {
                let tasks = self.tasks(&layout).await?;
                let mut steps = Vec::new();
                if let Some(tasks) = tasks {
                    steps.extend(tasks.keys().map(|number| Step::Prepare(*number)));
                    if steps.is_empty() {
                        steps.push(Step::Open);
                    }
                    self.note_tasks(&layout, tasks);
                }
                Progress::Absent { steps }
            }
            Stage::NotNext { opened } => Progress::NotNext { opened },
            Stage::Waiting { apply_from } => Progress::Waiting {
                apply_from: u64::try_from(apply_from).unwrap_or_default(),
            },
            Stage::Paused => Progress::Paused,
            Stage::Conflict(reason) => Progress::Conflict { reason },
            Stage::Applying => {
                let opened = snapshot.batch.ok_or_else(vanished)?;
                let steps = self.applying(&layout, &opened).await?;
                Progress::Applying { steps }
            }
            Stage::TakingBack => {
                let opened = snapshot.batch.ok_or_else(vanished)?;
                let steps = self.taking_back(&layout, &opened).await?;
                Progress::TakingBack { steps }
            }
        })
    }

    async fn opened(&self) -> Result<(u64, u64), ChainError> {
        // Any batch will do.
        let snapshot = self.snapshot_at(batch_address(&self.settlement, 0)).await?;
        Ok((
            snapshot.config.opened,
            u64::try_from(snapshot.now).unwrap_or_default(),
        ))
    }

    async fn check(&self, batch: &SignedBatch, step: &Step) -> Result<(), ChainError> {
        self.checked(batch, step).await
    }

    async fn plan(
        &self,
        batch: &SignedBatch,
        step: &Step,
        replaces: Option<&Planned>,
    ) -> Result<Planned, ChainError> {
        self.planned(batch, step, replaces).await
    }

    async fn send(&self, planned: &Planned) -> Result<(), ChainError> {
        let signature = self
            .rpc
            .send(&planned.raw)
            .await
            .map_err(unavailable)?
            .to_string();
        match signature == planned.id {
            true => Ok(()),
            false => Err(ChainError::Unavailable(format!(
                "the node answered for {signature} when it was sent {}",
                planned.id
            ))),
        }
    }

    async fn landing(&self, planned: &Planned) -> Result<Landing, ChainError> {
        landing::landing(&*self.rpc, planned).await
    }
}

fn unavailable(error: RpcError) -> ChainError {
    ChainError::Unavailable(error.to_string())
}
