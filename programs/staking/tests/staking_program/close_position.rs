//! `close_position`: an empty position, and its rent goes back.

use program_testing::{assert_refused, events, substitution::Substitutions};
use solana_signer::Signer;
use staking::accounting::Fixed;
use staking::error::StakingError;
use staking::events::PositionClosed;
use staking::instruction as call;

use crate::world::{World, instruction_of};

#[test]
fn the_rent_goes_back_to_the_owner() {
    let (mut world, alice) = World::with_alice();
    let rent = world.chain.lamports(&alice.position);
    let before = world.chain.lamports(&alice.owner.pubkey());
    let payer = world.chain.user();
    let accounts = world.close_accounts(&alice);
    let done = world
        .call(accounts, call::ClosePosition {}, &[&payer, &alice.owner])
        .unwrap();
    assert!(!world.chain.exists(&alice.position));
    assert_eq!(world.chain.lamports(&alice.owner.pubkey()), before + rent);

    let [event] = events::by_log::<PositionClosed>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.pool, event.position, event.owner, event.tier),
        (world.pool.pool, alice.position, alice.owner.pubkey(), 0)
    );
}

#[test]
fn the_fraction_that_could_not_be_paid_stays_in_the_pool() {
    let (mut world, alice) = World::with_alice();
    let bob = world.staker(0);
    world.stake(&alice, 1).unwrap();
    world.stake(&bob, 2).unwrap();
    world.fund(1_000).unwrap();
    world.chain.advance(1_000);
    world.exit(&alice).unwrap();
    let fraction = world.position(&alice).share.owed;
    assert_eq!(fraction.whole, 0);
    let before = world.state().stream.unscheduled.get();
    world.close(&alice).unwrap();
    // A third.
    let returned = world.state().stream.unscheduled.get() - before;
    assert_eq!(returned, fraction.get());
    assert!(returned.abs_diff(Fixed::whole(1).get() / 3) < 1_000);
}

#[test]
fn a_position_that_holds_anything_is_refused() {
    let mut world = World::with_cooldown(50);
    let alice = world.staker(0);
    world.stake(&alice, 10).unwrap();
    assert_refused(world.close(&alice), StakingError::PositionNotEmpty);
    world.unstake(&alice, 10).unwrap();
    assert_refused(world.close(&alice), StakingError::PositionNotEmpty);
    world.chain.advance(50);
    world.withdraw(&alice).unwrap();
    world.close(&alice).unwrap();
}

#[test]
fn a_position_that_is_owed_rewards_is_refused() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 10).unwrap();
    world.fund(1_000).unwrap();
    world.chain.advance(100);
    world.unstake(&alice, 10).unwrap();
    world.withdraw(&alice).unwrap();
    assert_refused(world.close(&alice), StakingError::PositionNotEmpty);
    world.claim(&alice).unwrap();
    world.close(&alice).unwrap();
}

#[test]
fn wrong_accounts_are_refused() {
    let (mut world, alice) = World::with_alice();
    let bob = world.staker(0);
    let (other, _) = world.other_pool();
    let elsewhere = world.open(&other, &alice.owner, 0);
    let call = instruction_of(world.close_accounts(&alice), call::ClosePosition {});
    Substitutions::new("staking", &call, &[&alice.owner])
        .wrong("pool", other.pool)
        .wrong("position", bob.position)
        .wrong("position", elsewhere)
        .assert_refused(&mut world.chain);
}
