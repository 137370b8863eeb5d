//! The canister signs for three completed orders; anybody proves one of them.

use crate::{
    demo::batch::signed,
    deploy::{
        icp::IcpDeployment,
        solana::{Client, INSTRUCTIONS, LOCAL_CHAIN, SYSTEM, SolanaDeployment, call},
    },
};
use anyhow::{Context, Result};
use novate_bindings::{
    icp::Chain,
    solana::{
        address::settlement as address,
        settlement::{
            ID as PROGRAM,
            client::{accounts, args},
            types::OrderCompletedArgs,
        },
    },
};
use novate_protocol::{keccak::keccak256, leaf::OrderLeaf, merkle::Tree, order::OrderCheckpoint};

/// The first checkpoint of the settlement.
const NUMBER: u64 = 1;
/// The order that is proved.
const PROVED: usize = 1;

/// Checkpoints the orders and proves one.
pub async fn run(client: &Client, at: &SolanaDeployment, icp: &IcpDeployment) -> Result<()> {
    let leaves = [0u32, 1, 2].map(|index| OrderLeaf {
        index,
        order_id: keccak256(&[b"demo order", &index.to_le_bytes()]),
    });
    let tree = Tree::new(leaves.iter().map(OrderLeaf::hash).collect());
    let checkpoint = OrderCheckpoint {
        chain: LOCAL_CHAIN,
        settlement: at.config.to_bytes(),
        number: NUMBER,
        root: tree.root(),
        order_count: leaves.len() as u32,
    };
    let orders = address::orders(&at.config, NUMBER);
    let keep = accounts::CheckpointOrders {
        payer: client.payer(),
        config: at.config,
        orders,
        instructions: INSTRUCTIONS,
        system_program: SYSTEM,
    };
    let signature = signed::checkpoint(icp, Chain::Solana(LOCAL_CHAIN), &checkpoint).await?;
    let kept = [
        at.signed(&checkpoint.solana_message(), &signature)?,
        call(PROGRAM, keep, args::CheckpointOrders {}),
    ];
    client.send(&kept, &[]).await.context("a checkpoint of orders")?;

    let proved = OrderCompletedArgs {
        order_id: leaves[PROVED].order_id,
        index: leaves[PROVED].index,
        proof: tree.proof(PROVED).context("no such order")?,
    };
    let prove = call(
        PROGRAM,
        accounts::OrderCompleted { orders },
        args::OrderCompleted { args: proved },
    );
    client.send(&[prove], &[]).await.context("proving an order")?;
    Ok(())
}
