use program_testing::events::by_call;
use program_testing::{SYSTEM_PROGRAM, assert_refused, derive};
use session_keys::actions::{self, PAY};
use session_keys::error::SessionKeysError;
use session_keys::events::SessionCreated;
use session_keys::instructions::CreateSessionArgs;
use session_keys::state::{LimitArgs, Period, size_of_grants};
use solana_address::Address;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;

use crate::world::*;

/// A session with these changes to its arguments is created or refused, and then nothing is left of it.
#[track_caller]
fn attempt(expected: Result<(), SessionKeysError>, change: impl FnOnce(&mut CreateSessionArgs, &World)) {
    let mut world = World::new();
    let key = world.chain.key();
    let mut args = world.args(&key);
    change(&mut args, &world);
    let result = world.create(&world.owner.insecure_clone(), args);
    let exists = world.chain.exists(&world.grants());
    assert_eq!(exists, expected.is_ok());
    match expected {
        Ok(()) => drop(result.unwrap()),
        Err(error) => drop(assert_refused(result, error)),
    }
}

#[test]
fn stores_what_was_granted_and_tells_of_it() {
    let mut world = World::new();
    let (key, now) = (world.chain.key(), world.chain.now());
    let args = CreateSessionArgs {
        consumers: vec![consumer(0), consumer(1)],
        ..world.args(&key)
    };
    let owner = world.owner.insecure_clone();
    let done = world.create(&owner, args.clone()).unwrap();

    let (grants, sessions) = world.stored();
    assert_eq!((grants.owner, grants.payer), (owner.pubkey(), owner.pubkey()));
    assert_eq!((grants.epoch, grants.count, sessions.len()), (0, 1, 1));
    let session = &sessions[0];
    assert_eq!((session.key, session.payer), (key.pubkey(), owner.pubkey()));
    assert_eq!((session.created, session.expires), (now, args.expires));
    assert_eq!(
        (session.epoch, session.actions, session.revoked),
        (0, args.actions, 0)
    );
    assert!(session.consumers().eq(&args.consumers));
    let limit = world.stored_limit(&key);
    assert_eq!((limit.amount, limit.spent, limit.remaining()), (100, 0, 100));
    assert_eq!((limit.lifetime, limit.lifetime_remaining()), (1_000, 1_000));
    assert_eq!((limit.operations, limit.operations_left()), (10, 10));
    assert_eq!((limit.period, limit.period_start), (3_600, now));

    let [event] = &by_call::<SessionCreated>(&done)[..] else {
        panic!("one event")
    };
    assert_eq!((event.owner, event.session), (owner.pubkey(), key.pubkey()));
    assert_eq!(event.payer, owner.pubkey());
    assert_eq!(
        (event.created, event.expires, event.epoch),
        (now, args.expires, 0)
    );
    assert_eq!(event.actions, args.actions);
    assert_eq!(event.consumers, args.consumers);
    assert_eq!(event.limits, args.limits);
}

#[test]
fn the_payer_may_be_somebody_else_and_pays_exactly_the_rent() {
    let mut world = World::new();
    let (payer, fees, key) = (world.chain.user(), world.chain.user(), world.chain.key());
    let before = world.chain.lamports(&payer.pubkey());
    let create = create(&world.owner, &payer, world.args(&key));
    let owner = world.owner.insecure_clone();
    world.chain.send(&[create], &[&fees, &owner, &payer]).unwrap();
    let rent = world
        .chain
        .svm
        .minimum_balance_for_rent_exemption(size_of_grants(1));
    assert_eq!(world.chain.lamports(&world.grants()), rent);
    assert_eq!(before - world.chain.lamports(&payer.pubkey()), rent);
    let (grants, sessions) = world.stored();
    assert_eq!(
        (grants.payer, sessions[0].payer),
        (payer.pubkey(), payer.pubkey())
    );
}

#[test]
fn lamports_sent_to_the_address_beforehand_do_not_keep_the_owner_out() {
    for gift in [1_000_000, 10_000_000_000] {
        let mut world = World::new();
        world.chain.svm.airdrop(&world.grants(), gift).unwrap();
        let key = world.session();
        world.pay(&key, 1).unwrap();
    }
}

#[test]
fn a_second_session_makes_the_account_longer_and_leaves_the_first_as_it_was() {
    let (mut world, first) = World::with_session();
    world.pay(&first, 30).unwrap();
    world.revoke_all(&world.owner.insecure_clone()).unwrap();
    let before = world.stored_session(&first);
    let (other, second) = (world.chain.user(), world.chain.key());
    let create = create(&world.owner, &other, world.args(&second));
    world
        .chain
        .send(&[create], &[&other, &world.owner.insecure_clone()])
        .unwrap();

    let (grants, sessions) = world.stored();
    assert_eq!(world.chain.data(&world.grants()).len(), size_of_grants(2));
    // It was not initialized again.
    assert_eq!((grants.payer, grants.epoch), (world.owner.pubkey(), 1));
    assert_eq!(Some(sessions[0]), before);
    assert_eq!((sessions[1].payer, sessions[1].epoch), (other.pubkey(), 1));
}

#[test]
fn sixteen_sessions_and_not_one_more() {
    let mut world = World::new();
    for _ in 0..16 {
        world.session();
    }
    let key = world.chain.key();
    world.assert_unchanged(SessionKeysError::TooManySessions, |world| {
        let args = world.args(&key);
        world.create(&world.owner.insecure_clone(), args)
    });
    // The largest session of the largest account.
    let (_, sessions) = world.stored();
    let last = &sessions[15];
    world.consume_many(&[(world.grants(), 15, 100)]).unwrap();
    assert_eq!(world.stored().1[15].limits[0].spent, 100);
    assert_eq!(world.stored().1[15].key, last.key);
}

#[test]
fn one_key_has_one_session_even_when_that_is_over() {
    let (mut world, key) = World::with_session();
    let again = |world: &mut World| {
        let args = world.args(&key);
        world.create(&world.owner.insecure_clone(), args)
    };
    world.assert_unchanged(SessionKeysError::DuplicateSession, again);
    world.revoke(&world.owner.insecure_clone(), &key).unwrap();
    world.assert_unchanged(SessionKeysError::DuplicateSession, again);
    world.session();
    world.close(&key).unwrap();
    again(&mut world).unwrap();
    assert_eq!(world.stored_session(&key).unwrap().revoked, 0);
}

#[test]
fn the_same_key_may_serve_two_owners() {
    let (mut world, key) = World::with_session();
    let other = world.chain.user();
    let args = world.args(&key);
    world.create(&other, args).unwrap();
    world.pay(&key, 100).unwrap();
    world
        .consume_many(&[(grants_of(&other.pubkey()), 0, 100)])
        .unwrap();
}

#[test]
fn the_key_is_neither_zero_nor_the_owner() {
    attempt(Err(SessionKeysError::MissingKey), |args, _| {
        args.key = Address::default()
    });
    attempt(Err(SessionKeysError::KeyIsOwner), |args, world| {
        args.key = world.owner.pubkey();
    });
    attempt(Ok(()), |args, _| args.key = Address::new_from_array([255; 32]));
}

#[test]
fn a_session_lasts_from_one_second_to_thirty_days() {
    for (seconds, expected) in [
        (-1, Err(SessionKeysError::ExpiresInPast)),
        (0, Err(SessionKeysError::ExpiresInPast)),
        (1, Ok(())),
        (30 * DAY, Ok(())),
        (30 * DAY + 1, Err(SessionKeysError::ExpiresTooLate)),
    ] {
        attempt(expected, |args, world| args.expires = world.chain.now() + seconds);
    }
    for (expires, error) in [
        (0, SessionKeysError::ExpiresInPast),
        (i64::MIN, SessionKeysError::ExpiresInPast),
        (i64::MAX, SessionKeysError::ExpiresTooLate),
    ] {
        attempt(Err(error), |args, _| args.expires = expires);
    }
}

#[test]
fn actions_are_those_that_exist() {
    for actions in [PAY, actions::ALL] {
        attempt(Ok(()), |args, _| args.actions = actions);
    }
    for actions in [0, actions::ALL + 1, PAY | 32, u32::MAX] {
        attempt(Err(SessionKeysError::UnknownAction), |args, _| {
            args.actions = actions
        });
    }
}

#[test]
fn one_to_four_consumers_each_once() {
    for (count, expected) in [
        (0, Err(SessionKeysError::WrongConsumerCount)),
        (1, Ok(())),
        (4, Ok(())),
        (5, Err(SessionKeysError::WrongConsumerCount)),
    ] {
        attempt(expected, |args, _| {
            args.consumers = (0..count).map(consumer).collect()
        });
    }
    attempt(Err(SessionKeysError::DuplicateConsumer), |args, _| {
        args.consumers = vec![consumer(1), consumer(0), consumer(1)];
    });
}

#[test]
fn who_has_a_private_key_is_no_consumer() {
    let error = SessionKeysError::ConsumerHasKey;
    attempt(Err(error), |args, world| {
        args.consumers = vec![world.owner.pubkey()]
    });
    attempt(Err(error), |args, _| args.consumers.push(args.key));
    attempt(Err(error), |args, _| args.consumers = vec![SYSTEM_PROGRAM]);
}

#[test]
fn at_most_eight_limits_each_for_another_mint() {
    let mints = |count: u8| (1..=count).map(|n| limit(Address::new_from_array([n; 32])));
    for (count, expected) in [
        (0, Ok(())),
        (8, Ok(())),
        (9, Err(SessionKeysError::TooManyLimits)),
    ] {
        attempt(expected, |args, _| args.limits = mints(count).collect());
    }
    attempt(Err(SessionKeysError::DuplicateMint), |args, _| {
        args.limits = mints(7).chain(mints(1)).collect();
    });
}

#[test]
fn a_limit_allows_something_and_its_lifetime_no_less_than_a_period() {
    type Change = fn(&mut LimitArgs);
    let changes: [(Change, Result<(), SessionKeysError>); 9] = [
        (
            |limit| limit.mint = Address::default(),
            Err(SessionKeysError::MissingKey),
        ),
        (|limit| limit.amount = 0, Err(SessionKeysError::EmptyLimit)),
        (|limit| limit.operations = 0, Err(SessionKeysError::EmptyLimit)),
        (
            |limit| limit.lifetime = 0,
            Err(SessionKeysError::LifetimeBelowAmount),
        ),
        (
            |limit| limit.lifetime = 99,
            Err(SessionKeysError::LifetimeBelowAmount),
        ),
        (
            |limit| limit.amount = u64::MAX,
            Err(SessionKeysError::LifetimeBelowAmount),
        ),
        (|limit| (limit.amount, limit.operations) = (1, 1), Ok(())),
        (|limit| limit.lifetime = 100, Ok(())),
        (
            |limit| (limit.amount, limit.lifetime, limit.operations) = (u64::MAX, u64::MAX, u32::MAX),
            Ok(()),
        ),
    ];
    for (change, expected) in changes {
        attempt(expected, |args, _| change(&mut args.limits[0]));
    }
}

#[test]
fn a_period_that_does_not_exist_is_refused() {
    let mut world = World::new();
    let key = world.chain.key();
    let mut args = world.args(&key);
    args.limits[0].period = Period::Month;
    let owner = world.owner.insecure_clone();
    let mut create = create(&owner, &owner, args);
    // The period stands before lifetime and operations, which come last.
    let period = create.data.len() - 13;
    assert_eq!(create.data[period], 4);
    create.data[period] = 5;
    let error = anchor_lang::error::ErrorCode::InstructionDidNotDeserialize;
    assert_refused(world.chain.send(&[create], &[&owner]), error);
}

#[test]
fn the_largest_session_can_be_created_and_used() {
    let mut world = World::new();
    let key = world.chain.key();
    let mints: Vec<_> = (0..8).map(|_| world.chain.address()).collect();
    let args = CreateSessionArgs {
        consumers: (0..4).map(consumer).collect(),
        limits: mints.iter().copied().map(limit).collect(),
        ..world.args(&key)
    };
    world.create(&world.owner.insecure_clone(), args).unwrap();
    world.consumer = consumer(3);
    world.mint = mints[7];
    world.pay(&key, 100).unwrap();
    world.mint = mints[6];
    world.pay(&key, 100).unwrap();
}

#[test]
fn who_cannot_pay_gets_nothing() {
    let mut world = World::new();
    let (poor, key, fees) = (world.chain.key(), world.chain.key(), world.chain.user());
    let create = create(&world.owner, &poor, world.args(&key));
    let owner = world.owner.insecure_clone();
    let result = world.chain.send(&[create], &[&fees, &owner, &poor]);
    // The system program's error for a transfer of more than there is.
    assert_refused(result, InstructionError::Custom(1));
    assert!(!world.chain.exists(&world.grants()));
}

#[test]
fn an_address_with_another_bump_is_refused() {
    let mut world = World::new();
    let (key, owner) = (world.chain.key(), world.owner.insecure_clone());
    let seed = [&b"grants"[..], owner.pubkey().as_ref()].concat();
    let canonical = grants_of(&owner.pubkey());
    let (low, high) = seed.split_at(6);
    let others = (0..=255u8)
        .filter_map(|bump| Address::create_program_address(&[low, high, &[bump]], &session_keys::ID).ok());
    let other = others.into_iter().find(|other| *other != canonical).unwrap();
    let mut create = create(&owner, &owner, world.args(&key));
    create.accounts[2].pubkey = other;
    let error = anchor_lang::error::ErrorCode::ConstraintSeeds;
    assert_refused(world.chain.send(&[create], &[&owner]), error);
    assert_ne!(other, derive(session_keys::ID, &[low, high]));
}
