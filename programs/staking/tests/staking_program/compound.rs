//! `compound`: rewards become stake, where both are of one mint.

use program_testing::{assert_refused, events, substitution::Substitutions};
use solana_signer::Signer;
use staking::error::StakingError;
use staking::events::Compounded;
use staking::instruction as call;

use crate::world::{FUNDS, LOCK, LOCKED, World, instruction_of};

#[test]
fn rewards_become_stake_and_earn() {
    let mut world = World::with_one_mint();
    let alice = world.staker(LOCKED);
    world.stake(&alice, 100).unwrap();
    world.fund(10_000).unwrap();
    world.chain.advance(10);
    let done = world.compound(&alice).unwrap();

    let position = world.position(&alice);
    assert_eq!((position.staked, position.share.owed.whole), (200, 0));
    assert_eq!(position.share.weight.get(), 400);
    assert_eq!(
        (
            world.tokens(&world.pool.stakes),
            world.tokens(&world.pool.rewards)
        ),
        (200, 9_900)
    );
    assert_eq!(
        (world.tokens(&alice.tokens), world.tokens(&alice.rewards)),
        (FUNDS - 100, 0)
    );

    let [event] = events::by_call::<Compounded>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.pool, event.position, event.owner, event.tier),
        (world.pool.pool, alice.position, alice.owner.pubkey(), LOCKED)
    );
    assert_eq!(
        (event.amount, event.staked, event.weight, event.total, event.paid),
        (100, 200, 400, 200, 100)
    );
    assert_eq!(event.unlocks_at, world.chain.now() + LOCK);
    world.assert_covered();
}

#[test]
fn it_locks_the_whole_position_anew() {
    let mut world = World::with_one_mint();
    let alice = world.staker(LOCKED);
    world.stake(&alice, 100).unwrap();
    world.fund(10_000).unwrap();
    world.chain.advance(LOCK);
    world.compound(&alice).unwrap();
    world.chain.advance(LOCK - 1);
    assert_refused(world.unstake(&alice, 1), StakingError::Locked);
    world.chain.advance(1);
    world.unstake(&alice, 1).unwrap();
}

#[test]
fn rewards_of_another_mint_cannot_become_stake() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 100).unwrap();
    world.fund(10_000).unwrap();
    world.chain.advance(10);
    assert_refused(world.compound(&alice), StakingError::NotCompoundable);
}

#[test]
fn nothing_earned_and_a_paused_pool_are_refused() {
    let mut world = World::with_one_mint();
    let alice = world.staker(0);
    world.stake(&alice, 100).unwrap();
    world.fund(10_000).unwrap();
    assert_refused(world.compound(&alice), StakingError::NothingEarned);
    world.chain.advance(10);
    let guardian = world.guardian.insecure_clone();
    world.pause(&guardian).unwrap();
    assert_refused(world.compound(&alice), StakingError::Paused);
}

#[test]
fn a_sum_beyond_64_bits_is_refused() {
    let mut world = World::with_one_mint();
    let alice = world.staker(0);
    world.stake(&alice, 100).unwrap();
    world.fund(10_000).unwrap();
    world.chain.advance(10);
    world.edit(|pool| pool.staked = u64::MAX - 99);
    assert_refused(world.compound(&alice), StakingError::Overflow);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::with_one_mint();
    let (alice, bob) = (world.staker(0), world.staker(0));
    let (other, _) = world.other_pool();
    let elsewhere = world.elsewhere(&other, &alice);
    world.stake(&alice, 10).unwrap();
    world.stake(&bob, 100).unwrap();
    world.fund(10_000).unwrap();
    world.chain.advance(10);
    let call = instruction_of(world.compound_accounts(&alice), call::Compound {});
    Substitutions::new("staking", &call, &[&alice.owner])
        .wrong("pool", other.pool)
        .wrong("position", bob.position)
        .wrong("position", elsewhere)
        .wrong("stakes", other.stakes)
        .wrong("stakes", bob.tokens)
        .wrong("rewards", other.rewards)
        .assert_refused(&mut world.chain);
}
