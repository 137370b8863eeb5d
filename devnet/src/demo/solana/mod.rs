//! The Solana part of the flow, a file per theme. Every step checks on the chain what it has done.

mod batch;
mod deposits;
pub mod items;
mod market;
mod orders;
mod rewards;
pub mod sessions;
mod staking;

use crate::{
    deploy::{
        Deployment,
        solana::{Client, SolanaDeployment},
    },
    report::Settled,
};
use anyhow::{Context, Result};
use novate_bindings::solana::settlement::accounts::Ledger;
use sessions::Sessions;
use solana_signer::Signer;

/// Runs all of it. Returns the batch that was settled, why another was refused, and the owners' sessions.
pub async fn run(deployment: &Deployment) -> Result<(Settled, String, Sessions)> {
    let Deployment {
        solana_rpc: client,
        solana: at,
        icp,
        ..
    } = deployment;
    deposits::run(client, at).await.context("deposits on Solana")?;
    let settlement = async {
        let sessions = sessions::run(client, at).await.context("sessions")?;
        market::run(client, at).await.context("market")?;
        let (settled, refused) = batch::run(client, at, icp, &sessions).await.context("a batch")?;
        anyhow::Ok((settled, refused, sessions))
    };
    let (settled, (), (), ()) = tokio::try_join!(
        settlement,
        async { orders::run(client, at, icp).await.context("orders") },
        async { staking::run(client, at).await.context("staking") },
        async { rewards::run(client, at).await.context("rewards") },
    )?;
    Ok(settled)
}

/// The ledgers of the owners, in their order, in base units.
async fn balances(client: &Client, at: &SolanaDeployment) -> Result<[i64; 3]> {
    let mut balances = [0; 3];
    for (balance, owner) in balances.iter_mut().zip(&at.owners) {
        let ledger: Ledger = client.read(&at.ledger(&owner.pubkey())).await?;
        *balance = i64::try_from(ledger.balance)?;
    }
    Ok(balances)
}
