//! The demo flow: a little of everything, on all three chains.

pub mod claims;
pub mod evm;
pub mod replay;
pub mod solana;

use crate::{deploy::Deployment, report::Report};
use anyhow::Result;
use std::time::Instant;

/// Runs the flow once. Every step checks its own result on the chain.
pub async fn run(at: &Deployment, report: &mut Report) -> Result<()> {
    let start = Instant::now();
    tokio::try_join!(
        evm::deposits(&at.evm_rpc, &at.evm),
        solana::run(&at.solana_rpc, &at.solana)
    )?;
    report.phase("deposits, withdrawals and the Solana programs", start);

    let start = Instant::now();
    claims::claims(at).await?;
    report.phase("claims", start);

    let start = Instant::now();
    replay::replay(&at.evm_rpc, &at.evm).await?;
    report.phase("replay of real transfers", start);
    Ok(())
}
