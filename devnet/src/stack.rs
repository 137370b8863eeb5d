//! The three local chains and Postgres, started side by side.

use crate::solana::SolanaNode;
use anyhow::{Context, Result};
use devnet_nodes::{Anvil, AnvilOptions, IcNode, Postgres};
use std::time::Duration;

/// Between blocks without transactions: windows of batches are measured in the time of blocks.
const BLOCK_TIME: Duration = Duration::from_secs(1);

/// Everything that runs beneath the indexer. All of it stops when this is dropped, or when the process dies.
pub struct Stack {
    pub postgres: Postgres,
    pub anvil: Anvil,
    pub ic: IcNode,
    pub solana: SolanaNode,
}

impl Stack {
    /// Starts all four on free ports of the loopback interface.
    pub async fn start() -> Result<Self> {
        let postgres = tokio::task::spawn_blocking(Postgres::start);
        let anvil = tokio::task::spawn_blocking(|| Anvil::start(anvil()));
        let (postgres, anvil, ic, solana) =
            tokio::join!(postgres, anvil, IcNode::start(), SolanaNode::start());
        Ok(Self {
            postgres: postgres?.context("starting Postgres")?,
            anvil: anvil?.context("starting anvil")?,
            ic: ic.context("starting the IC node")?,
            solana: solana?,
        })
    }
}

/// A block for every transaction at once, and one every second; confirmed and final soon.
fn anvil() -> AnvilOptions {
    AnvilOptions {
        block_time: Some(BLOCK_TIME),
        slots_in_an_epoch: Some(1),
        arguments: vec!["--mixed-mining".into()],
        ..AnvilOptions::default()
    }
}
