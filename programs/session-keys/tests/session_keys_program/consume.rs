use anchor_lang::error::ErrorCode;
use program_testing::events::by_call;
use program_testing::{assert_refused, event_authority};
use session_keys::actions::{self, APPROVE, BUY, CANCEL, LIST, PAY};
use session_keys::error::SessionKeysError;
use session_keys::events::{Charge, Charged};
use session_keys::instructions::ConsumeArgs;
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::world::*;

fn args(world: &World, key: &Keypair) -> ConsumeArgs {
    ConsumeArgs {
        key: key.pubkey(),
        mint: world.mint,
        amount: 10,
        action: PAY,
    }
}

#[test]
fn charges_the_limit_and_tells_of_it() {
    let (mut world, key) = World::with_session();
    let done = world.pay(&key, 30).unwrap();
    let limit = world.stored_limit(&key);
    assert_eq!((limit.spent, limit.remaining()), (30, 70));
    assert_eq!((limit.lifetime_spent, limit.lifetime_remaining()), (30, 970));
    assert_eq!((limit.operations_used, limit.operations_left()), (1, 9));

    let event = charged(&done);
    assert_eq!((event.consumer, event.mint), (world.consumer, world.mint));
    let expected = Charge {
        owner: world.owner.pubkey(),
        session: key.pubkey(),
        amount: 30,
        remaining: 70,
        lifetime_remaining: 970,
    };
    assert_eq!(event.charges, [expected]);
}

#[test]
fn from_one_unit_to_what_remains_and_not_one_more() {
    let (mut world, key) = World::with_session();
    for (amount, error) in [
        (0, SessionKeysError::ZeroAmount),
        (101, SessionKeysError::OverLimit),
        (u64::MAX, SessionKeysError::OverLimit),
    ] {
        world.assert_unchanged(error, |world| world.pay(&key, amount));
    }
    world.pay(&key, 1).unwrap();
    world.assert_unchanged(SessionKeysError::OverLimit, |world| world.pay(&key, 100));
    world.pay(&key, 99).unwrap();
    world.assert_unchanged(SessionKeysError::OverLimit, |world| world.pay(&key, 1));
}

#[test]
fn ten_operations_and_not_one_more_until_the_next_period() {
    let (mut world, key) = World::with_session();
    for _ in 0..10 {
        world.pay(&key, 1).unwrap();
    }
    world.assert_unchanged(SessionKeysError::NoOperationsLeft, |world| world.pay(&key, 1));
    world.chain.advance(HOUR);
    world.pay(&key, 1).unwrap();
    assert_eq!(world.stored_limit(&key).operations_left(), 9);
}

#[test]
fn the_lifetime_is_the_most_of_all_periods() {
    let mut world = World::new();
    let key = world.chain.key();
    let mut args = world.args(&key);
    args.limits[0].lifetime = 250;
    world.create(&world.owner.insecure_clone(), args).unwrap();
    for _ in 0..2 {
        world.pay(&key, 100).unwrap();
        world.chain.advance(HOUR);
    }
    world.assert_unchanged(SessionKeysError::OverLifetime, |world| world.pay(&key, 51));
    world.pay(&key, 50).unwrap();
    for _ in 0..3 {
        world.assert_unchanged(SessionKeysError::OverLifetime, |world| world.pay(&key, 1));
        world.chain.advance(HOUR);
    }
}

#[test]
fn only_a_consumer_of_the_session_charges_it() {
    let (mut world, key) = World::with_session();
    let real = world.consumer;
    for other in [consumer(1), world.grants(), key.pubkey(), world.owner.pubkey()] {
        world.consumer = other;
        world.assert_unchanged(SessionKeysError::NotConsumer, |world| world.pay(&key, 1));
    }
    world.consumer = real;
    world.pay(&key, 1).unwrap();
}

#[test]
fn a_consumer_that_does_not_sign_charges_nothing() {
    let (mut world, key) = World::with_session();
    let mut consume = consume(world.consumer, world.grants(), args(&world, &key));
    consume.accounts[0].is_signer = false;
    let anybody = world.chain.user();
    let result = world.chain.send(&[consume], &[&anybody]);
    assert_refused(result, ErrorCode::AccountNotSigner);
}

#[test]
fn every_action_that_is_asked_for_must_be_allowed() {
    let (mut world, key) = World::with_session(); // pay and buy
    for action in [PAY, BUY, PAY | BUY] {
        let args = ConsumeArgs {
            action,
            ..args(&world, &key)
        };
        world.consume(args).unwrap();
    }
    for action in [LIST, CANCEL, APPROVE, PAY | LIST, actions::ALL] {
        let args = ConsumeArgs {
            action,
            ..args(&world, &key)
        };
        world.assert_unchanged(SessionKeysError::ActionNotAllowed, |world| world.consume(args));
    }
    for action in [0, 32, PAY | 32, u32::MAX] {
        let args = ConsumeArgs {
            action,
            ..args(&world, &key)
        };
        world.assert_unchanged(SessionKeysError::UnknownAction, |world| world.consume(args));
    }
}

#[test]
fn a_session_is_over_at_the_second_it_expires() {
    let (mut world, key) = World::with_session();
    world.chain.advance(DAY - 1);
    world.pay(&key, 1).unwrap();
    world.chain.advance(1);
    world.assert_unchanged(SessionKeysError::SessionExpired, |world| world.pay(&key, 1));
    world.chain.set_time(i64::MAX);
    world.assert_unchanged(SessionKeysError::SessionExpired, |world| world.pay(&key, 1));
}

#[test]
fn an_unknown_key_is_refused_whoever_it_belongs_to() {
    let (mut world, _) = World::with_session();
    let other = world.chain.user();
    let foreign = world.chain.key();
    let session = world.args(&foreign);
    world.create(&other, session).unwrap();
    for key in [&foreign, &other, &world.owner.insecure_clone()] {
        world.assert_unchanged(SessionKeysError::NoSuchSession, |world| world.pay(key, 1));
    }
}

#[test]
fn the_error_that_comes_first_is_about_who_asks() {
    // Everything is wrong at once, and is put right one by one.
    let (mut world, key) = World::with_session();
    let unknown = world.chain.address();
    let mut args = ConsumeArgs {
        key: key.pubkey(),
        mint: unknown,
        amount: 2_000,
        action: LIST,
    };
    let right = std::mem::replace(&mut world.consumer, consumer(9));
    world.chain.advance(DAY);
    world.assert_unchanged(SessionKeysError::NotConsumer, |world| world.consume(args));
    world.consumer = right;
    world.assert_unchanged(SessionKeysError::SessionExpired, |world| world.consume(args));
    world.chain.advance(-DAY);
    world.assert_unchanged(SessionKeysError::ActionNotAllowed, |world| world.consume(args));
    args.action = PAY;
    world.assert_unchanged(SessionKeysError::NoLimit, |world| world.consume(args));
    args.mint = world.mint;
    world.assert_unchanged(SessionKeysError::OverLimit, |world| world.consume(args));
    args.amount = 100;
    world.consume(args).unwrap();
}

#[test]
fn the_event_cannot_be_forged() {
    let (mut world, key) = World::with_session();
    let done = world.pay(&key, 1).unwrap();
    let event = &done.inner_instructions[0][0].instruction;
    // The same bytes, sent by somebody else: nobody can sign as the event authority.
    let mut forged = Instruction {
        program_id: session_keys::ID,
        accounts: vec![AccountMeta::new_readonly(
            event_authority(session_keys::ID),
            false,
        )],
        data: event.data.clone(),
    };
    let mallory = world.chain.user();
    let result = world.chain.send(&[forged.clone()], &[&mallory]);
    let meta = assert_refused(result, ErrorCode::ConstraintSigner);
    assert!(by_call::<Charged>(&meta).is_empty());
    // Nor with an authority of their own.
    forged.accounts = vec![AccountMeta::new_readonly(mallory.pubkey(), true)];
    let result = world.chain.send(&[forged], &[&mallory]);
    let meta = assert_refused(result, ErrorCode::ConstraintSeeds);
    assert!(by_call::<Charged>(&meta).is_empty());
}
