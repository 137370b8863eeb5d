//! Cumulative rewards: a distribution is created, funded and published, and one of its accounts is paid.

use super::{mint, sessions::now};
use crate::deploy::evm::{EvmDeployment, mined};
use alloy::{
    network::Ethereum,
    primitives::{B256, U256},
    providers::RootProvider,
};
use anyhow::{Context, Result, ensure};
use novate_bindings::evm::{RewardDistributor, RewardToken};
use novate_protocol::{ids::Owner, leaf::RewardLeaf, merkle::Tree};

/// What each owner has earned, in base units.
const EARNED: [u128; 3] = [100, 250, 400];
/// Until the distribution's deadline, in seconds.
const LIFE: u64 = 7 * 24 * 3600;
/// Who is paid.
const PAID: usize = 1;

/// Pays the second owner, whoever submits the claim.
pub async fn run(rpc: &RootProvider<Ethereum>, at: &EvmDeployment) -> Result<()> {
    let (token, distributor) = (
        RewardToken::new(at.token, rpc),
        RewardDistributor::new(at.distributor, rpc),
    );
    let (salt, deadline) = (B256::repeat_byte(1), now(rpc).await? + LIFE);
    let create = distributor
        .createDistribution(salt, at.admin, deadline)
        .from(at.admin);
    let id = create.call().await.context("creating a distribution")?;
    mined(rpc, create.send().await?).await?;

    let total: u128 = EARNED.iter().sum();
    mint(rpc, at, at.admin, u64::try_from(total)?).await?;
    let amount = U256::from(total);
    mined(
        rpc,
        token
            .approve(at.distributor, amount)
            .from(at.admin)
            .send()
            .await?,
    )
    .await?;
    let fund = distributor.fund(id, amount).from(at.admin).send().await;
    mined(rpc, fund.context("funding it")?).await?;

    let leaves: Vec<RewardLeaf> = at
        .owners
        .into_iter()
        .zip(EARNED)
        .map(|(owner, cumulative)| RewardLeaf {
            distribution: id.0,
            account: Owner(owner.into_word().0),
            cumulative,
        })
        .collect();
    let tree = Tree::new(leaves.iter().map(RewardLeaf::hash).collect());
    let publish = distributor
        .publishRoot(id, tree.root().into(), amount, 1)
        .from(at.admin)
        .send()
        .await;
    mined(rpc, publish.context("publishing its root")?).await?;

    let (account, earned) = (at.owners[PAID], EARNED[PAID]);
    let proof = tree
        .proof(PAID)
        .context("no such leaf")?
        .into_iter()
        .map(B256::from);
    let before = token.balanceOf(account).call().await?;
    let claim = distributor
        .claimMerkle(id, account, earned, proof.collect())
        .from(at.admin)
        .send()
        .await;
    mined(rpc, claim.context("claiming")?).await?;
    let paid = token.balanceOf(account).call().await? - before;
    ensure!(
        paid == U256::from(earned),
        "the claim paid {paid}, expected {earned}"
    );
    Ok(())
}
