//! `withdraw`: stake leaves after its cooldown.

use program_testing::{assert_refused, events, substitution::Substitutions, tokens};
use solana_signer::Signer;
use staking::error::StakingError;
use staking::events::Withdrawn;
use staking::instruction as call;

use crate::world::{FUNDS, World, instruction_of};

#[test]
fn what_has_cooled_down_leaves() {
    for token_program in tokens::TOKEN_PROGRAMS {
        let mut world = World::with_token_programs(token_program, token_program);
        let alice = world.staker(0);
        world.stake(&alice, 600).unwrap();
        world.unstake(&alice, 200).unwrap();
        let done = world.withdraw(&alice).unwrap();

        let position = world.position(&alice);
        assert_eq!((position.staked, position.cooling), (400, 0));
        assert_eq!((world.state().staked, world.state().cooling), (400, 0));
        assert_eq!(world.tokens(&alice.tokens), FUNDS - 400);
        assert_eq!(world.tokens(&world.pool.stakes), 400);

        let [event] = events::by_call::<Withdrawn>(&done).try_into().ok().unwrap();
        assert_eq!(
            (event.pool, event.position, event.owner, event.destination),
            (
                world.pool.pool,
                alice.position,
                alice.owner.pubkey(),
                alice.tokens
            )
        );
        assert_eq!(event.amount, 200);
        assert_refused(world.withdraw(&alice), StakingError::NothingCooling);
    }
}

#[test]
fn the_cooldown_holds_to_the_second_and_while_the_clock_goes_back() {
    let mut world = World::with_cooldown(50);
    let alice = world.staker(0);
    world.stake(&alice, 10).unwrap();
    world.unstake(&alice, 10).unwrap();
    let unstaked_at = world.chain.now();
    for too_early in [unstaked_at - 1_000, unstaked_at, unstaked_at + 49] {
        world.chain.set_time(too_early);
        assert_refused(world.withdraw(&alice), StakingError::StillCooling);
    }
    world.chain.set_time(unstaked_at + 50);
    world.withdraw(&alice).unwrap();
}

#[test]
fn what_is_staked_does_not_leave() {
    let (mut world, alice) = World::with_alice();
    assert_refused(world.withdraw(&alice), StakingError::NothingCooling);
    world.stake(&alice, 10).unwrap();
    assert_refused(world.withdraw(&alice), StakingError::NothingCooling);
}

#[test]
fn the_pool_cannot_be_the_destination() {
    let mut world = World::with_one_mint();
    let alice = world.staker(0);
    world.stake(&alice, 10).unwrap();
    world.unstake(&alice, 10).unwrap();
    for destination in [world.pool.rewards, world.pool.stakes] {
        let accounts = staking::accounts::Withdraw {
            destination,
            ..world.withdraw_accounts(&alice)
        };
        let result = world.call(accounts, call::Withdraw {}, &[&alice.owner]);
        assert_refused(result, StakingError::WrongDestination);
    }
}

#[test]
fn a_pool_that_would_not_cover_its_stake_does_not_pay() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 10).unwrap();
    world.unstake(&alice, 5).unwrap();
    world.edit(|pool| pool.staked = 6);
    assert_refused(world.withdraw(&alice), StakingError::VaultShort);
    // Nor one that would owe less than nothing.
    world.edit(|pool| pool.cooling = 4);
    assert_refused(world.withdraw(&alice), StakingError::VaultShort);
}

#[test]
fn wrong_accounts_are_refused() {
    let (mut world, alice) = World::with_alice();
    let bob = world.staker(0);
    let (other, _) = world.other_pool();
    let elsewhere = world.elsewhere(&other, &alice);
    for staker in [&alice, &bob] {
        world.stake(staker, 200).unwrap();
        world.unstake(staker, 100).unwrap();
    }
    let call = instruction_of(world.withdraw_accounts(&alice), call::Withdraw {});
    Substitutions::new("staking", &call, &[&alice.owner])
        .wrong("pool", other.pool)
        .wrong("position", bob.position)
        .wrong("position", elsewhere)
        .wrong("stake_mint", world.pool.reward_mint)
        .wrong("destination", alice.rewards)
        .wrong("destination", world.pool.rewards)
        .wrong("stakes", world.pool.rewards)
        .wrong("stakes", other.stakes)
        .wrong("stakes", bob.tokens)
        .assert_refused(&mut world.chain);
}
