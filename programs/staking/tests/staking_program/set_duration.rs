//! `set_duration`: over how long the next funding is paid out, and only after the last one.

use program_testing::{assert_refused, events, substitution::Substitutions};
use solana_signer::Signer;
use staking::accounting::Fixed;
use staking::error::StakingError;
use staking::events::DurationSet;
use staking::instruction as call;
use staking::state::MAX_DURATION;

use crate::world::{DURATION, World, instruction_of};

#[test]
fn it_is_for_the_next_funding() {
    let mut world = World::new();
    let admin = world.admin.insecure_clone();
    let done = world
        .administer(&admin, call::SetDuration { duration: 50 })
        .unwrap();
    let [event] = events::by_log::<DurationSet>(&done).try_into().ok().unwrap();
    assert_eq!((event.pool, event.duration), (world.pool.pool, 50));
    world.fund(100).unwrap();
    assert_eq!(world.state().stream.rate, Fixed::whole(2));
}

#[test]
fn rewards_that_flow_are_not_touched() {
    let (mut world, alice) = World::with_alice();
    let admin = world.admin.insecure_clone();
    world.stake(&alice, 10).unwrap();
    world.fund(1_000).unwrap();
    let set = call::SetDuration { duration: 50 };
    world.chain.advance(i64::from(DURATION) - 1);
    assert_refused(
        world.administer(&admin, call::SetDuration { duration: 50 }),
        StakingError::StillRunning,
    );
    world.chain.advance(1);
    world.administer(&admin, set).unwrap();
}

#[test]
fn rewards_that_wait_for_stake_are_not_over() {
    let mut world = World::new();
    let admin = world.admin.insecure_clone();
    world.fund(1_000).unwrap();
    world.chain.advance(1_000_000);
    assert_refused(
        world.administer(&admin, call::SetDuration { duration: 50 }),
        StakingError::StillRunning,
    );
}

#[test]
fn durations_beyond_their_bounds_are_refused() {
    let mut world = World::new();
    let admin = world.admin.insecure_clone();
    for duration in [0, MAX_DURATION + 1, u32::MAX] {
        assert_refused(
            world.administer(&admin, call::SetDuration { duration }),
            StakingError::BadDuration,
        );
    }
    for duration in [1, MAX_DURATION] {
        world.administer(&admin, call::SetDuration { duration }).unwrap();
    }
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::new();
    let (other, _) = world.other_pool();
    let admin = world.admin.insecure_clone();
    let accounts = staking::accounts::Administer {
        admin: admin.pubkey(),
        pool: world.pool.pool,
    };
    let call = instruction_of(accounts, call::SetDuration { duration: 50 });
    Substitutions::new("staking", &call, &[&admin])
        .wrong("pool", other.pool)
        .assert_refused(&mut world.chain);
}
