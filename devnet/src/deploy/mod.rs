//! Puts everything of Novate on the local chains.

pub mod clearing;
pub mod evm;
pub mod icp;
pub mod solana;

use crate::{solana::SolanaNode, stack::Stack};
use alloy::{network::Ethereum, providers::RootProvider};
use anyhow::{Context, Result};
use novate_bindings::icp::Chain;

/// Where everything is, and how to talk to it.
pub struct Deployment {
    pub evm: evm::EvmDeployment,
    pub evm_rpc: RootProvider<Ethereum>,
    pub solana: solana::SolanaDeployment,
    pub solana_rpc: solana::Client,
    pub icp: icp::IcpDeployment,
    /// Of the clearing service.
    pub accounts: clearing::Accounts,
}

/// Deploys on all three chains. The signer comes first: its threshold addresses are the authority on EVM and on
/// Solana.
pub async fn deploy(stack: &Stack) -> Result<Deployment> {
    let icp = icp::deploy(&stack.ic).await.context("deploying on the IC node")?;
    let evm_rpc = evm::provider(&stack.anvil.url())?;
    let solana_rpc = solana::Client::new(stack.solana.rpc_url(), stack.solana.payer().insecure_clone());
    let (evm, solana) = tokio::join!(
        evm::deploy(&evm_rpc, icp.evm_address),
        deploy_solana(&stack.solana, &solana_rpc, icp.solana_address)
    );
    let evm = evm.context("deploying on anvil")?;
    let solana = solana?;
    icp.allow(policy(stack.anvil.chain_id(), &evm, &solana))
        .await
        .context("setting the signer's policy")?;
    let accounts = clearing::accounts(&stack.anvil, &solana_rpc)
        .await
        .context("the accounts of the clearing service")?;
    Ok(Deployment {
        evm,
        evm_rpc,
        solana,
        solana_rpc,
        icp,
        accounts,
    })
}

/// Batches, checkpoints and claims of what was deployed.
fn policy(chain_id: u64, evm: &evm::EvmDeployment, solana: &solana::SolanaDeployment) -> icp::Policy {
    let (on_evm, on_solana) = (Chain::Evm(chain_id), Chain::Solana(solana::LOCAL_CHAIN));
    let config = solana.config.to_bytes();
    icp::Policy {
        distributor: (chain_id, evm.distributor),
        settlements: vec![
            (on_evm, evm.settlement.to_vec(), evm.token.into_word().0),
            (on_solana, config.to_vec(), solana.mint.to_bytes()),
        ],
        registries: vec![(on_evm, evm.orders.to_vec()), (on_solana, config.to_vec())],
    }
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
