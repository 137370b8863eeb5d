//! A `Settlement` contract on an EVM chain.
//!
//! | module | holds |
//! |---|---|
//! | `config` | what an operator chooses |
//! | `node`, `finality` | the nodes, and how certain their blocks are |
//! | `state`, `history` | what the contract says of a batch: its storage at one block, and its events |
//! | `progress`, `chunks` | what follows from that, without I/O |
//! | `call`, `fees`, `nonces`, `payer`, `plan` | from a step to a signed transaction |
//! | `landing`, `revert` | what becomes of it, and why it is refused |
//!
//! Times are those of blocks: on a chain that makes none, windows do not pass.

mod call;
mod chunks;
mod config;
mod fees;
mod finality;
mod history;
mod landing;
pub(crate) mod node;
mod nonces;
mod payer;
mod plan;
mod progress;
mod revert;
mod state;

pub use config::{EvmConfig, EvmConfigError};

use super::{Chain, ChainError, Landing, Planned, Progress, SignedBatch, Step};
use alloy::primitives::Address;
use async_trait::async_trait;
use call::Calls;
use chunks::Sizes;
use finality::Finalities;
use history::How;
use node::{Connection, Head, Nodes};
use payer::Payer;
use progress::{Applied, Open, unopened};
use state::{Bits, DELTA_BITS, ITEM_BITS, State};

/// One settlement on one EVM chain.
///
/// It keeps nothing that a restart would lose. Several of them that pay with the same key on the same chain share its nonces
/// by themselves, as long as they are in one process; **two processes must not pay with one key**.
pub struct Evm {
    config: EvmConfig,
    nodes: Nodes,
    payer: Payer,
    finalities: Finalities,
    calls: Calls,
}

impl Evm {
    /// Reads the key, and asks no node yet.
    ///
    /// # Errors
    /// [`EvmConfigError`]
    pub fn new(config: EvmConfig) -> Result<Self, EvmConfigError> {
        config.check()?;
        Ok(Self {
            nodes: Nodes::new(&config)?,
            payer: Payer::new(&config)?,
            finalities: Finalities::new(config.confirmed_depth, config.finalized_depth),
            calls: Calls::default(),
            config,
        })
    }

    /// The account that pays for transactions.
    pub fn payer(&self) -> Address {
        self.payer.address
    }

    /// What became of a batch that was opened: the chain must hold this very one.
    async fn opened_batch(
        &self,
        at: &Connection<'_>,
        batch: &SignedBatch,
        state: &State,
    ) -> Result<Progress, ChainError> {
        let (config, header) = (&self.config, &batch.header);
        let history =
            history::find(at, config.settlement, header, state.head, config.max_block_range).await?;
        if let Some(reason) = history::difference(&history.opened, header) {
            return Ok(Progress::Conflict { reason });
        }
        if header.sequence > state.settled {
            return self.open_batch(at, batch, state).await;
        }
        let end = history
            .end
            .ok_or_else(|| at.nonsense(format!("has no event of how batch {} ended", header.sequence)))?;
        let finality = self.finalities.ask(at, state.head).await?.of(end.block);
        Ok(match end.how {
            How::Settled => Progress::Settled { finality },
            How::Closed { cancelled } => Progress::Closed { cancelled, finality },
            How::Abandoned => Progress::Abandoned,
        })
    }

    async fn open_batch(
        &self,
        at: &Connection<'_>,
        batch: &SignedBatch,
        state: &State,
    ) -> Result<Progress, ChainError> {
        let open = Open::new(batch, state);
        let of = (batch.header.sequence, state.head);
        let settlement = self.config.settlement;
        let applied = Applied {
            deltas: Bits::read(at, settlement, DELTA_BITS, of, open.deltas_in_question()).await?,
            items: Bits::read(at, settlement, ITEM_BITS, of, open.items_in_question()).await?,
        };
        Ok(open.progress(&applied, Sizes::new(&self.config, state.head.gas_limit)))
    }
}

#[async_trait]
impl Chain for Evm {
    async fn progress(&self, batch: &SignedBatch) -> Result<Progress, ChainError> {
        let at = self.nodes.connect().await?;
        let head = at.head().await?;
        let sequence = batch.header.sequence;
        let state = state::read(&at, self.config.settlement, sequence, head).await?;
        if sequence > state.opened {
            return Ok(unopened(sequence, &state));
        }
        self.opened_batch(&at, batch, &state).await
    }

    async fn opened(&self) -> Result<(u64, u64), ChainError> {
        let at = self.nodes.connect().await?;
        let head: Head = at.head().await?;
        let opened = state::opened(&at, self.config.settlement, head).await?;
        Ok((opened, head.timestamp))
    }

    async fn check(&self, batch: &SignedBatch, step: &Step) -> Result<(), ChainError> {
        self.simulate(batch, step).await.map(drop)
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
        self.sent(planned).await
    }

    async fn landing(&self, planned: &Planned) -> Result<Landing, ChainError> {
        self.landed(planned).await
    }
}
