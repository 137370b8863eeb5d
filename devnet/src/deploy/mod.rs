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

/// Deploys on all three chains. The signer comes first: its threshold address is the authority on EVM.
pub async fn deploy(stack: &Stack) -> Result<Deployment> {
    let icp = icp::deploy(&stack.ic).await.context("deploying on the IC node")?;
    let evm_rpc = evm::provider(&stack.anvil.url())?;
    let solana_rpc = solana::Client::new(stack.solana.rpc_url(), stack.solana.payer().insecure_clone());
    let (evm, solana) = tokio::join!(
        evm::deploy(&evm_rpc, icp.evm_address),
        deploy_solana(&stack.solana, &solana_rpc)
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

async fn deploy_solana(node: &SolanaNode, client: &solana::Client) -> Result<solana::SolanaDeployment> {
    for program in solana::PROGRAMS {
        node.deploy(program.id, program.so)?;
    }
    solana::deploy(client)
        .await
        .context("deploying on the Solana node")
}
