//! `exit`: claims, unstakes everything and withdraws what has cooled down.

use program_testing::{assert_refused, events, substitution::Substitutions, tokens};
use staking::error::StakingError;
use staking::events::{Claimed, Unstaked, Withdrawn};
use staking::instruction as call;

use crate::world::{FUNDS, LOCK, LOCKED, World, instruction_of};

#[test]
fn without_a_cooldown_everything_leaves() {
    let [spl, token_2022] = tokens::TOKEN_PROGRAMS;
    for (stake, reward) in [(spl, spl), (spl, token_2022), (token_2022, spl)] {
        let mut world = World::with_token_programs(stake, reward);
        let alice = world.staker(LOCKED);
        world.stake(&alice, 600).unwrap();
        world.fund(10_000).unwrap();
        world.chain.advance(LOCK);
        let done = world.exit(&alice).unwrap();

        assert_eq!(world.tokens(&alice.tokens), FUNDS);
        assert_eq!(world.tokens(&alice.rewards), 999);
        assert!(world.position(&alice).is_empty());
        let state = world.state();
        assert_eq!(
            (state.staked, state.cooling, state.stream.weight.get()),
            (0, 0, 0)
        );

        let [unstaked] = events::by_call::<Unstaked>(&done).try_into().ok().unwrap();
        let [claimed] = events::by_call::<Claimed>(&done).try_into().ok().unwrap();
        let [withdrawn] = events::by_call::<Withdrawn>(&done).try_into().ok().unwrap();
        assert_eq!(
            (unstaked.amount, claimed.amount, withdrawn.amount),
            (600, 999, 600)
        );
        assert_eq!(
            (claimed.destination, withdrawn.destination),
            (alice.rewards, alice.tokens)
        );
        assert_refused(world.exit(&alice), StakingError::PositionEmpty);
    }
}

#[test]
fn with_a_cooldown_the_rest_leaves_after_it() {
    let mut world = World::with_cooldown(50);
    let alice = world.staker(0);
    world.stake(&alice, 600).unwrap();
    world.fund(10_000).unwrap();
    world.chain.advance(10);
    let done = world.exit(&alice).unwrap();
    assert!(events::by_call::<Withdrawn>(&done).is_empty());
    assert_eq!(
        (world.tokens(&alice.tokens), world.tokens(&alice.rewards)),
        (FUNDS - 600, 99)
    );
    // Again is too early, and does not restart the cooldown.
    world.chain.advance(49);
    assert_refused(world.exit(&alice), StakingError::StillCooling);
    world.chain.advance(1);
    let done = world.exit(&alice).unwrap();
    assert!(events::by_call::<Unstaked>(&done).is_empty());
    assert_eq!(world.tokens(&alice.tokens), FUNDS);
}

#[test]
fn what_has_cooled_down_before_does_not_cool_again() {
    let mut world = World::with_cooldown(50);
    let alice = world.staker(0);
    world.stake(&alice, 600).unwrap();
    world.unstake(&alice, 200).unwrap();
    world.chain.advance(50);
    world.exit(&alice).unwrap();
    assert_eq!(world.tokens(&alice.tokens), FUNDS - 400);
    assert_eq!(world.position(&alice).cooling, 400);
    world.assert_covered();

    // In a pool without a cooldown everything leaves in two payments.
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 600).unwrap();
    world.unstake(&alice, 200).unwrap();
    let done = world.exit(&alice).unwrap();
    let withdrawn = events::by_call::<Withdrawn>(&done);
    let amounts: Vec<_> = withdrawn.iter().map(|event| event.amount).collect();
    assert_eq!((amounts, world.tokens(&alice.tokens)), (vec![200, 400], FUNDS));
}

#[test]
fn with_one_mint_both_can_go_to_one_account() {
    let mut world = World::with_one_mint();
    let alice = world.staker(0);
    world.stake(&alice, 600).unwrap();
    world.fund(10_000).unwrap();
    world.chain.advance(10);
    let accounts = staking::accounts::Exit {
        reward_destination: alice.tokens,
        ..world.exit_accounts(&alice)
    };
    world.call(accounts, call::Exit {}, &[&alice.owner]).unwrap();
    assert_eq!(world.tokens(&alice.tokens), FUNDS + 99);
    world.assert_covered();
}

#[test]
fn the_lock_holds() {
    let mut world = World::new();
    let alice = world.staker(LOCKED);
    world.stake(&alice, 10).unwrap();
    world.chain.advance(LOCK - 1);
    assert_refused(world.exit(&alice), StakingError::Locked);
    world.chain.advance(1);
    world.exit(&alice).unwrap();
}

#[test]
fn it_works_while_the_pool_is_paused_and_an_empty_position_is_refused() {
    let (mut world, alice) = World::with_alice();
    assert_refused(world.exit(&alice), StakingError::PositionEmpty);
    world.stake(&alice, 10).unwrap();
    let guardian = world.guardian.insecure_clone();
    world.pause(&guardian).unwrap();
    world.exit(&alice).unwrap();
    assert_eq!(world.tokens(&alice.tokens), FUNDS);
}

#[test]
fn the_pool_cannot_be_a_destination() {
    let mut world = World::with_one_mint();
    let alice = world.staker(0);
    world.stake(&alice, 10).unwrap();
    for vault in [world.pool.rewards, world.pool.stakes] {
        let right = world.exit_accounts(&alice);
        for accounts in [
            staking::accounts::Exit {
                stake_destination: vault,
                ..right
            },
            staking::accounts::Exit {
                reward_destination: vault,
                ..right
            },
        ] {
            let result = world.call(accounts, call::Exit {}, &[&alice.owner]);
            assert_refused(result, StakingError::WrongDestination);
        }
    }
}

#[test]
fn wrong_accounts_are_refused() {
    let [spl, token_2022] = tokens::TOKEN_PROGRAMS;
    let mut world = World::with_token_programs(spl, token_2022);
    let (alice, bob) = (world.staker(0), world.staker(0));
    let (other, _) = world.other_pool();
    let elsewhere = world.elsewhere(&other, &alice);
    world.stake(&alice, 10).unwrap();
    world.stake(&bob, 200).unwrap();
    world.unstake(&bob, 100).unwrap();
    world.fund(10_000).unwrap();
    world.chain.advance(10);
    let call = instruction_of(world.exit_accounts(&alice), call::Exit {});
    Substitutions::new("staking", &call, &[&alice.owner])
        .wrong("pool", other.pool)
        .wrong("position", bob.position)
        .wrong("position", elsewhere)
        .wrong("stakes", other.stakes)
        .wrong("rewards", other.rewards)
        .assert_refused(&mut world.chain);
}
