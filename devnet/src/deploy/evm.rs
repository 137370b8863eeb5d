//! The EVM contracts on anvil, deployed and called from its unlocked accounts, so that no key or nonce is kept here.

use alloy::{
    network::Ethereum,
    primitives::{Address, U256},
    providers::{PendingTransactionBuilder, Provider, ProviderBuilder, RootProvider},
    rpc::types::TransactionReceipt,
};
use anyhow::{Context, Result, bail, ensure};
use novate_bindings::{
    artifacts,
    evm::{
        OrderRegistry, RewardDistributor, RewardToken, SessionKeys,
        Settlement::{self, Limits},
        StakingRewards::{self, Tier},
    },
};
use std::time::{Duration, Instant};

/// Longest wait for a transaction to be mined.
const MINED: Duration = Duration::from_secs(10);

/// More than every value in the replayed transfers together, and far below the largest ledger.
const CAP: U256 = U256::from_limbs([0, 0, 1, 0]);

/// A day's windows would do for real value; the demo does not wait so long.
const LIMITS: Limits = Limits {
    challengeWindow: 1,
    settleWindow: 3_600,
    escapeDelay: 86_400,
    authorityDelay: 86_400,
    maxIntents: 100_000,
    maxDeltas: 10_000,
    maxItems: 1_000,
};

/// Most base units of the token that one batch may debit.
const BATCH_LIMIT: u128 = 1_000_000;

/// How long added rewards flow, in seconds.
const REWARDS_DURATION: u64 = 3_600;

/// Without a lock, and with one of a week for twice the rewards.
const TIERS: [Tier; 2] = [
    Tier {
        lock: 0,
        multiplier: 10_000,
    },
    Tier {
        lock: 7 * 24 * 3_600,
        multiplier: 20_000,
    },
];

/// Addresses of the contracts and the accounts that the demo flow uses.
#[derive(Clone, Debug)]
pub struct EvmDeployment {
    /// The token that users deposit and rewards are paid in.
    pub token: Address,
    pub settlement: Address,
    pub distributor: Address,
    pub sessions: Address,
    pub orders: Address,
    /// Stake and rewards are the token.
    pub staking: Address,
    /// A second ERC-20, on which real transfers are replayed.
    pub replay: Address,
    /// Owner, guardian and minter of all of them.
    pub admin: Address,
    pub owners: [Address; 3],
}

/// A contract, as it is followed.
pub struct Contract {
    /// In the configuration; its tables begin with it.
    pub name: &'static str,
    pub address: Address,
    /// `{ contractName, abi, bytecode }`
    pub artifact: &'static str,
}

impl EvmDeployment {
    /// Every contract that is indexed.
    pub fn contracts(&self) -> [Contract; 7] {
        let contract = |name, address, artifact| Contract {
            name,
            address,
            artifact,
        };
        [
            contract("reward_token", self.token, artifacts::REWARD_TOKEN_JSON),
            contract("replay_token", self.replay, artifacts::REWARD_TOKEN_JSON),
            contract("evm_settlement", self.settlement, artifacts::SETTLEMENT_JSON),
            contract("evm_session_keys", self.sessions, artifacts::SESSION_KEYS_JSON),
            contract("order_registry", self.orders, artifacts::ORDER_REGISTRY_JSON),
            contract("evm_staking", self.staking, artifacts::STAKING_REWARDS_JSON),
            contract(
                "reward_distributor",
                self.distributor,
                artifacts::REWARD_DISTRIBUTOR_JSON,
            ),
        ]
    }
}

/// A provider that leaves nonce, gas and signature to the node.
pub fn provider(url: &str) -> Result<RootProvider<Ethereum>> {
    let url = url
        .parse()
        .with_context(|| format!("the EVM node's URL {url:?}"))?;
    Ok(ProviderBuilder::new()
        .disable_recommended_fillers()
        .connect_http(url))
}

/// Deploys the contracts with `signer`, the threshold address, as settlement authority and voucher signer.
pub async fn deploy(rpc: &RootProvider<Ethereum>, signer: Address) -> Result<EvmDeployment> {
    let accounts = rpc.get_accounts().await.context("listing anvil's accounts")?;
    ensure!(
        accounts.len() >= 4,
        "anvil has {} accounts, the demo flow needs 4",
        accounts.len()
    );
    let admin = accounts[0];
    let owners = [accounts[1], accounts[2], accounts[3]];

    let token = deploy_token(rpc, admin, "Novate Reward", "NVT").await?;
    let replay = deploy_token(rpc, admin, "Replayed transfers", "REPLAY").await?;
    let sessions = SessionKeys::deploy_builder(rpc).from(admin).send().await;
    let sessions = created(rpc, sessions.context("deploying SessionKeys")?).await?;
    let settlement = Settlement::deploy_builder(rpc, admin, admin, signer, sessions, LIMITS)
        .from(admin)
        .send()
        .await;
    let settlement = created(rpc, settlement.context("deploying Settlement")?).await?;
    let distributor = RewardDistributor::deploy_builder(rpc, token, admin, admin, signer)
        .from(admin)
        .send()
        .await;
    let distributor = created(rpc, distributor.context("deploying RewardDistributor")?).await?;
    let limited = Settlement::new(settlement, rpc)
        .setBatchLimit(token, BATCH_LIMIT)
        .from(admin)
        .send()
        .await;
    mined(rpc, limited.context("setting the batch limit")?).await?;
    let orders = OrderRegistry::deploy_builder(rpc, settlement)
        .from(admin)
        .send()
        .await;
    let orders = created(rpc, orders.context("deploying OrderRegistry")?).await?;
    let duration = U256::from(REWARDS_DURATION);
    let staking =
        StakingRewards::deploy_builder(rpc, token, token, admin, admin, admin, duration, TIERS.to_vec())
            .from(admin)
            .send()
            .await;
    let staking = created(rpc, staking.context("deploying StakingRewards")?).await?;
    Ok(EvmDeployment {
        token,
        settlement,
        distributor,
        sessions,
        orders,
        staking,
        replay,
        admin,
        owners,
    })
}

async fn deploy_token(
    rpc: &RootProvider<Ethereum>,
    admin: Address,
    name: &str,
    symbol: &str,
) -> Result<Address> {
    let token = RewardToken::deploy_builder(rpc, name.to_owned(), symbol.to_owned(), CAP, admin)
        .from(admin)
        .send()
        .await;
    let address = created(
        rpc,
        token.with_context(|| format!("deploying RewardToken {symbol}"))?,
    )
    .await?;
    let token = RewardToken::new(address, rpc);
    let minter = token.MINTER_ROLE().call().await?;
    mined(rpc, token.grantRole(minter, admin).from(admin).send().await?).await?;
    Ok(address)
}

async fn created(rpc: &RootProvider<Ethereum>, sent: PendingTransactionBuilder<Ethereum>) -> Result<Address> {
    mined(rpc, sent)
        .await?
        .contract_address
        .context("the transaction created no contract")
}

/// The receipt of a transaction that was just sent, if it did what it was sent for. anvil mines within milliseconds.
pub async fn mined(
    rpc: &RootProvider<Ethereum>,
    sent: PendingTransactionBuilder<Ethereum>,
) -> Result<TransactionReceipt> {
    let hash = *sent.tx_hash();
    let deadline = Instant::now() + MINED;
    while Instant::now() < deadline {
        if let Some(receipt) = rpc
            .get_transaction_receipt(hash)
            .await
            .context("asking for a receipt")?
        {
            ensure!(receipt.status(), "EVM transaction {hash} was reverted");
            return Ok(receipt);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    bail!("EVM transaction {hash} was not mined within {MINED:?}")
}
