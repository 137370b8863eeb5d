//! Every owner grants a session; somebody without gas grants one by signature, and its key ends it.

use crate::deploy::evm::{EvmDeployment, mined};
use alloy::{
    network::Ethereum,
    primitives::{Address, U256, aliases::U96},
    providers::{Provider, RootProvider},
    signers::{SignerSync, local::PrivateKeySigner},
};
use anyhow::{Context, Result, ensure};
use novate_bindings::evm::SessionKeys::{self, Grant, Limit};

/// What a session may spend in an hour, in base units, and in its life.
const AMOUNT: u64 = 50_000;
const LIFETIME: u64 = 200_000;
/// How long a session lives, in seconds.
pub const LIFE: u64 = 24 * 3600;
const HOUR: u32 = 3600;
/// What the keys may sign: PAY, LIST, BUY and CANCEL.
const ACTIONS: u8 = 1 + 2 + 4 + 8;

/// The session keys that the owners granted, in the order of the owners. The settlement may charge them.
pub type Sessions = [PrivateKeySigner; 3];

/// Grants the sessions.
pub async fn run(rpc: &RootProvider<Ethereum>, at: &EvmDeployment) -> Result<Sessions> {
    let contract = SessionKeys::new(at.sessions, rpc);
    let expires = u32::try_from(now(rpc).await? + LIFE)?;
    let keys = at.owners.map(|_| PrivateKeySigner::random());
    for (owner, key) in at.owners.into_iter().zip(&keys) {
        grant(rpc, at, owner, key.address(), expires).await?;
    }
    without_gas(rpc, at, expires)
        .await
        .context("a session by signature")?;

    let [owner, ..] = at.owners;
    let [key, ..] = &keys;
    let left = contract
        .remaining(at.settlement, owner, key.address(), at.token)
        .call()
        .await?;
    ensure!(
        left == U96::from(AMOUNT),
        "a new session may spend {left}, expected {AMOUNT}"
    );
    Ok(keys)
}

/// Grants a session of `owner` to `key`.
pub async fn grant(
    rpc: &RootProvider<Ethereum>,
    at: &EvmDeployment,
    owner: Address,
    key: Address,
    expires: u32,
) -> Result<()> {
    let contract = SessionKeys::new(at.sessions, rpc);
    let grant = contract.grant(key, at.settlement, ACTIONS, expires, vec![limit(at)]);
    let sent = grant.from(owner).send().await.context("granting a session")?;
    mined(rpc, sent).await?;
    Ok(())
}

/// An owner who has nothing signs a grant, which somebody else submits. Then the session is revoked by its key.
async fn without_gas(rpc: &RootProvider<Ethereum>, at: &EvmDeployment, expires: u32) -> Result<()> {
    let contract = SessionKeys::new(at.sessions, rpc);
    let (owner, [key, ..]) = (PrivateKeySigner::random(), at.owners);
    let grant = Grant {
        owner: owner.address(),
        key,
        consumer: at.settlement,
        actions: ACTIONS,
        expires,
        limits: vec![limit(at)],
        epoch: 0,
        nonce: U256::ZERO,
        deadline: expires.into(),
    };
    let digest = contract.digestOf(grant.clone()).call().await?;
    let signature = owner.sign_hash_sync(&digest)?.as_bytes();
    let granted = contract.grantBySig(grant, signature.into()).from(at.admin);
    mined(rpc, granted.send().await.context("granting")?).await?;
    let allows = contract.allows(at.settlement, owner.address(), key, ACTIONS);
    ensure!(allows.call().await?, "the session that was granted is none");
    let revoked = contract.revoke(at.settlement, owner.address(), key).from(key);
    mined(rpc, revoked.send().await.context("revoking")?).await?;
    ensure!(!allows.call().await?, "the session that was revoked goes on");
    Ok(())
}

fn limit(at: &EvmDeployment) -> Limit {
    Limit {
        asset: at.token,
        amount: U96::from(AMOUNT),
        lifetime: U96::from(LIFETIME),
        period: HOUR,
    }
}

/// Time of the last block, in Unix seconds.
pub async fn now(rpc: &RootProvider<Ethereum>) -> Result<u64> {
    let block = rpc.get_block_by_number(Default::default()).await?;
    Ok(block.context("a chain without blocks")?.header.timestamp)
}
