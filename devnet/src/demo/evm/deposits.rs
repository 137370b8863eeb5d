//! The EVM part of the flow: three owners deposit, one withdraws.

use crate::deploy::evm::{EvmDeployment, mined};
use alloy::{
    network::Ethereum,
    primitives::{Address, U256},
    providers::RootProvider,
};
use anyhow::{Context, Result, ensure};
use novate_bindings::evm::{RewardToken, Settlement};

/// What each owner is given; the first deposits a quarter of it, the second a half, the third all.
const MINTED: u64 = 1_000_000;
const DEPOSITS: [u64; 3] = [250_000, 500_000, 1_000_000];
const WITHDRAWAL: u64 = 100_000;

/// Mints, deposits and withdraws, and checks the ledgers that the contract then holds.
pub async fn deposits(rpc: &RootProvider<Ethereum>, at: &EvmDeployment) -> Result<()> {
    let token = RewardToken::new(at.token, rpc);
    let settlement = Settlement::new(at.settlement, rpc);
    for (owner, amount) in at.owners.into_iter().zip(DEPOSITS) {
        mint(rpc, at, owner, MINTED).await?;
        let amount = U256::from(amount);
        mined(
            rpc,
            token.approve(at.settlement, amount).from(owner).send().await?,
        )
        .await?;
        let deposit = settlement.deposit(at.token, amount).from(owner).send().await;
        mined(rpc, deposit.context("deposit on EVM")?).await?;
    }
    let [owner, ..] = at.owners;
    let withdraw = settlement
        .withdraw(at.token, U256::from(WITHDRAWAL), owner)
        .from(owner)
        .send()
        .await;
    mined(rpc, withdraw.context("withdraw on EVM")?).await?;

    let expected: u64 = DEPOSITS.iter().sum::<u64>() - WITHDRAWAL;
    let total = settlement.totalLedgers(at.token).call().await?;
    let held = token.balanceOf(at.settlement).call().await?;
    ensure!(
        total == U256::from(expected),
        "ledgers on EVM sum to {total}, expected {expected}"
    );
    ensure!(
        held >= total,
        "the EVM vault holds {held}, less than its ledgers' {total}"
    );
    Ok(())
}

/// Mints `amount` base units of the reward token to `to`.
pub async fn mint(rpc: &RootProvider<Ethereum>, at: &EvmDeployment, to: Address, amount: u64) -> Result<()> {
    let mint = RewardToken::new(at.token, rpc)
        .mint(to, U256::from(amount))
        .from(at.admin)
        .send()
        .await;
    mined(rpc, mint.context("minting the reward token")?).await?;
    Ok(())
}
