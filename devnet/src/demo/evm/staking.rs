//! An owner stakes, earns and takes everything out again.

use super::mint;
use crate::deploy::evm::{EvmDeployment, mined};
use alloy::{
    network::Ethereum,
    primitives::U256,
    providers::{RootProvider, ext::AnvilApi},
};
use anyhow::{Context, Result, ensure};
use novate_bindings::evm::{RewardToken, StakingRewards};
use std::time::{Duration, Instant};

/// Base units.
const STAKED: u64 = 10_000;
const REWARDS: u64 = 1_000_000;
/// The tier without a lock.
const FLEXIBLE: u8 = 0;
/// Longest wait for the first reward.
const PATIENCE: Duration = Duration::from_secs(10);

/// Funds, stakes, is paid and exits, and checks what arrived.
pub async fn run(rpc: &RootProvider<Ethereum>, at: &EvmDeployment) -> Result<()> {
    let (token, staking) = (
        RewardToken::new(at.token, rpc),
        StakingRewards::new(at.staking, rpc),
    );
    let [owner, ..] = at.owners;
    mint(rpc, at, at.admin, REWARDS).await?;
    let (rewards, staked) = (U256::from(REWARDS), U256::from(STAKED));
    mined(
        rpc,
        token.approve(at.staking, rewards).from(at.admin).send().await?,
    )
    .await?;
    let notify = staking.notifyRewardAmount(rewards).from(at.admin).send().await;
    mined(rpc, notify.context("adding rewards")?).await?;
    mined(rpc, token.approve(at.staking, staked).from(owner).send().await?).await?;
    let before = token.balanceOf(owner).call().await?;
    let stake = staking.stake(FLEXIBLE, staked).from(owner).send().await;
    mined(rpc, stake.context("staking")?).await?;

    let deadline = Instant::now() + PATIENCE;
    while staking.earned(owner, FLEXIBLE).call().await?.is_zero() {
        ensure!(
            Instant::now() < deadline,
            "nothing was earned within {PATIENCE:?}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
        rpc.anvil_mine(Some(1), None).await?;
    }
    let exit = staking.exit(FLEXIBLE).from(owner).send().await;
    mined(rpc, exit.context("exiting")?).await?;
    let after = token.balanceOf(owner).call().await?;
    ensure!(
        after > before,
        "staking brought {before} to {after}, which is no more"
    );
    let left = staking.balanceOf(owner, FLEXIBLE).call().await?;
    ensure!(left.is_zero(), "{left} are still staked");
    Ok(())
}
