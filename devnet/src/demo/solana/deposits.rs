//! Three owners deposit, one withdraws.

use crate::deploy::solana::{Client, SolanaDeployment, tokens};
use anyhow::{Context, Result, ensure};
use novate_bindings::solana::settlement::accounts::Vault;
use solana_signer::Signer;

/// What each owner is given, in base units.
const MINTED: u64 = 1_000_000;
const DEPOSITS: [u64; 3] = [250_000, 500_000, 1_000_000];
const WITHDRAWAL: u64 = 100_000;

/// Mints, deposits and withdraws, and checks the vault that the program then holds.
pub async fn run(client: &Client, at: &SolanaDeployment) -> Result<()> {
    let flows = at.owners.iter().zip(DEPOSITS).map(async |(owner, amount)| {
        let key = owner.pubkey();
        client
            .send(&at.fund(client.payer(), key, MINTED)?, &[])
            .await
            .context("funding an owner on Solana")?;
        client
            .send(&[at.deposit(key, amount)], &[owner])
            .await
            .context("deposit on Solana")
    });
    futures_util::future::try_join_all(flows).await?;
    let [owner, ..] = &at.owners;
    client
        .send(&[at.withdraw(owner.pubkey(), WITHDRAWAL)], &[owner])
        .await
        .context("withdraw on Solana")?;

    let expected: u64 = DEPOSITS.iter().sum::<u64>() - WITHDRAWAL;
    let vault: Vault = client.read(&at.vault).await?;
    ensure!(
        vault.total == expected,
        "ledgers on Solana sum to {}, expected {expected}",
        vault.total
    );
    let held = tokens::amount(client, &at.vault_tokens).await?;
    ensure!(
        held >= vault.total,
        "the Solana vault holds {held}, less than its ledgers' {}",
        vault.total
    );
    Ok(())
}
