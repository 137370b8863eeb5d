//! The canister signs for three completed orders; anybody proves one of them.

use crate::{
    demo::batch::signed,
    deploy::{Deployment, evm::mined},
};
use alloy::{primitives::B256, providers::Provider};
use anyhow::{Context, Result, ensure};
use novate_bindings::{
    evm::OrderRegistry::{self, OrderRef},
    icp::Chain,
};
use novate_protocol::{keccak::keccak256, leaf::OrderLeaf, merkle::Tree, order::OrderCheckpoint};

/// The first checkpoint of the registry.
const NUMBER: u64 = 1;
/// The order that is proved.
const PROVED: usize = 1;

/// Checkpoints the orders and proves one; under another index it is none.
pub async fn run(at: &Deployment) -> Result<()> {
    let leaves = [0u32, 1, 2].map(|index| OrderLeaf {
        index,
        order_id: keccak256(&[b"demo order on EVM", &index.to_le_bytes()]),
    });
    let tree = Tree::new(leaves.iter().map(OrderLeaf::hash).collect());
    let chain = at.evm_rpc.get_chain_id().await?;
    let checkpoint = OrderCheckpoint {
        chain,
        settlement: at.evm.orders.into_word().0,
        number: NUMBER,
        root: tree.root(),
        order_count: leaves.len() as u32,
    };
    let signature = signed::checkpoint(&at.icp, Chain::Evm(chain), &checkpoint).await?;
    let registry = OrderRegistry::new(at.evm.orders, &at.evm_rpc);
    let kept = OrderRegistry::OrderCheckpoint {
        chain: checkpoint.chain,
        settlement: checkpoint.settlement.into(),
        number: checkpoint.number,
        root: checkpoint.root.into(),
        orderCount: checkpoint.order_count,
    };
    let kept = registry.checkpoint(kept, signature.into()).from(at.evm.admin);
    mined(&at.evm_rpc, kept.send().await.context("a checkpoint of orders")?).await?;

    let proof: Vec<B256> = tree
        .proof(PROVED)
        .context("no such order")?
        .into_iter()
        .map(B256::from)
        .collect();
    let order = |index: u32| OrderRef {
        number: NUMBER,
        index,
        id: leaves[PROVED].order_id.into(),
    };
    let index = leaves[PROVED].index;
    let proved = registry.isCompleted(order(index), proof.clone()).call().await?;
    ensure!(proved, "an order under the root is not proved");
    let elsewhere = registry.isCompleted(order(index + 1), proof).call().await?;
    ensure!(!elsewhere, "an order is proved at an index that is not its own");
    Ok(())
}
