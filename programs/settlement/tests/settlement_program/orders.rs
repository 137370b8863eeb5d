//! `checkpoint_orders` and `order_completed`: what was completed can be proved for ever, and nothing else.

use anchor_lang::AnchorDeserialize;
use litesvm::types::TransactionResult;
use novate_protocol::leaf::OrderLeaf;
use novate_protocol::merkle::Tree;
use novate_protocol::order::OrderCheckpoint;
use settlement::error::SettlementError;
use settlement::events::{OrderCompleted, OrdersCheckpointed};
use settlement::instructions::OrderCompletedArgs;
use settlement::seeds::ORDERS_SEED;
use settlement::state::Orders;
use settlement::{accounts, instruction as call};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::world::*;

fn id(n: u32) -> [u8; 32] {
    [n as u8; 32]
}

fn tree(count: u32) -> Tree {
    let leaf = |index| OrderLeaf {
        index,
        order_id: id(index),
    };
    Tree::new((0..count).map(|index| leaf(index).hash()).collect())
}

fn checkpoint(world: &World, number: u64) -> OrderCheckpoint {
    OrderCheckpoint {
        chain: CHAIN,
        settlement: world.config.to_bytes(),
        number,
        root: tree(5).root(),
        order_count: 5,
    }
}

fn orders_of(config: &Address, number: u64) -> Address {
    derive(&[ORDERS_SEED, config.as_ref(), &number.to_le_bytes()])
}

/// Sends what `signer` signed; the account is the one of `number`.
fn keep(world: &mut World, signer: &Keypair, number: u64, message: &[u8]) -> TransactionResult {
    let payer = world.user();
    let accounts = accounts::CheckpointOrders {
        payer: payer.pubkey(),
        config: world.config,
        orders: orders_of(&world.config, number),
        instructions: solana_sdk_ids::sysvar::instructions::ID,
        system_program: SYSTEM_PROGRAM,
    };
    let keep = instruction(accounts, call::CheckpointOrders {});
    world.send(&[ed25519::verify(signer, message), keep], &[&payer])
}

/// The first checkpoint.
pub fn keep_first(world: &mut World) -> TransactionResult {
    let authority = world.authority.insecure_clone();
    let message = checkpoint(world, 1).solana_message();
    keep(world, &authority, 1, &message)
}

/// The proof of one order.
pub fn prove_one() -> TransactionResult {
    prove(&mut kept(), proof_of(2))
}

/// A world whose authority has signed for orders 0 to 4.
fn kept() -> World {
    let mut world = World::new();
    keep_first(&mut world).unwrap();
    world
}

fn prove(world: &mut World, args: OrderCompletedArgs) -> TransactionResult {
    let stranger = world.user();
    let accounts = accounts::OrderCompleted {
        orders: orders_of(&world.config, 1),
    };
    world.call(accounts, call::OrderCompleted { args }, &[&stranger])
}

fn proof_of(index: u32) -> OrderCompletedArgs {
    OrderCompletedArgs {
        order_id: id(index),
        index,
        proof: tree(5).proof(index as usize).unwrap(),
    }
}

#[test]
fn the_signed_root_is_kept() {
    let mut world = World::new();
    let authority = world.authority.insecure_clone();
    for number in 1..=3 {
        let message = checkpoint(&world, number).solana_message();
        let done = keep(&mut world, &authority, number, &message).unwrap();
        let orders: Orders = world.read(&orders_of(&world.config, number));
        assert_eq!((orders.config, orders.number), (world.config, number));
        assert_eq!((orders.root, orders.order_count), (tree(5).root(), 5));
        assert_eq!(world.state().orders, number);
        let [event] = events::by_log::<OrdersCheckpointed>(&done)
            .try_into()
            .ok()
            .unwrap();
        assert_eq!(
            (event.config, event.number, event.order_count),
            (world.config, number, 5)
        );
    }
}

#[test]
fn every_order_of_it_is_proved_by_anybody() {
    let mut world = kept();
    for index in 0..5 {
        let done = prove(&mut world, proof_of(index)).unwrap();
        let [event] = events::by_log::<OrderCompleted>(&done).try_into().ok().unwrap();
        assert_eq!((event.config, event.number), (world.config, 1));
        assert_eq!((event.index, event.order_id), (index, id(index)));
        assert_eq!(done.return_data.program_id, settlement::ID);
        assert_eq!(u64::try_from_slice(&done.return_data.data).unwrap(), 1);
    }
}

#[test]
fn what_is_not_in_it_is_refused() {
    let mut world = kept();
    let right = proof_of(2);
    let changes: [fn(&mut OrderCompletedArgs); 5] = [
        |args| args.order_id[0] ^= 1,
        |args| args.index = 3,
        |args| args.proof[0][0] ^= 1,
        |args| args.proof.truncate(1),
        |args| args.proof.clear(),
    ];
    for change in changes {
        let mut args = right.clone();
        change(&mut args);
        assert_refused(prove(&mut world, args), SettlementError::WrongProof);
    }
    for index in [5, u32::MAX] {
        let args = OrderCompletedArgs {
            index,
            ..right.clone()
        };
        assert_refused(prove(&mut world, args), SettlementError::LeafOutOfRange);
    }
}

/// The checkpoint, changed like this and signed by the authority, is refused.
#[track_caller]
fn refused(change: impl Fn(&mut OrderCheckpoint), error: SettlementError) {
    let mut world = World::new();
    let authority = world.authority.insecure_clone();
    let mut signed = checkpoint(&world, 1);
    change(&mut signed);
    let result = keep(&mut world, &authority, signed.number, &signed.solana_message());
    assert_refused_at(result, 1, error);
    assert_eq!(world.state().orders, 0);
}

#[test]
fn another_chain_settlement_or_number_is_refused() {
    refused(|signed| signed.chain += 1, SettlementError::WrongChain);
    refused(
        |signed| signed.settlement[0] ^= 1,
        SettlementError::WrongSettlement,
    );
    for number in [0, 2, u64::MAX] {
        refused(|signed| signed.number = number, SettlementError::WrongSequence);
    }
}

#[test]
fn an_empty_checkpoint_is_refused() {
    refused(|signed| signed.order_count = 0, SettlementError::CountOutOfBounds);
    refused(|signed| signed.root = [0; 32], SettlementError::RootMismatch);
}

#[test]
fn the_same_number_again_is_refused() {
    let mut world = kept();
    let authority = world.authority.insecure_clone();
    let message = checkpoint(&world, 1).solana_message();
    let result = keep(&mut world, &authority, 1, &message);
    assert_refused_at(result, 1, SettlementError::WrongSequence);
}

#[test]
fn other_messages_and_keys_are_refused() {
    let mut world = World::new();
    let (authority, other) = (world.authority.insecure_clone(), world.key());
    let message = checkpoint(&world, 1).solana_message();
    let result = keep(&mut world, &other, 1, &message);
    assert_refused_at(result, 1, SettlementError::WrongAuthority);
    let mut version = message;
    version[14] = b'2';
    let result = keep(&mut world, &authority, 1, &version);
    assert_refused_at(result, 1, SettlementError::UnknownVersion);
    let batch = [b"Novate batch v1\n", &message[16..]].concat();
    let result = keep(&mut world, &authority, 1, &batch);
    assert_refused_at(result, 1, SettlementError::WrongMessage);
    let result = keep(&mut world, &authority, 1, &message[..message.len() - 1]);
    assert_refused_at(result, 1, SettlementError::WrongMessage);
}
