//! The signer canister on the local IC node.

use alloy::primitives::Address as EvmAddress;
use anyhow::{Context, Result, anyhow};
use candid::{CandidType, Decode, Encode, Nat, Principal};
use devnet_nodes::IcNode;
use ic_agent::{Agent, Identity, identity::BasicIdentity};
use novate_bindings::{
    artifacts,
    icp::{Distributor, InitArgs, Refusal, Role},
};
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use solana_address::Address as SolanaAddress;

/// Enough for some hundred thousand local signatures.
const CYCLES: u128 = 1_000_000_000_000_000_000;
/// Threshold keys as local nodes have them.
const KEY_NAME: &str = "dfx_test_key";
/// Most base units that one claim may pay.
const MAX_CLAIM: u64 = 1_000_000;

/// The canister, and an agent of its administrator, who may also ask for claims.
pub struct IcpDeployment {
    pub signer: Principal,
    pub agent: Agent,
    pub evm_address: EvmAddress,
    pub solana_address: SolanaAddress,
}

/// Installs the signer and learns its threshold addresses.
pub async fn deploy(node: &IcNode) -> Result<IcpDeployment> {
    let identity = BasicIdentity::from_raw_key(&[7; 32]);
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

    let evm: String = update(&agent, signer, "evm_address", Encode!()?).await?;
    let solana: String = update(&agent, signer, "solana_address", Encode!()?).await?;
    let granted: Result<(), Refusal> = update(
        &agent,
        signer,
        "set_role",
        Encode!(&admin, &Role::Claimer, &true)?,
    )
    .await?;
    granted.map_err(|refusal| anyhow!("granting the claimer's role: {refusal:?}"))?;
    Ok(IcpDeployment {
        signer,
        agent,
        evm_address: evm
            .parse()
            .with_context(|| format!("the signer's EVM address {evm:?}"))?,
        solana_address: solana
            .parse()
            .with_context(|| format!("the signer's Solana address {solana:?}"))?,
    })
}

impl IcpDeployment {
    /// Lets claims of `distributor` be signed.
    pub async fn allow(&self, chain_id: u64, distributor: EvmAddress) -> Result<()> {
        let distributor = Distributor {
            chain_id,
            address: ByteBuf::from(distributor.to_vec()),
            max_amount: Nat::from(MAX_CLAIM),
        };
        let allowed: Result<(), Refusal> = self.update("allow_distributor", Encode!(&distributor)?).await?;
        allowed.map_err(|refusal| anyhow!("the signer refused the distributor: {refusal:?}"))
    }

    /// Calls an update method of the signer and decodes its one answer.
    pub async fn update<T: CandidType + DeserializeOwned>(&self, method: &str, arg: Vec<u8>) -> Result<T> {
        update(&self.agent, self.signer, method, arg).await
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
