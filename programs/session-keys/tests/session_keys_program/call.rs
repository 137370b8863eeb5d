//! A consumer charges as it does on a cluster: a program calls, and signs with an address of its own.

use conformance::caller::CALLER_SEED;
use litesvm::types::TransactionResult;
use program_testing::{assert_refused, derive};
use session_keys::actions::PAY;
use session_keys::error::SessionKeysError;
use session_keys::events::{Charge, Charged};
use session_keys::instructions::{ConsumeArgs, CreateSessionArgs};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::world::*;

/// The n-th address of the calling program.
fn caller(number: u8) -> Address {
    derive(conformance::ID, &[CALLER_SEED, &[number]])
}

/// The program calls `consume` in the name of an address, signed by the one of this number.
fn call(world: &mut World, key: &Keypair, consumer: Address, number: u8) -> TransactionResult {
    let args = ConsumeArgs {
        key: key.pubkey(),
        mint: world.mint,
        amount: 30,
        action: PAY,
    };
    let mut consume = consume(consumer, world.grants(), args);
    consume.accounts[0].is_signer = false; // the program signs for it, in the call
    let forward = forward(number, consume);
    let anybody = world.chain.user();
    world.chain.send(&[forward], &[&anybody])
}

fn forward(number: u8, inner: Instruction) -> Instruction {
    let accounts = conformance::accounts::Forward {
        program: inner.program_id,
        caller: caller(number),
    };
    let data = conformance::instruction::Forward {
        number,
        data: inner.data,
    };
    let mut forward = program_testing::instruction(conformance::ID, accounts, data);
    forward.accounts.extend(inner.accounts);
    forward
}

/// An owner with a session that only the first address of the program may charge.
fn with_session() -> (World, Keypair) {
    let mut world = World::new();
    let key = world.chain.key();
    let args = CreateSessionArgs {
        consumers: vec![caller(0)],
        ..world.args(&key)
    };
    world.create(&world.owner.insecure_clone(), args).unwrap();
    (world, key)
}

#[test]
fn a_program_charges_and_the_event_is_below_its_call() {
    let (mut world, key) = with_session();
    let done = call(&mut world, &key, caller(0), 0).unwrap();
    assert_eq!(world.stored_limit(&key).spent, 30);
    let Charged {
        consumer,
        mint,
        charges,
    } = charged(&done);
    assert_eq!((consumer, mint), (caller(0), world.mint));
    let expected = Charge {
        owner: world.owner.pubkey(),
        session: key.pubkey(),
        amount: 30,
        remaining: 70,
        lifetime_remaining: 970,
    };
    assert_eq!(charges, [expected]);
    // The call of `consume`, and in it the event.
    let heights = done.inner_instructions[0].iter().map(|inner| inner.stack_height);
    assert_eq!(heights.collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn another_address_of_the_same_program_is_not_allowed() {
    let (mut world, key) = with_session();
    world.assert_unchanged(SessionKeysError::NotConsumer, |world| {
        call(world, &key, caller(1), 1)
    });
}

#[test]
fn naming_the_consumer_without_its_signature_is_refused() {
    let (mut world, key) = with_session();
    let before = world.stored_limit(&key);
    let refused = call(&mut world, &key, caller(0), 1);
    assert_refused(refused, anchor_lang::error::ErrorCode::AccountNotSigner);
    assert_eq!(world.stored_limit(&key), before);
}
