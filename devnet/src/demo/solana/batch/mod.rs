//! One small batch: two owners pay the third, who hands an NFT over.

mod calls;
mod made;

use super::{balances, items, sessions::Sessions};
use crate::deploy::solana::{Client, SolanaDeployment};
use anyhow::{Context, Result, ensure};
use made::{Batch, CHANGES};
use novate_bindings::solana::settlement::accounts::Config;
use solana_signer::Signer;

/// Opens, applies and finalizes the batch, and checks ledgers, NFT and config.
pub async fn run(client: &Client, at: &SolanaDeployment, sessions: &Sessions) -> Result<()> {
    let [buyer, _, seller] = &at.owners;
    let nft = items::bring_in(client, at, seller).await?;
    let before = balances(client, at).await?;
    let config: Config = client.read(&at.config).await?;
    let opened_at = u64::try_from(client.now().await?)?;
    let batch = Batch::new(at, sessions, nft, config.opened + 1, opened_at);

    client
        .send(&batch.open(client.payer()), &[])
        .await
        .context("opening it")?;
    client
        .until(client.now().await? + i64::from(config.challenge_window))
        .await?;
    client
        .send(&[batch.apply_debits()?], &[])
        .await
        .context("applying its debits")?;
    client
        .send(&[batch.apply_item()?], &[])
        .await
        .context("moving its NFT")?;
    client
        .send(&[batch.apply_credits()?], &[])
        .await
        .context("applying its credits")?;
    client
        .send(&[batch.finalize(client.payer())], &[])
        .await
        .context("finalizing it")?;

    let after = balances(client, at).await?;
    let changes: Vec<i64> = after
        .iter()
        .zip(&before)
        .map(|(after, before)| after - before)
        .collect();
    ensure!(
        changes == CHANGES,
        "the ledgers changed by {changes:?}, expected {CHANGES:?}"
    );
    items::require_holder(client, at, &nft, &buyer.pubkey()).await?;
    let config: Config = client.read(&at.config).await?;
    let sequence = batch.header.sequence;
    ensure!(
        config.settled == sequence,
        "batch {} is settled, expected {sequence}",
        config.settled
    );
    Ok(())
}
