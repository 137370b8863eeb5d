//! When limits start anew.

use session_keys::error::SessionKeysError;
use session_keys::state::Period;
use solana_keypair::Keypair;

use crate::world::*;

/// A session of 30 days whose limit of 100 has this period.
fn with_period(period: Period) -> (World, Keypair) {
    let mut world = World::new();
    let key = world.chain.key();
    let mut args = world.args(&key);
    args.expires = world.chain.now() + 30 * DAY;
    args.limits[0].period = period;
    world.create(&world.owner.insecure_clone(), args).unwrap();
    (world, key)
}

#[test]
fn each_length_ends_at_its_second() {
    for (period, length) in [(Period::Hour, HOUR), (Period::Day, DAY), (Period::Week, 7 * DAY)] {
        let (mut world, key) = with_period(period);
        world.pay(&key, 100).unwrap();
        world.chain.advance(length - 1);
        world.assert_unchanged(SessionKeysError::OverLimit, |world| world.pay(&key, 1));
        world.chain.advance(1);
        world.pay(&key, 100).unwrap();
    }
}

#[test]
fn a_month_is_as_long_as_the_longest_session() {
    let (mut world, key) = with_period(Period::Month);
    world.pay(&key, 100).unwrap();
    world.chain.advance(30 * DAY - 1);
    world.assert_unchanged(SessionKeysError::OverLimit, |world| world.pay(&key, 1));
    world.chain.advance(1);
    world.assert_unchanged(SessionKeysError::SessionExpired, |world| world.pay(&key, 1));
}

#[test]
fn what_is_given_once_is_given_once() {
    let (mut world, key) = with_period(Period::OneTime);
    world.pay(&key, 60).unwrap();
    for _ in 0..29 {
        world.chain.advance(DAY);
        world.assert_unchanged(SessionKeysError::OverLimit, |world| world.pay(&key, 41));
    }
    world.pay(&key, 40).unwrap();
    assert_eq!(
        (
            world.stored_limit(&key).spent,
            world.stored_limit(&key).operations_used
        ),
        (100, 2)
    );
}

#[test]
fn periods_keep_to_the_second_of_creation_however_late_they_are_used() {
    let (mut world, key) = with_period(Period::Hour);
    let created = world.chain.now();
    world.pay(&key, 100).unwrap();
    // In the middle of the sixth hour: what begins is not an hour from now.
    world.chain.set_time(created + 5 * HOUR + HOUR / 2);
    world.pay(&key, 100).unwrap();
    assert_eq!(world.stored_limit(&key).period_start, created + 5 * HOUR);
    world.chain.set_time(created + 6 * HOUR - 1);
    world.assert_unchanged(SessionKeysError::OverLimit, |world| world.pay(&key, 1));
    world.chain.set_time(created + 6 * HOUR);
    world.pay(&key, 100).unwrap();
}

#[test]
fn what_was_not_spent_is_not_carried_over() {
    let (mut world, key) = with_period(Period::Hour);
    world.pay(&key, 1).unwrap();
    world.chain.advance(10 * HOUR);
    world.assert_unchanged(SessionKeysError::OverLimit, |world| world.pay(&key, 101));
    world.pay(&key, 100).unwrap();
}

#[test]
fn a_refused_charge_begins_no_period() {
    let (mut world, key) = with_period(Period::Hour);
    world.pay(&key, 100).unwrap();
    let before = world.stored_limit(&key);
    world.chain.advance(HOUR);
    world.assert_unchanged(SessionKeysError::OverLimit, |world| world.pay(&key, 101));
    assert_eq!(world.stored_limit(&key), before);
}
