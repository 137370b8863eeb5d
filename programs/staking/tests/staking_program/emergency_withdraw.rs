//! `emergency_withdraw`: all stake at once, for all rewards; locks and cooldowns hold unless the pool is paused.

use program_testing::{assert_refused, events, substitution::Substitutions};
use solana_signer::Signer;
use staking::error::StakingError;
use staking::events::EmergencyWithdrawn;
use staking::instruction as call;

use crate::world::{FUNDS, LOCK, LOCKED, World, instruction_of};

#[test]
fn while_paused_neither_lock_nor_cooldown_holds() {
    let mut world = World::with_cooldown(50);
    let alice = world.staker(LOCKED);
    world.stake(&alice, 600).unwrap();
    world.chain.advance(LOCK);
    world.unstake(&alice, 200).unwrap();
    world.stake(&alice, 1).unwrap(); // locked again
    world.fund(10_000).unwrap();
    world.chain.advance(10);
    let guardian = world.guardian.insecure_clone();
    world.pause(&guardian).unwrap();
    let done = world.emergency_withdraw(&alice).unwrap();

    assert_eq!(world.tokens(&alice.tokens), FUNDS);
    assert_eq!(world.tokens(&alice.rewards), 0);
    let position = world.position(&alice);
    assert!(position.is_empty());
    let state = world.state();
    assert_eq!(
        (state.staked, state.cooling, state.stream.weight.get()),
        (0, 0, 0)
    );

    let [event] = events::by_call::<EmergencyWithdrawn>(&done)
        .try_into()
        .ok()
        .unwrap();
    assert_eq!(
        (event.pool, event.position, event.owner, event.destination),
        (
            world.pool.pool,
            alice.position,
            alice.owner.pubkey(),
            alice.tokens
        )
    );
    assert_eq!((event.amount, event.forfeited, event.total), (601, 99, 0));
}

#[test]
fn what_is_forfeited_goes_into_the_next_funding() {
    let (mut world, alice) = World::with_alice();
    let bob = world.staker(0);
    world.stake(&alice, 100).unwrap();
    world.fund(10_000).unwrap();
    world.chain.advance(500);
    world.emergency_withdraw(&alice).unwrap();
    assert_refused(world.claim(&alice), StakingError::NothingEarned);
    // The other half goes on, and the forfeited one waits.
    world.stake(&bob, 100).unwrap();
    world.chain.advance(1_000);
    world.claim(&bob).unwrap();
    assert_eq!(world.tokens(&bob.rewards), 5_000);
    world.fund(1).unwrap();
    world.chain.advance(1_000);
    world.claim(&bob).unwrap();
    // 10,001, but for the remainder that the next funding takes up.
    assert_eq!(world.tokens(&bob.rewards), 10_000);
    world.assert_covered();
}

#[test]
fn the_lock_holds_while_the_pool_is_not_paused() {
    let mut world = World::new();
    let alice = world.staker(LOCKED);
    world.stake(&alice, 10).unwrap();
    world.chain.advance(LOCK - 1);
    assert_refused(world.emergency_withdraw(&alice), StakingError::Locked);
    world.chain.advance(1);
    world.emergency_withdraw(&alice).unwrap();
    assert_eq!(world.tokens(&alice.tokens), FUNDS);
}

#[test]
fn the_cooldown_holds_while_the_pool_is_not_paused() {
    let mut world = World::with_cooldown(50);
    let alice = world.staker(0);
    world.stake(&alice, 10).unwrap();
    assert_refused(world.emergency_withdraw(&alice), StakingError::MustCool);
    world.unstake(&alice, 10).unwrap();
    assert_refused(world.emergency_withdraw(&alice), StakingError::StillCooling);
    world.chain.advance(50);
    world.emergency_withdraw(&alice).unwrap();
    assert_eq!(world.tokens(&alice.tokens), FUNDS);
}

#[test]
fn an_empty_position_is_refused() {
    let (mut world, alice) = World::with_alice();
    assert_refused(world.emergency_withdraw(&alice), StakingError::PositionEmpty);
    world.stake(&alice, 10).unwrap();
    world.emergency_withdraw(&alice).unwrap();
    assert_refused(world.emergency_withdraw(&alice), StakingError::PositionEmpty);
}

#[test]
fn the_pool_cannot_be_the_destination() {
    let mut world = World::with_one_mint();
    let alice = world.staker(0);
    world.stake(&alice, 10).unwrap();
    for destination in [world.pool.rewards, world.pool.stakes] {
        let accounts = staking::accounts::Withdraw {
            destination,
            ..world.withdraw_accounts(&alice)
        };
        let result = world.call(accounts, call::EmergencyWithdraw {}, &[&alice.owner]);
        assert_refused(result, StakingError::WrongDestination);
    }
}

#[test]
fn wrong_accounts_are_refused() {
    let (mut world, alice) = World::with_alice();
    let bob = world.staker(0);
    let (other, _) = world.other_pool();
    let elsewhere = world.elsewhere(&other, &alice);
    world.stake(&alice, 10).unwrap();
    world.stake(&bob, 200).unwrap();
    world.unstake(&bob, 100).unwrap();
    let call = instruction_of(world.withdraw_accounts(&alice), call::EmergencyWithdraw {});
    Substitutions::new("staking", &call, &[&alice.owner])
        .wrong("pool", other.pool)
        .wrong("position", bob.position)
        .wrong("position", elsewhere)
        .wrong("stake_mint", world.pool.reward_mint)
        .wrong("destination", alice.rewards)
        .wrong("stakes", world.pool.rewards)
        .wrong("stakes", other.stakes)
        .assert_refused(&mut world.chain);
}
