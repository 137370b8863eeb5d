//! The EVM part of the flow, a file per theme. Every step checks on the chain what it has done.

mod batch;
mod deposits;
mod merkle;
mod orders;
pub mod sessions;
mod staking;

pub use deposits::mint;

use crate::{deploy::Deployment, report::Settled};
use anyhow::{Context, Result};
use sessions::Sessions;

/// Runs all of it. Returns the batch that was settled, why another was refused, and the owners' sessions.
pub async fn run(at: &Deployment) -> Result<(Settled, String, Sessions)> {
    deposits::deposits(&at.evm_rpc, &at.evm)
        .await
        .context("deposits on EVM")?;
    let sessions = sessions::run(&at.evm_rpc, &at.evm)
        .await
        .context("sessions on EVM")?;
    staking::run(&at.evm_rpc, &at.evm)
        .await
        .context("staking on EVM")?;
    orders::run(at).await.context("orders on EVM")?;
    merkle::run(&at.evm_rpc, &at.evm)
        .await
        .context("Merkle rewards on EVM")?;
    let (settled, refused) = batch::run(at, &sessions).await.context("a batch on EVM")?;
    Ok((settled, refused, sessions))
}
