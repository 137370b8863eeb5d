//! Puts everything of Novate on the local chains.

pub mod evm;
pub mod icp;
pub mod solana;

use crate::{solana::SolanaNode, stack::Stack};
use alloy::{network::Ethereum, providers::RootProvider};
use anyhow::{Context, Result};

/// Where everything is, and how to talk to it.
pub struct Deployment {
    pub evm: evm::EvmDeployment,
    pub evm_rpc: RootProvider<Ethereum>,
    pub solana: solana::SolanaDeployment,
    pub solana_rpc: solana::Client,
    pub icp: icp::IcpDeployment,
}

/// Deploys on all three chains. The signer comes first: its threshold addresses are the authority on EVM and the
/// proposed one on Solana.
pub async fn deploy(stack: &Stack) -> Result<Deployment> {
    let icp = icp::deploy(&stack.ic).await.context("deploying on the IC node")?;
    let evm_rpc = evm::provider(&stack.anvil.url())?;
    let solana_rpc = solana::Client::new(stack.solana.rpc_url(), stack.solana.payer().insecure_clone());
    let (evm, solana) = tokio::join!(
        evm::deploy(&evm_rpc, icp.evm_address),
        deploy_solana(&stack.solana, &solana_rpc, icp.solana_address)
    );
    let evm = evm.context("deploying on anvil")?;
    icp.allow(stack.anvil.chain_id(), evm.distributor)
        .await
        .context("allowing the distributor")?;
    Ok(Deployment {
        evm,
        evm_rpc,
        solana: solana?,
        solana_rpc,
        icp,
    })
}

async fn deploy_solana(
    node: &SolanaNode,
    client: &solana::Client,
    threshold: solana_address::Address,
) -> Result<solana::SolanaDeployment> {
    for program in solana::PROGRAMS {
        node.deploy(program.id, program.so)?;
    }
    solana::deploy(client, threshold)
        .await
        .context("deploying on the Solana node")
}
