use novate_protocol::leaf::OrderLeaf;
use novate_protocol::merkle::Tree;
use novate_protocol::order::OrderCheckpoint;
use program_testing::substitution::STRANGER;
use program_testing::{SYSTEM_PROGRAM, ed25519};
use settlement::instructions::OrderCompletedArgs;
use settlement::seeds::ORDERS_SEED;
use settlement::{accounts, instruction as call};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use super::{elsewhere, of};
use crate::world::*;

fn orders_of(world: &World, number: u64) -> Address {
    derive(&[ORDERS_SEED, world.config.as_ref(), &number.to_le_bytes()])
}

/// A checkpoint of one order: the authority's signature, and the call of whoever pays for it.
fn checkpoint(world: &World, number: u64, order_id: [u8; 32], payer: &Keypair) -> [Instruction; 2] {
    let checkpoint = OrderCheckpoint {
        chain: CHAIN,
        settlement: world.config.to_bytes(),
        number,
        root: Tree::new(vec![OrderLeaf { index: 0, order_id }.hash()]).root(),
        order_count: 1,
    };
    let accounts = accounts::CheckpointOrders {
        payer: payer.pubkey(),
        config: world.config,
        orders: orders_of(world, number),
        instructions: solana_sdk_ids::sysvar::instructions::ID,
        system_program: SYSTEM_PROGRAM,
    };
    [
        ed25519::verify(&world.authority, &checkpoint.solana_message()),
        instruction(accounts, call::CheckpointOrders {}),
    ]
}

#[test]
fn checkpoint_orders() {
    let mut world = World::new();
    let (there, _) = elsewhere(&mut world);
    let payer = world.user();
    let [signed, call] = checkpoint(&world, 1, [1; 32], &payer);
    let next = orders_of(&world, 2);
    of(&call, &[&payer])
        .after(&[signed])
        .wrong("config", there)
        .wrong("orders", next)
        .harmless("payer", STRANGER)
        .assert_refused(&mut world);
}

#[test]
fn order_completed() {
    let mut world = World::new();
    let payer = world.user();
    for number in [1, 2] {
        let calls = checkpoint(&world, number, [number as u8; 32], &payer);
        world.send(&calls, &[&payer]).unwrap();
    }
    let accounts = accounts::OrderCompleted {
        orders: orders_of(&world, 1),
    };
    let args = OrderCompletedArgs {
        order_id: [1; 32],
        index: 0,
        proof: vec![],
    };
    let (config, next) = (world.config, orders_of(&world, 2));
    of(&instruction(accounts, call::OrderCompleted { args }), &[])
        .wrong("orders", next)
        .wrong("orders", config)
        .assert_refused(&mut world);
}
