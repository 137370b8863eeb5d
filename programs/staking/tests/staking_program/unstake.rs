//! `unstake`: stake whose lock is over earns no longer, and cools down.

use program_testing::{assert_refused, events, substitution::Substitutions};
use solana_signer::Signer;
use staking::error::StakingError;
use staking::events::Unstaked;
use staking::instruction as call;

use crate::world::{LOCK, LOCKED, World, instruction_of};

#[test]
fn stake_cools_down_and_its_weight_is_gone() {
    let mut world = World::with_cooldown(50);
    let alice = world.staker(LOCKED);
    world.stake(&alice, 600).unwrap();
    world.chain.advance(LOCK);
    let done = world.unstake(&alice, 200).unwrap();

    let position = world.position(&alice);
    assert_eq!((position.staked, position.cooling), (400, 200));
    assert_eq!(position.share.weight.get(), 800);
    let state = world.state();
    assert_eq!(
        (state.staked, state.cooling, state.stream.weight.get()),
        (400, 200, 800)
    );
    assert_eq!(world.tokens(&world.pool.stakes), 600);

    let [event] = events::by_call::<Unstaked>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.pool, event.position, event.owner, event.tier),
        (world.pool.pool, alice.position, alice.owner.pubkey(), LOCKED)
    );
    assert_eq!(
        (
            event.amount,
            event.staked,
            event.weight,
            event.cooling,
            event.total
        ),
        (200, 400, 800, 200, 400)
    );
    assert_eq!(event.cooled_at, world.chain.now() + 50);
}

#[test]
fn it_earns_until_this_second_and_not_longer() {
    let mut world = World::with_cooldown(50);
    let (alice, bob) = (world.staker(0), world.staker(0));
    world.stake(&alice, 100).unwrap();
    world.stake(&bob, 100).unwrap();
    world.fund(10_000).unwrap();
    world.chain.advance(100);
    world.unstake(&alice, 100).unwrap();
    world.chain.advance(100);
    world.claim(&alice).unwrap();
    world.claim(&bob).unwrap();
    // Half of the first 1,000 each, and bob all of the second.
    assert_eq!(
        (world.tokens(&alice.rewards), world.tokens(&bob.rewards)),
        (500, 1_500)
    );
}

#[test]
fn more_restarts_the_cooldown_of_all_that_is_cooling() {
    let mut world = World::with_cooldown(50);
    let alice = world.staker(0);
    world.stake(&alice, 600).unwrap();
    world.unstake(&alice, 200).unwrap();
    world.chain.advance(49);
    world.unstake(&alice, 1).unwrap();
    world.chain.advance(49);
    assert_refused(world.withdraw(&alice), StakingError::StillCooling);
    world.chain.advance(1);
    world.withdraw(&alice).unwrap();
    assert_eq!(world.tokens(&world.pool.stakes), 399);
}

#[test]
fn the_lock_holds_to_the_second_and_while_the_clock_goes_back() {
    let mut world = World::new();
    let alice = world.staker(LOCKED);
    world.stake(&alice, 10).unwrap();
    let staked_at = world.chain.now();
    for too_early in [staked_at - 1_000, staked_at, staked_at + LOCK - 1] {
        world.chain.set_time(too_early);
        assert_refused(world.unstake(&alice, 10), StakingError::Locked);
    }
    world.chain.set_time(staked_at + LOCK);
    world.unstake(&alice, 10).unwrap();
}

#[test]
fn amounts_that_cannot_be_are_refused() {
    let (mut world, alice) = World::with_alice();
    assert_refused(world.unstake(&alice, 1), StakingError::InsufficientStake);
    world.stake(&alice, 10).unwrap();
    assert_refused(world.unstake(&alice, 0), StakingError::ZeroAmount);
    assert_refused(world.unstake(&alice, 11), StakingError::InsufficientStake);
    assert_refused(world.unstake(&alice, u64::MAX), StakingError::InsufficientStake);
    world.unstake(&alice, 10).unwrap();
    // What is cooling is not staked.
    assert_refused(world.unstake(&alice, 1), StakingError::InsufficientStake);
}

#[test]
fn it_works_while_the_pool_is_paused() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 10).unwrap();
    let guardian = world.guardian.insecure_clone();
    world.pause(&guardian).unwrap();
    world.unstake(&alice, 10).unwrap();
    world.withdraw(&alice).unwrap();
}

#[test]
fn wrong_accounts_are_refused() {
    let (mut world, alice) = World::with_alice();
    let bob = world.staker(0);
    let (other, _) = world.other_pool();
    let elsewhere = world.elsewhere(&other, &alice);
    world.stake(&alice, 10).unwrap();
    world.stake(&bob, 100).unwrap();
    let call = instruction_of(world.unstake_accounts(&alice), call::Unstake { amount: 10 });
    Substitutions::new("staking", &call, &[&alice.owner])
        .wrong("pool", other.pool)
        .wrong("position", bob.position)
        .wrong("position", elsewhere)
        .assert_refused(&mut world.chain);
}
