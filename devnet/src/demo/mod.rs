//! The demo flow: a little of everything, on all three chains.

pub mod batch;
pub mod claims;
pub mod clearing;
pub mod evm;
pub mod names;
pub mod replay;
pub mod solana;

use crate::{deploy::Deployment, report::Report};
use anyhow::{Context, Result};
use std::time::Instant;

/// Runs the flow once. Every step checks its own result on the chain. `base` is the address of the API. Returns an intent
/// that was not sent.
pub async fn run(at: &Deployment, base: &str, report: &mut Report) -> Result<clearing::Sent> {
    let start = Instant::now();
    let ((on_evm, refused_on_evm, evm_keys), (on_solana, refused_on_solana, solana_keys)) =
        tokio::try_join!(evm::run(at), solana::run(at))?;
    report.settled.extend([on_evm, on_solana]);
    report.refused.extend([refused_on_evm, refused_on_solana]);
    report.phase("contracts and programs", start);

    let start = Instant::now();
    let (cleared, another) = clearing::run(at, base, evm_keys, solana_keys)
        .await
        .context("clearing")?;
    report.cleared.extend(cleared);
    report.phase("clearing of intents", start);

    let start = Instant::now();
    report.names.push(names::run(at).await.context("names")?);
    report.phase("names", start);

    let start = Instant::now();
    claims::claims(at).await?;
    report.phase("claims", start);

    let start = Instant::now();
    replay::replay(&at.evm_rpc, &at.evm).await?;
    report.phase("replay of real transfers", start);
    Ok(another)
}
