//! Owners on anvil, who are many accounts that it signs for.

use super::{HELD, LIMIT, PARALLEL, Party};
use crate::{
    bench::clearing::progress::Progress,
    config,
    demo::{
        clearing::party::{Key, Member},
        evm::sessions::{LIFE, now},
    },
    deploy::{Deployment, evm::mined},
};
use alloy::{
    network::Ethereum,
    primitives::{Address, U256, aliases::U96},
    providers::{Provider, RootProvider},
    signers::local::PrivateKeySigner,
};
use anyhow::{Context, Result, ensure};
use futures_util::{StreamExt, TryStreamExt};
use novate_bindings::evm::{
    RewardToken,
    SessionKeys::{self, Limit},
    Settlement,
};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Scheme, actions},
};

const DAY: u32 = 24 * 3600;
/// Enough for each of an owner's transactions. Estimates would fail: what they build on is not in a block yet.
const GAS: u64 = 300_000;

/// New owners on anvil.
pub async fn on_evm(at: &Deployment, owners: usize) -> Result<Party> {
    let (rpc, evm) = (&at.evm_rpc, &at.evm);
    rpc.raw_request::<_, ()>("anvil_autoImpersonateAccount".into(), (true,))
        .await
        .context("letting anvil sign for everybody")?;
    let expires = u32::try_from(now(rpc).await? + LIFE)?;
    let people: Vec<_> = (0..owners)
        .map(|_| (PrivateKeySigner::random().address(), PrivateKeySigner::random()))
        .collect();
    let token = RewardToken::new(evm.token, rpc);
    let mut progress = Progress::new("owners on EVM", owners);
    // The minter's transactions one after the other: their nonces are given by the node.
    for (owner, _) in &people {
        let minted = token.mint(*owner, U256::from(2 * HELD)).from(evm.admin).gas(GAS);
        let _mined_later = minted.send().await.context("minting")?;
    }
    let mut joined = futures_util::stream::iter(&people)
        .map(|(owner, key)| join_evm(at, *owner, key.address(), expires))
        .buffer_unordered(PARALLEL);
    while joined.try_next().await.context("an owner on EVM")?.is_some() {
        progress.more(1);
    }
    drop(joined);
    let owed = Settlement::new(evm.settlement, rpc)
        .totalLedgers(evm.token)
        .call()
        .await?;
    ensure!(
        owed == U256::from(HELD) * U256::from(owners),
        "ledgers on EVM sum to {owed}"
    );
    let members = people.into_iter().map(|(owner, key)| Member {
        owner: Owner(owner.into_word().0),
        key: Key::Evm(key),
    });
    Ok(Party {
        settlement: config::EVM,
        chain: rpc.get_chain_id().await?,
        address: evm.settlement.into_word().0,
        scheme: Scheme::Eip712,
        asset: Asset(evm.token.into_word().0),
        members: members.collect(),
        wallets: Vec::new(),
    })
}

/// Ether, a deposit and a session. The transactions of one sender are in order; the last one's receipt is waited for.
async fn join_evm(at: &Deployment, owner: Address, key: Address, expires: u32) -> Result<()> {
    let (rpc, evm) = (&at.evm_rpc, &at.evm);
    ether(rpc, owner).await?;
    let token = RewardToken::new(evm.token, rpc);
    let approve = token.approve(evm.settlement, U256::from(HELD));
    let _mined_later = approve.from(owner).gas(GAS).send().await.context("approving")?;
    let settlement = Settlement::new(evm.settlement, rpc);
    let deposit = settlement.deposit(evm.token, U256::from(HELD));
    let _mined_later = deposit.from(owner).gas(GAS).send().await.context("depositing")?;
    let limit = Limit {
        asset: evm.token,
        amount: U96::from(LIMIT),
        lifetime: U96::from(LIMIT),
        period: DAY,
    };
    let actions = u8::try_from(actions::PAY)?;
    let sessions = SessionKeys::new(evm.sessions, rpc);
    let grant = sessions.grant(key, evm.settlement, actions, expires, vec![limit]);
    let granted = grant.from(owner).gas(GAS).send().await;
    mined(rpc, granted.context("granting")?).await?;
    Ok(())
}

/// A thousand ether.
async fn ether(rpc: &RootProvider<Ethereum>, owner: Address) -> Result<()> {
    let much = U256::from(10).pow(U256::from(21));
    rpc.raw_request::<_, ()>("anvil_setBalance".into(), (owner, much))
        .await
        .context("giving ether")
}
