//! The canisters on the local IC node.

use alloy::primitives::Address as EvmAddress;
use anyhow::{Context, Result, anyhow};
use candid::{CandidType, Decode, Encode, Nat, Principal};
use devnet_nodes::IcNode;
use ic_agent::{Agent, Identity, identity::BasicIdentity};
use novate_bindings::{
    artifacts,
    icp::{AssetLimit, Chain, Distributor, InitArgs, Refusal, Registry, Role, Settlement, names},
};
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use solana_address::Address as SolanaAddress;

/// Enough for some hundred thousand local signatures.
const CYCLES: u128 = 1_000_000_000_000_000_000;
/// Cycles that the operator may spend on them.
const CREDITS: u128 = CYCLES / 2;
/// Threshold keys as local nodes have them.
const KEY_NAME: &str = "dfx_test_key";
/// Most base units that one claim may pay.
const MAX_CLAIM: u64 = 1_000_000;

/// Most base units of an asset that one batch may debit.
pub const MAX_BATCH: u64 = 1_000_000;
/// The most that all batches of a day may.
const MAX_DAY: u64 = 10_000_000;

/// Key of the canisters' administrator, who is an operator of the signer as well: PKCS#8 of an Ed25519 key whose seed is all
/// sevens.
pub const OPERATOR: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH
-----END PRIVATE KEY-----
";

/// What the demo flow asks to be signed.
pub struct Policy {
    /// Chain id and address.
    pub distributor: (u64, EvmAddress),
    /// Chain, address as the chain has it, and the asset that batches may debit.
    pub settlements: Vec<(Chain, Vec<u8>, [u8; 32])>,
    /// Chain, and address as the chain has it.
    pub registries: Vec<(Chain, Vec<u8>)>,
}

/// The canisters, and an agent of their administrator, who may also ask for signatures.
pub struct IcpDeployment {
    pub signer: Principal,
    pub names: Principal,
    pub agent: Agent,
    pub evm_address: EvmAddress,
    pub solana_address: SolanaAddress,
}

/// Installs the canisters and learns its threshold addresses.
pub async fn deploy(node: &IcNode) -> Result<IcpDeployment> {
    let identity = BasicIdentity::from_pem(OPERATOR).context("the administrator's key")?;
    let admin = identity
        .sender()
        .map_err(|e| anyhow!("the administrator's identity: {e}"))?;
    let agent = node.agent(identity)?;
    let signer = node.create_canister(&agent, CYCLES).await?;
    let init = Encode!(&InitArgs {
        admin,
        key_name: KEY_NAME.into()
    })?;
    node.install(&agent, signer, artifacts::SIGNER_WASM, init)
        .await
        .context("installing the signer")?;

    let names = node.create_canister(&agent, CYCLES).await?;
    let init = Encode!(&names::interface::InitArgs { admin })?;
    node.install(&agent, names, artifacts::NAMES_WASM, init)
        .await
        .context("installing names")?;

    let evm: String = update(&agent, signer, "evm_address", Encode!()?).await?;
    let solana: String = update(&agent, signer, "solana_address", Encode!()?).await?;
    let deployment = IcpDeployment {
        signer,
        names,
        agent,
        evm_address: evm
            .parse()
            .with_context(|| format!("the signer's EVM address {evm:?}"))?,
        solana_address: solana
            .parse()
            .with_context(|| format!("the signer's Solana address {solana:?}"))?,
    };
    deployment
        .administer("set_role", Encode!(&admin, &Role::Operator, &true)?)
        .await?;
    let granted: Result<Nat, Refusal> = deployment
        .update("grant_credits", Encode!(&admin, &Nat::from(CREDITS))?)
        .await?;
    granted.context("the signer refused to grant credits")?;
    Ok(deployment)
}

impl IcpDeployment {
    /// Lets what the demo flow asks for be signed: claims of the distributor, batches of the
    /// settlements, and checkpoints of the registries.
    pub async fn allow(&self, policy: Policy) -> Result<()> {
        let distributor = Distributor {
            chain_id: policy.distributor.0,
            address: ByteBuf::from(policy.distributor.1.to_vec()),
            max_amount: Nat::from(MAX_CLAIM),
            max_per_day: None,
        };
        self.administer("allow_distributor", Encode!(&distributor)?)
            .await?;
        for (chain, settlement, asset) in policy.settlements {
            let limit = AssetLimit {
                asset: ByteBuf::from(asset),
                max_per_batch: Nat::from(MAX_BATCH),
                max_per_day: Nat::from(MAX_DAY),
            };
            let settlement = Settlement {
                chain,
                address: ByteBuf::from(settlement),
                assets: vec![limit],
                max_deltas: 10_000,
                max_items: 1_000,
                max_intents: 100_000,
                next_sequence: None,
                hours: None,
                collections: None,
                max_items_per_day: None,
            };
            self.administer("allow_settlement", Encode!(&settlement)?).await?;
        }
        for (chain, registry) in policy.registries {
            let registry = Registry {
                chain,
                address: ByteBuf::from(registry),
                max_orders: 1_000,
                next_number: None,
            };
            self.administer("allow_registry", Encode!(&registry)?).await?;
        }
        Ok(())
    }

    /// Calls a method of the signer that answers with nothing or a refusal.
    async fn administer(&self, method: &str, arg: Vec<u8>) -> Result<()> {
        let done: Result<(), Refusal> = self.update(method, arg).await?;
        done.with_context(|| format!("the signer refused {method}"))
    }

    /// Calls an update method of the signer and decodes its one answer.
    pub async fn update<T: CandidType + DeserializeOwned>(&self, method: &str, arg: Vec<u8>) -> Result<T> {
        self.call(self.signer, method, arg).await
    }

    /// Calls an update method of a canister and decodes its one answer.
    pub async fn call<T: CandidType + DeserializeOwned>(
        &self,
        canister: Principal,
        method: &str,
        arg: Vec<u8>,
    ) -> Result<T> {
        update(&self.agent, canister, method, arg).await
    }

    /// The canisters by their names in the configuration, each with the schema of its blocks.
    pub fn canisters(&self) -> [(&'static str, Principal, &'static str); 2] {
        [
            ("signer", self.signer, artifacts::SIGNER_ICRC3),
            ("names", self.names, artifacts::NAMES_ICRC3),
        ]
    }
}

async fn update<T: CandidType + DeserializeOwned>(
    agent: &Agent,
    canister: Principal,
    method: &str,
    arg: Vec<u8>,
) -> Result<T> {
    let call = agent.update(&canister, method).with_arg(arg).call_and_wait();
    let reply = call
        .await
        .with_context(|| format!("calling {method} of {canister}"))?;
    Decode!(&reply, T).with_context(|| format!("the answer of {method}"))
}
