//! `recover`: tokens that were sent past the program, and never stake or rewards.

use program_testing::{assert_refused, events, substitution::Substitutions, tokens};
use solana_signer::Signer;
use staking::error::StakingError;
use staking::events::Recovered;
use staking::instruction as call;

use crate::world::{LOCK, LOCKED, World, instruction_of};

#[test]
fn only_the_excess_of_either_account_leaves() {
    let mut world = World::with_cooldown(50);
    let alice = world.staker(LOCKED);
    world.stake(&alice, 600).unwrap();
    world.chain.advance(LOCK);
    world.unstake(&alice, 200).unwrap();
    world.fund(10_000).unwrap();
    world.chain.advance(300);
    world.claim(&alice).unwrap();
    let claimed = world.tokens(&alice.rewards);
    let keys = world.pool;
    tokens::mint_to(&mut world.chain, &keys.stake_mint, &keys.stakes, 77).unwrap();
    tokens::mint_to(&mut world.chain, &keys.reward_mint, &keys.rewards, 88).unwrap();
    let safe = tokens::account(&mut world.chain, &keys.stake_mint, &world.admin.pubkey(), 0);

    let done = world.recover(keys.stakes, keys.stake_mint, safe).unwrap();
    assert_eq!((world.tokens(&safe), world.tokens(&keys.stakes)), (77, 600));
    let [event] = events::by_call::<Recovered>(&done).try_into().ok().unwrap();
    assert_eq!(
        (
            event.pool,
            event.mint,
            event.source,
            event.destination,
            event.amount
        ),
        (keys.pool, keys.stake_mint, keys.stakes, safe, 77)
    );

    let before = world.tokens(&world.treasury);
    world
        .recover(keys.rewards, keys.reward_mint, world.treasury)
        .unwrap();
    assert_eq!(world.tokens(&world.treasury), before + 88);
    assert_eq!(world.tokens(&keys.rewards), 10_000 - claimed);

    for (source, mint, destination) in [
        (keys.stakes, keys.stake_mint, safe),
        (keys.rewards, keys.reward_mint, world.treasury),
    ] {
        assert_refused(
            world.recover(source, mint, destination),
            StakingError::NothingToRecover,
        );
    }
    world.assert_covered();
}

#[test]
fn with_one_mint_stake_and_rewards_are_counted_apart() {
    let mut world = World::with_one_mint();
    let alice = world.staker(0);
    world.stake(&alice, 600).unwrap();
    world.fund(10_000).unwrap();
    let keys = world.pool;
    for source in [keys.stakes, keys.rewards] {
        let result = world.recover(source, keys.stake_mint, world.treasury);
        assert_refused(result, StakingError::NothingToRecover);
    }
    tokens::mint_to(&mut world.chain, &keys.stake_mint, &keys.stakes, 5).unwrap();
    world
        .recover(keys.stakes, keys.stake_mint, world.treasury)
        .unwrap();
    assert_eq!(world.tokens(&keys.stakes), 600);
}

#[test]
fn rewards_that_nobody_has_earned_stay() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 600).unwrap();
    world.fund(10_000).unwrap();
    world.chain.advance(500);
    world.emergency_withdraw(&alice).unwrap();
    let keys = world.pool;
    let result = world.recover(keys.rewards, keys.reward_mint, world.treasury);
    assert_refused(result, StakingError::NothingToRecover);
}

#[test]
fn tokens_of_any_other_mint_leave_entirely() {
    let mut world = World::new();
    for token_program in tokens::TOKEN_PROGRAMS {
        let mint = tokens::mint(&mut world.chain, &token_program, &[]);
        let astray = tokens::account(&mut world.chain, &mint, &world.pool.pool, 500);
        let safe = tokens::account(&mut world.chain, &mint, &world.admin.pubkey(), 0);
        world.recover(astray, mint, safe).unwrap();
        assert_eq!((world.tokens(&astray), world.tokens(&safe)), (0, 500));
    }
}

#[test]
fn the_pools_own_accounts_cannot_be_the_destination() {
    let mut world = World::with_one_mint();
    let keys = world.pool;
    tokens::mint_to(&mut world.chain, &keys.stake_mint, &keys.stakes, 5).unwrap();
    for destination in [keys.stakes, keys.rewards] {
        let result = world.recover(keys.stakes, keys.stake_mint, destination);
        assert_refused(result, StakingError::WrongDestination);
    }
}

#[test]
fn a_pool_that_is_short_recovers_nothing() {
    let mut world = World::new();
    let keys = world.pool;
    world.edit(|pool| (pool.staked, pool.stream.funded) = (1, 1));
    let safe = tokens::account(&mut world.chain, &keys.stake_mint, &world.admin.pubkey(), 0);
    let result = world.recover(keys.stakes, keys.stake_mint, safe);
    assert_refused(result, StakingError::VaultShort);
    let result = world.recover(keys.rewards, keys.reward_mint, world.treasury);
    assert_refused(result, StakingError::VaultShort);
}

#[test]
fn wrong_accounts_are_refused() {
    let (mut world, alice) = World::with_alice();
    let keys = world.pool;
    let (other, _) = world.other_pool();
    world.stake(&alice, 600).unwrap();
    tokens::mint_to(&mut world.chain, &keys.stake_mint, &keys.stakes, 77).unwrap();
    let admin = world.admin.insecure_clone();
    let safe = tokens::account(&mut world.chain, &keys.stake_mint, &admin.pubkey(), 0);
    let call = instruction_of(
        world.recover_accounts(keys.stakes, keys.stake_mint, safe),
        call::Recover {},
    );
    Substitutions::new("staking", &call, &[&admin])
        .wrong("pool", other.pool)
        .wrong("mint", keys.reward_mint)
        .wrong("source", keys.rewards)
        .wrong("source", other.stakes)
        .wrong("source", alice.tokens)
        .wrong("destination", alice.rewards)
        .assert_refused(&mut world.chain);
}
