//! Who earns what, in whole histories. `staking_model` has thousands of them; these can be followed with a pencil.

use staking::accounting::Fixed;

use crate::world::{FUNDS, LOCK, LOCKED, Staker, World};

/// What the position could claim now.
fn claimable(world: &World, staker: &Staker) -> u64 {
    let (mut pool, mut position) = (world.state(), world.position(staker));
    pool.claim(&mut position, world.chain.now()).unwrap()
}

#[test]
fn a_second_is_divided_by_weight() {
    let (mut world, alice) = World::with_alice();
    let bob = world.staker(LOCKED);
    world.stake(&alice, 200).unwrap();
    world.stake(&bob, 300).unwrap(); // counts 600
    world.fund(8_000).unwrap();
    world.chain.advance(1_000);
    assert_eq!(
        (claimable(&world, &alice), claimable(&world, &bob)),
        (2_000, 6_000)
    );
}

#[test]
fn the_multiplier_stays_after_the_lock() {
    let (mut world, alice) = World::with_alice();
    let bob = world.staker(LOCKED);
    world.stake(&alice, 100).unwrap();
    world.stake(&bob, 100).unwrap();
    world.chain.advance(10 * LOCK);
    world.fund(6_000).unwrap();
    world.chain.advance(1_000);
    assert_eq!(
        (claimable(&world, &alice), claimable(&world, &bob)),
        (2_000, 4_000)
    );
}

#[test]
fn who_comes_later_earns_later() {
    let (mut world, alice) = World::with_alice();
    let bob = world.staker(0);
    world.stake(&alice, 64).unwrap();
    world.fund(64_000).unwrap();
    world.chain.advance(500);
    world.stake(&bob, 64).unwrap();
    assert_eq!((claimable(&world, &alice), claimable(&world, &bob)), (32_000, 0));
    world.chain.advance(500);
    assert_eq!(
        (claimable(&world, &alice), claimable(&world, &bob)),
        (48_000, 16_000)
    );
}

#[test]
fn time_in_which_nobody_is_staked_does_not_count() {
    let (mut world, alice) = World::with_alice();
    world.fund(64_000).unwrap();
    world.chain.advance(5_000);
    world.stake(&alice, 64).unwrap();
    assert_eq!(world.state().stream.seconds_left, 1_000);
    world.chain.advance(400);
    world.exit(&alice).unwrap();
    assert_eq!(world.tokens(&alice.rewards), 25_600);
    world.chain.advance(5_000);
    assert_eq!(world.state().stream.seconds_left, 600);
    world.stake(&alice, 64).unwrap();
    world.chain.advance(10_000);
    world.exit(&alice).unwrap();
    assert_eq!(world.tokens(&alice.rewards), 64_000);
}

#[test]
fn nothing_flows_after_the_end() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 64).unwrap();
    world.fund(64_000).unwrap();
    world.chain.advance(1_000);
    let at_the_end = claimable(&world, &alice);
    world.chain.advance(1_000_000);
    assert_eq!((at_the_end, claimable(&world, &alice)), (64_000, 64_000));
}

#[test]
fn a_clock_that_goes_back_pays_nothing_twice() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 64).unwrap();
    world.fund(64_000).unwrap();
    world.chain.advance(100);
    world.claim(&alice).unwrap();
    for _ in 0..3 {
        world.chain.advance(-50);
        assert_eq!(claimable(&world, &alice), 0);
        world.stake(&alice, 64).unwrap();
        world.chain.advance(50);
        world.stake(&alice, 64).unwrap();
    }
    assert_eq!(
        (world.tokens(&alice.rewards), claimable(&world, &alice)),
        (6_400, 0)
    );
}

#[test]
fn a_clock_that_goes_back_ends_no_lock_or_cooldown_earlier() {
    let mut world = World::with_cooldown(50);
    let alice = world.staker(LOCKED);
    world.stake(&alice, 64).unwrap();
    let unlocks_at = world.position(&alice).unlocks_at;
    world.chain.advance(-50);
    world.stake(&alice, 64).unwrap();
    assert_eq!(world.position(&alice).unlocks_at, unlocks_at);

    world.chain.set_time(unlocks_at + 10);
    world.unstake(&alice, 64).unwrap();
    let cooled_at = world.position(&alice).cooled_at;
    world.chain.advance(-5);
    world.unstake(&alice, 64).unwrap();
    assert_eq!(world.position(&alice).cooled_at, cooled_at);
}

#[test]
fn stake_that_stays_for_no_second_earns_nothing() {
    let (mut world, alice) = World::with_alice();
    let mallory = world.staker(0);
    world.stake(&alice, 1).unwrap();
    world.fund(FUNDS).unwrap();
    world.chain.advance(500);
    world.stake(&mallory, FUNDS).unwrap();
    world.exit(&mallory).unwrap();
    assert_eq!(world.tokens(&mallory.rewards), 0);
    assert_eq!(claimable(&world, &alice), FUNDS / 2);
}

#[test]
fn a_call_in_every_second_loses_nothing() {
    let (mut world, alice) = World::with_alice();
    let bob = world.staker(0);
    // A second's 1/100 of a base unit cannot be divided by this weight without a remainder.
    world.stake(&alice, 333_333).unwrap();
    world.fund(10).unwrap();
    world.stake(&bob, 1).unwrap();
    for _ in 0..1_000 {
        world.chain.advance(1);
        world.stake(&bob, 1).unwrap();
    }
    let (mut pool, mut a, mut b) = (world.state(), world.position(&alice), world.position(&bob));
    let now = world.chain.now();
    pool.stream.settle(&mut a.share, now).unwrap();
    pool.stream.settle(&mut b.share, now).unwrap();
    let owed = a.share.owed.get() + b.share.owed.get();
    let dust = pool.stream.carry.get() + pool.stream.unscheduled.get();
    assert_eq!(owed + dust, Fixed::whole(10).get());
    assert!(dust < 1_000_000, "{dust} / 2^64 base units");
}
