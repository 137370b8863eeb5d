//! `stake`: what reaches the pool earns from then on, or nothing happens.

use anchor_spl::token_2022::spl_token_2022::error::TokenError;
use program_testing::{assert_refused, events, substitution::Substitutions, tokens};
use solana_signer::Signer;
use staking::error::StakingError;
use staking::events::Staked;
use staking::instruction as call;
use staking::instructions::{CreatePoolArgs, TierArgs};

use crate::world::{FUNDS, LOCK, LOCKED, World, instruction_of};

#[test]
fn tokens_move_and_get_the_weight_of_their_tier() {
    let [spl, token_2022] = tokens::TOKEN_PROGRAMS;
    for (stake, reward) in [(spl, spl), (token_2022, spl), (token_2022, token_2022)] {
        let mut world = World::with_token_programs(stake, reward);
        let (alice, bob) = (world.staker(LOCKED), world.staker(2));
        world.stake(&bob, 50).unwrap();
        let done = world.stake(&alice, 600).unwrap();

        assert_eq!(
            (world.position(&alice).staked, world.position(&bob).staked),
            (600, 50)
        );
        assert_eq!(world.position(&alice).share.weight.get(), 1_200);
        // 50 × 2.5001, rounded down.
        assert_eq!(world.position(&bob).share.weight.get(), 125);
        assert_eq!(
            (world.state().staked, world.state().stream.weight.get()),
            (650, 1_325)
        );
        assert_eq!(world.tokens(&alice.tokens), FUNDS - 600);
        assert_eq!(world.tokens(&world.pool.stakes), 650);

        let [event] = events::by_call::<Staked>(&done).try_into().ok().unwrap();
        assert_eq!(
            (event.pool, event.position, event.owner, event.tier),
            (world.pool.pool, alice.position, alice.owner.pubkey(), LOCKED)
        );
        assert_eq!(
            (event.amount, event.staked, event.weight, event.total),
            (600, 600, 1_200, 650)
        );
        assert_eq!(event.unlocks_at, world.chain.now() + LOCK);
    }
}

#[test]
fn more_stake_locks_the_whole_position_anew() {
    let mut world = World::new();
    let alice = world.staker(LOCKED);
    world.stake(&alice, 100).unwrap();
    world.chain.advance(LOCK - 1);
    world.stake(&alice, 1).unwrap();
    world.chain.advance(LOCK - 1);
    assert_refused(world.unstake(&alice, 1), StakingError::Locked);
    world.chain.advance(1);
    world.unstake(&alice, 101).unwrap();
}

#[test]
fn a_weight_beyond_64_bits_counts() {
    let mut world = World::untouched();
    let mut args = world.args();
    args.tiers.push(TierArgs {
        lock: 2_000,
        multiplier: 100_000,
    });
    world.create(CreatePoolArgs { ..args }).unwrap();
    let whale = world.staker(3);
    // All that the mint can issue.
    let rest = u64::MAX - FUNDS;
    tokens::mint_to(&mut world.chain, &world.pool.stake_mint, &whale.tokens, rest).unwrap();
    world.stake(&whale, u64::MAX).unwrap();
    assert_eq!(world.state().stream.weight.get(), u128::from(u64::MAX) * 10);
    world.fund(FUNDS).unwrap();
    world.chain.advance(1_000);
    world.claim(&whale).unwrap();
    // The carry of a weight of almost 10 × 2^64 is at most 10.
    assert!(world.tokens(&whale.rewards) >= FUNDS - 10);
}

#[test]
fn gifts_to_the_pool_are_nobodys_stake() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 10).unwrap();
    let (mint, stakes) = (world.pool.stake_mint, world.pool.stakes);
    tokens::mint_to(&mut world.chain, &mint, &stakes, 77).unwrap();
    world.stake(&alice, 10).unwrap();
    assert_eq!((world.position(&alice).staked, world.state().staked), (20, 20));
    assert_eq!(world.tokens(&stakes), 97);
}

#[test]
fn amounts_that_cannot_be_are_refused() {
    let (mut world, alice) = World::with_alice();
    assert_refused(world.stake(&alice, 0), StakingError::ZeroAmount);
    assert_refused(world.stake(&alice, FUNDS + 1), TokenError::InsufficientFunds);
    assert_refused(world.stake(&alice, u64::MAX), TokenError::InsufficientFunds);
    assert_eq!((world.position(&alice).staked, world.state().staked), (0, 0));
    world.stake(&alice, FUNDS).unwrap();
}

#[test]
fn a_pause_stops_it() {
    let (mut world, alice) = World::with_alice();
    let guardian = world.guardian.insecure_clone();
    world.pause(&guardian).unwrap();
    assert_refused(world.stake(&alice, 10), StakingError::Paused);
    assert_eq!(
        (world.position(&alice).staked, world.tokens(&alice.tokens)),
        (0, FUNDS)
    );
}

#[test]
fn sums_beyond_64_bits_are_refused() {
    let (mut world, alice) = World::with_alice();
    // No mint can issue so much, so the pool is edited.
    world.edit(|pool| pool.staked = u64::MAX - 9);
    assert_refused(world.stake(&alice, 10), StakingError::Overflow);
    world.edit(|pool| pool.cooling = u64::MAX - 9);
    assert_refused(world.stake(&alice, 9), StakingError::Overflow);
}

#[test]
fn a_pool_that_does_not_cover_its_stake_takes_no_more() {
    let (mut world, alice) = World::with_alice();
    world.edit(|pool| pool.cooling = 1);
    assert_refused(world.stake(&alice, 10), StakingError::VaultShort);
}

#[test]
fn a_mint_that_changes_its_authority_changes_nothing() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 10).unwrap();
    let (mint, mallory) = (world.pool.stake_mint, world.chain.address());
    tokens::set_mint_authority(&mut world.chain, &mint, Some(&mallory)).unwrap();
    world.stake(&alice, 10).unwrap();
    world.exit(&alice).unwrap();
    assert_eq!(world.tokens(&alice.tokens), FUNDS);
}

#[test]
fn a_time_that_cannot_be_counted_is_refused() {
    let mut world = World::new();
    let alice = world.staker(LOCKED);
    world.chain.set_time(i64::MAX - LOCK + 1);
    assert_refused(world.stake(&alice, 10), StakingError::Overflow);
    world.chain.set_time(i64::MAX - LOCK);
    world.stake(&alice, 10).unwrap();
}

#[test]
fn wrong_accounts_are_refused() {
    let (mut world, alice) = World::with_alice();
    let bob = world.staker(0);
    let (other, _) = world.other_pool();
    let elsewhere = world.elsewhere(&other, &alice);
    world.stake(&bob, 100).unwrap();
    let alien = tokens::account(
        &mut world.chain,
        &world.pool.reward_mint,
        &alice.owner.pubkey(),
        10,
    );
    let call = instruction_of(world.stake_accounts(&alice), call::Stake { amount: 10 });
    Substitutions::new("staking", &call, &[&alice.owner])
        .wrong("pool", other.pool)
        .wrong("position", bob.position)
        .wrong("position", elsewhere)
        .wrong("stake_mint", world.pool.reward_mint)
        .wrong("source", bob.tokens)
        .wrong("source", alien)
        .wrong("stakes", world.pool.rewards)
        .wrong("stakes", other.stakes)
        .wrong("stakes", bob.tokens)
        .assert_refused(&mut world.chain);
}
