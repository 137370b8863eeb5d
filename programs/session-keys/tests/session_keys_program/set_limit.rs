use program_testing::events::by_call;
use session_keys::error::SessionKeysError;
use session_keys::events::LimitSet;
use session_keys::state::{LimitArgs, Period};
use solana_address::Address;
use solana_signer::Signer;

use crate::world::*;

type Change = fn(&mut LimitArgs);

/// The owner's session, and its limit for the mint with these changes.
fn with_change(change: impl FnOnce(&mut LimitArgs)) -> (World, solana_keypair::Keypair, LimitArgs) {
    let (world, key) = World::with_session();
    let mut wanted = limit(world.mint);
    change(&mut wanted);
    (world, key, wanted)
}

#[test]
fn the_owner_raises_a_limit() {
    let (mut world, key, wanted) = with_change(|limit| {
        (limit.amount, limit.lifetime, limit.operations) = (200, 2_000, 20);
    });
    world.pay(&key, 60).unwrap();
    let owner = world.owner.insecure_clone();
    let done = world.set_limit(&owner, &key, wanted).unwrap();

    let limit = world.stored_limit(&key);
    assert_eq!((limit.amount, limit.remaining()), (200, 140));
    assert_eq!((limit.lifetime, limit.lifetime_remaining()), (2_000, 1_940));
    assert_eq!((limit.operations, limit.operations_left()), (20, 19));
    let [event] = &by_call::<LimitSet>(&done)[..] else {
        panic!("one event")
    };
    assert_eq!((event.owner, event.by), (owner.pubkey(), owner.pubkey()));
    assert_eq!((event.session, event.limit), (key.pubkey(), wanted));
    assert_eq!((event.remaining, event.lifetime_remaining), (140, 1_940));
}

#[test]
fn the_owner_adds_a_limit_for_another_mint_up_to_eight() {
    let (mut world, key) = World::with_session();
    let owner = world.owner.insecure_clone();
    for _ in 1..8 {
        let mint = world.chain.address();
        world.set_limit(&owner, &key, limit(mint)).unwrap();
        world.mint = mint;
        world.pay(&key, 100).unwrap();
    }
    let mint = world.chain.address();
    world.assert_unchanged(SessionKeysError::TooManyLimits, |world| {
        world.set_limit(&owner, &key, limit(mint))
    });
}

#[test]
fn a_session_key_lowers_its_own_limit() {
    let (mut world, key, wanted) = with_change(|limit| {
        (limit.amount, limit.lifetime, limit.operations) = (50, 500, 5);
    });
    world.pay(&key, 20).unwrap();
    let done = world.set_limit(&key, &key, wanted).unwrap();
    assert_eq!(by_call::<LimitSet>(&done)[0].by, key.pubkey());
    assert_eq!(world.stored_limit(&key).remaining(), 30);
    world.assert_unchanged(SessionKeysError::OverLimit, |world| world.pay(&key, 31));
    world.pay(&key, 30).unwrap();
}

#[test]
fn a_session_key_raises_nothing() {
    let raises: [Change; 6] = [
        |limit| limit.amount = 101,
        |limit| limit.lifetime = 1_001,
        |limit| limit.operations = 11,
        |limit| limit.period = Period::OneTime,
        |limit| limit.period = Period::Day,
        // Much lower, but for a mint of which it may spend nothing.
        |limit| (limit.mint, limit.amount) = (Address::new_from_array([7; 32]), 1),
    ];
    for raise in raises {
        let (mut world, key, wanted) = with_change(raise);
        world.assert_unchanged(SessionKeysError::OwnerMustSign, |world| {
            world.set_limit(&key, &key, wanted)
        });
        world
            .set_limit(&world.owner.insecure_clone(), &key, wanted)
            .unwrap();
    }
}

#[test]
fn after_lowering_the_old_values_are_a_raise() {
    let (mut world, key, lower) = with_change(|limit| limit.amount = 50);
    world.set_limit(&key, &key, lower).unwrap();
    let mint = world.mint;
    world.assert_unchanged(SessionKeysError::OwnerMustSign, |world| {
        world.set_limit(&key, &key, limit(mint))
    });
}

#[test]
fn strangers_and_other_sessions_set_nothing() {
    let (mut world, key, lower) = with_change(|limit| limit.amount = 50);
    let sibling = world.session();
    let stranger = world.chain.user();
    for by in [&sibling, &stranger] {
        world.assert_unchanged(SessionKeysError::NotOwnerOrSession, |world| {
            world.set_limit(by, &key, lower)
        });
    }
}

#[test]
fn what_was_spent_is_not_refilled_by_any_sequence_of_values() {
    let (mut world, key, mut wanted) = with_change(|_| ());
    let owner = world.owner.insecure_clone();
    world.pay(&key, 80).unwrap();
    for amount in [10, 0, 80, 100] {
        wanted.amount = amount;
        world.set_limit(&owner, &key, wanted).unwrap();
        let limit = world.stored_limit(&key);
        assert_eq!((limit.spent, limit.remaining()), (80, amount.saturating_sub(80)));
    }
    // Nor by another length of the period.
    for period in [Period::OneTime, Period::Month, Period::Hour] {
        wanted.period = period;
        world.set_limit(&owner, &key, wanted).unwrap();
        assert_eq!(world.stored_limit(&key).remaining(), 20);
    }
    world.assert_unchanged(SessionKeysError::OverLimit, |world| world.pay(&key, 21));
}

#[test]
fn the_lifetime_and_the_operations_that_are_used_stay_used() {
    let (mut world, key, mut wanted) = with_change(|_| ());
    let owner = world.owner.insecure_clone();
    for _ in 0..3 {
        world.pay(&key, 30).unwrap();
    }
    wanted = LimitArgs {
        amount: 90,
        lifetime: 90,
        operations: 3,
        ..wanted
    };
    world.set_limit(&owner, &key, wanted).unwrap();
    world.assert_unchanged(SessionKeysError::NoOperationsLeft, |world| world.pay(&key, 1));
    wanted.operations = 4;
    wanted.amount = 100;
    wanted.lifetime = 100;
    world.set_limit(&owner, &key, wanted).unwrap();
    world.pay(&key, 10).unwrap();
    // In later periods the lifetime is over.
    world.chain.advance(HOUR);
    world.assert_unchanged(SessionKeysError::OverLifetime, |world| world.pay(&key, 1));
}

#[test]
fn zero_stops_the_spending_of_a_mint() {
    let stops: [(Change, SessionKeysError); 3] = [
        (|limit| limit.amount = 0, SessionKeysError::OverLimit),
        (
            |limit| (limit.amount, limit.lifetime) = (0, 0),
            SessionKeysError::OverLimit,
        ),
        (|limit| limit.operations = 0, SessionKeysError::NoOperationsLeft),
    ];
    for (stop, error) in stops {
        let (mut world, key, wanted) = with_change(stop);
        world.set_limit(&key, &key, wanted).unwrap();
        world.assert_unchanged(error, |world| world.pay(&key, 1));
    }
}

#[test]
fn a_limit_does_not_contradict_itself() {
    let wrong: [(Change, SessionKeysError); 3] = [
        (
            |limit| limit.mint = Address::default(),
            SessionKeysError::MissingKey,
        ),
        (|limit| limit.lifetime = 99, SessionKeysError::LifetimeBelowAmount),
        (
            |limit| limit.amount = u64::MAX,
            SessionKeysError::LifetimeBelowAmount,
        ),
    ];
    for (change, error) in wrong {
        let (mut world, key, wanted) = with_change(change);
        world.assert_unchanged(error, |world| {
            world.set_limit(&world.owner.insecure_clone(), &key, wanted)
        });
    }
    let (mut world, key, largest) = with_change(|limit| {
        (limit.amount, limit.lifetime, limit.operations) = (u64::MAX, u64::MAX, u32::MAX);
    });
    world
        .set_limit(&world.owner.insecure_clone(), &key, largest)
        .unwrap();
    world.pay(&key, u64::MAX).unwrap();
    world.chain.advance(HOUR);
    world.assert_unchanged(SessionKeysError::OverLifetime, |world| world.pay(&key, 1));
}

#[test]
fn a_session_that_is_over_gets_no_limit() {
    type End = fn(&mut World, &solana_keypair::Keypair);
    let ends: [(End, SessionKeysError); 3] = [
        (
            |world, _| world.chain.advance(DAY),
            SessionKeysError::SessionExpired,
        ),
        (
            |world, _| drop(world.revoke_all(&world.owner.insecure_clone()).unwrap()),
            SessionKeysError::EpochOver,
        ),
        (
            |world, key| drop(world.revoke(&world.owner.insecure_clone(), key).unwrap()),
            SessionKeysError::SessionRevoked,
        ),
    ];
    for (end, error) in ends {
        let (mut world, key, lower) = with_change(|limit| limit.amount = 50);
        end(&mut world, &key);
        for by in [&world.owner.insecure_clone(), &key] {
            world.assert_unchanged(error, |world| world.set_limit(by, &key, lower));
        }
    }
}

#[test]
fn a_session_that_does_not_exist_gets_no_limit() {
    let (mut world, _, wanted) = with_change(|_| ());
    let unknown = world.chain.key();
    world.assert_unchanged(SessionKeysError::NoSuchSession, |world| {
        world.set_limit(&world.owner.insecure_clone(), &unknown, wanted)
    });
}

#[test]
fn another_length_starts_from_the_creation_of_the_session() {
    let (mut world, key, mut wanted) = with_change(|limit| limit.period = Period::Day);
    let owner = world.owner.insecure_clone();
    let created = world.chain.now();
    world.chain.advance(5 * HOUR + 10);
    world.pay(&key, 100).unwrap();
    world.set_limit(&owner, &key, wanted).unwrap();
    assert_eq!(world.stored_limit(&key).period_start, created);
    wanted.period = Period::Hour;
    world.set_limit(&owner, &key, wanted).unwrap();
    assert_eq!(world.stored_limit(&key).period_start, created + 5 * HOUR);
    world.chain.set_time(created + 6 * HOUR - 1);
    world.assert_unchanged(SessionKeysError::OverLimit, |world| world.pay(&key, 1));
    world.chain.set_time(created + 6 * HOUR);
    world.pay(&key, 100).unwrap();
}
