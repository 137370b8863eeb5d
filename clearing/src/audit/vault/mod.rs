//! Whether a settlement's vault holds what it owes: its tokens against its ledgers at one block, and both against the index.
//!
//! | item | holds |
//! |---|---|
//! | [`vault`] | reads chain and index at one block, and compares |
//! | [`Snapshot`] | what a chain says of the vaults at a block |
//! | [`compare`] | a snapshot against a state of the index, without I/O |

mod compare;
mod error;
mod evm;
mod report;
mod snapshot;
mod solana;

pub use compare::compare;
pub use error::VaultError;
pub use report::{AssetReport, VaultReport};
pub use snapshot::{Snapshot, Vault};

use crate::{
    config::ChainConfig,
    state::{FollowerConfig, Known},
};
use sqlx::PgPool;
use std::time::{Duration, Instant};

/// Longest wait for the index to come to a slot that the node has shown.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at the index.
const POLL: Duration = Duration::from_millis(200);

/// Audits the vaults of a settlement: reads tokens and ledgers from its chain and the state from the index in `pool`, all of them at
/// one block. No key is read.
///
/// On EVM that is the last block that the index is complete to, at the finality in `index`: a node must still have its state. A node
/// of Solana tells the present only, so there it is a confirmed slot of the node's, and the index is waited for; it must not count less
/// than confirmed blocks.
///
/// On EVM the ledgers are those that the index has ever seen, for the contract has no list of them; what others would hold is missing in
/// their sum, which the contract tells. On Solana they are all that the program has.
///
/// # Errors
/// [`VaultError`], when something cannot be asked. What is asked and does not hold is in the report.
pub async fn vault(
    pool: &PgPool,
    index: &FollowerConfig,
    chain: &ChainConfig,
) -> Result<VaultReport, VaultError> {
    let (known, snapshot) = match chain {
        ChainConfig::Evm(config) => {
            let known = reach(pool, index, None).await?;
            let snapshot = evm::read(config, index.address, &known).await?;
            (known, snapshot)
        }
        ChainConfig::Solana(config) => {
            let snapshot = solana::read(config, index.address).await?;
            (reach(pool, index, Some(snapshot.block)).await?, snapshot)
        }
    };
    Ok(compare(&index.settlement, index.scheme, &known.state, &snapshot))
}

/// The index at the end of this block, once it has come to it.
async fn reach(pool: &PgPool, index: &FollowerConfig, block: Option<u64>) -> Result<Known, VaultError> {
    let began = Instant::now();
    loop {
        if let Some(known) = Known::read(pool, index, block).await? {
            return Ok(known);
        }
        if began.elapsed() >= PATIENCE {
            return Err(VaultError::Behind {
                settlement: index.settlement.clone(),
                block: block.unwrap_or(0),
                seconds: PATIENCE.as_secs(),
            });
        }
        tokio::time::sleep(POLL).await;
    }
}
