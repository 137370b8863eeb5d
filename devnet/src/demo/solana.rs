//! The Solana part of the flow: three owners deposit, one withdraws.

use crate::deploy::solana::{Client, SolanaDeployment};
use anchor_spl::token::spl_token;
use anyhow::{Context, Result, ensure};
use novate_bindings::solana::settlement::accounts::Vault;
use solana_signer::Signer;

/// What each owner is given, in base units.
const MINTED: u64 = 1_000_000;
const DEPOSITS: [u64; 3] = [250_000, 500_000, 1_000_000];
const WITHDRAWAL: u64 = 100_000;

/// Mints, deposits and withdraws, and checks the vault that the program then holds.
pub async fn deposits(client: &Client, at: &SolanaDeployment) -> Result<()> {
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
    let vault = client
        .rpc
        .get_account_data(&at.vault)
        .await
        .context("reading the vault")?;
    let vault: Vault = anchor_lang::AccountDeserialize::try_deserialize(&mut vault.as_slice())?;
    ensure!(
        vault.total == expected,
        "ledgers on Solana sum to {}, expected {expected}",
        vault.total
    );
    let held = token_amount(client, &at.vault_tokens).await?;
    ensure!(
        held >= vault.total,
        "the Solana vault holds {held}, less than its ledgers' {}",
        vault.total
    );
    Ok(())
}

async fn token_amount(client: &Client, account: &solana_address::Address) -> Result<u64> {
    use anchor_lang::solana_program::program_pack::Pack;
    let data = client
        .rpc
        .get_account_data(account)
        .await
        .context("reading a token account")?;
    Ok(spl_token::state::Account::unpack(&data)?.amount)
}
