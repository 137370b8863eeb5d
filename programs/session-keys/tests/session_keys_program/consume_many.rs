use anchor_lang::error::ErrorCode;
use program_testing::{SYSTEM_PROGRAM, assert_refused};
use session_keys::actions::{self, BUY, LIST, PAY};
use session_keys::error::SessionKeysError;
use session_keys::events::Charge;
use session_keys::instructions::CreateSessionArgs;
use solana_address::Address;
use solana_instruction::error::InstructionError;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::world::*;

/// Owners with a session each: owner, session key, grants.
fn with_owners(count: usize) -> (World, Vec<(Keypair, Keypair, Address)>) {
    let mut world = World::new();
    let owners = (0..count).map(|_| {
        let (owner, key) = (world.chain.user(), world.chain.key());
        let args = world.args(&key);
        world.create(&owner, args).unwrap();
        let grants = grants_of(&owner.pubkey());
        (owner, key, grants)
    });
    let owners = owners.collect();
    (world, owners)
}

/// What the first session of these grants has spent of its first limit.
fn spent(world: &World, grants: &Address) -> u64 {
    let data = world.chain.data(grants);
    session_keys::state::view(&data).unwrap().1[0].limits[0].spent
}

#[test]
fn charges_everybody_and_tells_of_all_in_one_event() {
    let (mut world, owners) = with_owners(3);
    let charges: Vec<_> = owners.iter().zip(1..).map(|(o, n)| (o.2, 0, 10 * n)).collect();
    let event = charged(&world.consume_many(&charges).unwrap());
    assert_eq!((event.consumer, event.mint), (world.consumer, world.mint));
    let expected: Vec<_> = owners
        .iter()
        .zip(1..)
        .map(|((owner, key, _), n)| Charge {
            owner: owner.pubkey(),
            session: key.pubkey(),
            amount: 10 * n,
            remaining: 100 - 10 * n,
            lifetime_remaining: 1_000 - 10 * n,
        })
        .collect();
    assert_eq!(event.charges, expected);
    for ((_, _, grants), n) in owners.iter().zip(1..) {
        assert_eq!(spent(&world, grants), 10 * n);
    }
}

#[test]
fn one_refusal_refuses_all() {
    let (mut world, owners) = with_owners(3);
    let charges = |last| owners.iter().zip([10, 10, last]).map(|(o, n)| (o.2, 0, n));
    let too_much: Vec<_> = charges(101).collect();
    let failed = assert_refused(world.consume_many(&too_much), SessionKeysError::OverLimit);
    // It says which one.
    let line = format!("charge 2: slot 0 of {}", owners[2].2);
    assert!(failed.logs.iter().any(|log| log.contains(&line)));
    for (_, _, grants) in &owners {
        assert_eq!(spent(&world, grants), 0);
    }
    let fits: Vec<_> = charges(100).collect();
    world.consume_many(&fits).unwrap();
}

#[test]
fn the_same_session_may_come_again_and_adds_up() {
    let (mut world, key) = World::with_session();
    let grants = world.grants();
    let other = world.session();
    let event = charged(
        &world
            .consume_many(&[(grants, 0, 30), (grants, 1, 100), (grants, 0, 70)])
            .unwrap(),
    );
    let remaining: Vec<_> = event.charges.iter().map(|charge| charge.remaining).collect();
    assert_eq!(remaining, [70, 0, 0]);
    assert_eq!(world.stored_limit(&key).operations_used, 2);
    assert_eq!(world.stored_limit(&other).operations_used, 1);
    world.assert_unchanged(SessionKeysError::OverLimit, |world| {
        world.consume_many(&[(grants, 0, 1)])
    });
    world.chain.advance(HOUR);
    world.assert_unchanged(SessionKeysError::OverLimit, |world| {
        world.consume_many(&[(grants, 0, 50), (grants, 0, 50), (grants, 0, 1)])
    });
}

#[test]
fn a_slot_is_one_that_exists() {
    let (mut world, _) = World::with_session();
    let last = world.session();
    for slot in [2, 255] {
        world.assert_unchanged(SessionKeysError::NoSuchSession, |world| {
            world.consume_many(&[(world.grants(), slot, 1)])
        });
    }
    world.consume_many(&[(world.grants(), 1, 1)]).unwrap();
    assert_eq!(world.stored_limit(&last).spent, 1);
}

#[test]
fn amounts_from_one_to_what_remains() {
    let (mut world, _) = World::with_session();
    for (amount, error) in [
        (0, SessionKeysError::ZeroAmount),
        (101, SessionKeysError::OverLimit),
        (u64::MAX, SessionKeysError::OverLimit),
    ] {
        world.assert_unchanged(error, |world| world.consume_many(&[(world.grants(), 0, amount)]));
    }
    world.consume_many(&[(world.grants(), 0, 100)]).unwrap();
}

#[test]
fn one_of_the_actions_is_enough() {
    let mut world = World::new();
    let key = world.chain.key();
    let args = CreateSessionArgs {
        actions: BUY | LIST,
        ..world.args(&key)
    };
    world.create(&world.owner.insecure_clone(), args).unwrap();
    let send = |world: &mut World, any_of| {
        let charges = [(world.grants(), 0, 1)];
        let consume = consume_many(world.consumer, world.mint, any_of, &charges);
        world.send_as(world.consumer, &[consume])
    };
    for any_of in [BUY, PAY | BUY, actions::ALL] {
        send(&mut world, any_of).unwrap();
    }
    world.assert_unchanged(SessionKeysError::ActionNotAllowed, |world| send(world, PAY));
    for any_of in [0, 32, BUY | 32, u32::MAX] {
        world.assert_unchanged(SessionKeysError::UnknownAction, |world| send(world, any_of));
    }
}

#[test]
fn as_many_accounts_as_charges() {
    let (mut world, owners) = with_owners(2);
    let charges: Vec<_> = owners.iter().map(|owner| (owner.2, 0, 1)).collect();
    let right = consume_many(world.consumer, world.mint, PAY, &charges);
    // The bytes end with the vector of charges; its length comes before it.
    let length_at = right.data.len() - 18 - 4;
    let mut with_length = right.clone();
    let mut resized = |length: usize| {
        with_length.data.resize(length_at + 4 + length, 0);
        with_length.data[length_at..][..4].copy_from_slice(&(length as u32).to_le_bytes());
        with_length.clone()
    };
    let mut wrong = vec![resized(27), resized(17), resized(9), resized(0)];
    let mut fewer = right.clone();
    fewer.accounts.pop();
    wrong.push(fewer);
    let mut more = right.clone();
    more.accounts.extend(right.accounts.last().cloned());
    wrong.push(more);
    wrong.push(consume_many(world.consumer, world.mint, PAY, &[]));
    for consume in wrong {
        let result = world.send_as(world.consumer, &[consume]);
        assert_refused(result, SessionKeysError::WrongAccountCount);
    }
    world.send_as(world.consumer, &[right]).unwrap();
}

#[test]
fn sixty_four_charges_and_not_one_more() {
    let (mut world, key) = World::with_session();
    let mut most = limit(world.mint);
    most.operations = u32::MAX;
    world
        .set_limit(&world.owner.insecure_clone(), &key, most)
        .unwrap();
    let mut charges = vec![(world.grants(), 0, 1); 65];
    world.assert_unchanged(SessionKeysError::TooManyCharges, |world| {
        world.consume_many(&charges)
    });
    charges.pop();
    let event = charged(&world.consume_many(&charges).unwrap());
    assert_eq!(event.charges.len(), 64);
    assert_eq!(world.stored_limit(&key).spent, 64);
}

#[test]
fn accounts_that_are_no_grants_are_refused() {
    let (mut world, _) = World::with_session();
    let grants = world.grants();
    let copy = world.chain.copy_of(&grants, SYSTEM_PROGRAM);
    let missing = world.chain.address();
    for other in [copy, missing, world.owner.pubkey()] {
        let result = world.consume_many(&[(grants, 0, 1), (other, 0, 1)]);
        assert_refused(result, ErrorCode::AccountOwnedByWrongProgram);
    }
    assert_eq!(spent(&world, &grants), 0);

    // The program has no other type of account; this is how one would look.
    let of_another_type = world.chain.copy_of(&grants, session_keys::ID);
    world.chain.overwrite(&of_another_type, 0, &[1; 8]);
    // More sessions than there are bytes, and fewer.
    let too_short = world.chain.copy_of(&grants, session_keys::ID);
    world.chain.overwrite(&too_short, 80, &[2]);
    let too_long = world.chain.copy_of(&grants, session_keys::ID);
    world.chain.overwrite(&too_long, 80, &[0]);
    for other in [of_another_type, too_short, too_long] {
        let result = world.consume_many(&[(other, 0, 1)]);
        assert_refused(result, SessionKeysError::NotGrants);
    }
}

#[test]
fn grants_that_are_not_writable_are_refused() {
    let (mut world, _) = World::with_session();
    let mut consume = consume_many(world.consumer, world.mint, PAY, &[(world.grants(), 0, 1)]);
    consume.accounts[3].is_writable = false;
    let result = world.send_as(world.consumer, &[consume]);
    assert_refused(result, InstructionError::ReadonlyDataModified);
    assert_eq!(spent(&world, &world.grants()), 0);
}

#[test]
fn refuses_what_a_single_charge_is_refused_for() {
    type Break = fn(&mut World, &Keypair);
    let breaks: [(Break, SessionKeysError); 5] = [
        (
            |world, _| world.consumer = consumer(1),
            SessionKeysError::NotConsumer,
        ),
        (
            |world, _| world.chain.advance(DAY),
            SessionKeysError::SessionExpired,
        ),
        (
            |world, key| drop(world.revoke(&world.owner.insecure_clone(), key).unwrap()),
            SessionKeysError::SessionRevoked,
        ),
        (
            |world, _| drop(world.revoke_all(&world.owner.insecure_clone()).unwrap()),
            SessionKeysError::EpochOver,
        ),
        (
            |world, _| world.mint = world.chain.address(),
            SessionKeysError::NoLimit,
        ),
    ];
    for (spoil, error) in breaks {
        let (mut world, key) = World::with_session();
        spoil(&mut world, &key);
        world.assert_unchanged(error, |world| world.consume_many(&[(world.grants(), 0, 1)]));
    }
}

#[test]
fn a_consumer_that_does_not_sign_charges_nothing() {
    let (mut world, _) = World::with_session();
    let mut consume = consume_many(world.consumer, world.mint, PAY, &[(world.grants(), 0, 1)]);
    consume.accounts[0].is_signer = false;
    let anybody = world.chain.user();
    let result = world.chain.send(&[consume], &[&anybody]);
    assert_refused(result, ErrorCode::AccountNotSigner);
}
