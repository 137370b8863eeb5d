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
    evm::{RewardDistributor, RewardToken, Settlement},
};
use std::time::{Duration, Instant};

/// Longest wait for a transaction to be mined.
const MINED: Duration = Duration::from_secs(10);

/// More than every value in the replayed transfers together, and far below the largest ledger.
const CAP: U256 = U256::from_limbs([0, 0, 1, 0]);

/// Addresses of the contracts and the accounts that the demo flow uses.
#[derive(Clone, Debug)]
pub struct EvmDeployment {
    /// The token that users deposit and rewards are paid in.
    pub token: Address,
    pub settlement: Address,
    pub distributor: Address,
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
    pub fn contracts(&self) -> [Contract; 4] {
        let contract = |name, address, artifact| Contract {
            name,
            address,
            artifact,
        };
        [
            contract("reward_token", self.token, artifacts::REWARD_TOKEN_JSON),
            contract("replay_token", self.replay, artifacts::REWARD_TOKEN_JSON),
            contract("evm_settlement", self.settlement, artifacts::SETTLEMENT_JSON),
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
    let settlement = Settlement::deploy_builder(rpc, admin, admin, signer)
        .from(admin)
        .send()
        .await;
    let settlement = created(rpc, settlement.context("deploying Settlement")?).await?;
    let distributor = RewardDistributor::deploy_builder(rpc, token, admin, admin, signer)
        .from(admin)
        .send()
        .await;
    let distributor = created(rpc, distributor.context("deploying RewardDistributor")?).await?;
    Ok(EvmDeployment {
        token,
        settlement,
        distributor,
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
