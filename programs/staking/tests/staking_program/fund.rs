//! `fund`: rewards are added, and flow together with what has not flowed yet.

use anchor_spl::token_2022::spl_token_2022::error::TokenError;
use program_testing::{assert_refused, events, substitution::Substitutions, tokens};
use solana_signer::Signer;
use staking::accounting::Fixed;
use staking::error::StakingError;
use staking::events::Funded;
use staking::instruction as call;

use crate::world::{DURATION, FUNDS, World, instruction_of};

#[test]
fn rewards_arrive_and_start_to_flow() {
    let [spl, token_2022] = tokens::TOKEN_PROGRAMS;
    for token_program in [spl, token_2022] {
        let mut world = World::with_token_programs(spl, token_program);
        let done = world.fund(5_000).unwrap();
        let stream = world.state().stream;
        assert_eq!(stream.rate, Fixed::whole(5));
        assert_eq!((stream.seconds_left, stream.funded), (DURATION.into(), 5_000));
        assert_eq!(world.tokens(&world.pool.rewards), 5_000);
        assert_eq!(world.tokens(&world.treasury), FUNDS - 5_000);

        let [event] = events::by_call::<Funded>(&done).try_into().ok().unwrap();
        assert_eq!(
            (event.pool, event.amount, event.duration, event.funded),
            (world.pool.pool, 5_000, DURATION.into(), 5_000)
        );
    }
}

#[test]
fn what_has_not_flowed_flows_with_it() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 100).unwrap();
    world.fund(10_000).unwrap();
    world.chain.advance(400);
    world.fund(3_000).unwrap();
    // 6,000 are left, and are paid out with the 3,000 over the full duration.
    assert_eq!(world.state().stream.rate, Fixed::whole(9));
    world.chain.advance(1_000);
    world.claim(&alice).unwrap();
    assert_eq!(world.tokens(&alice.rewards), 13_000);
}

#[test]
fn the_remainder_of_the_rate_is_not_lost() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 1).unwrap();
    for _ in 0..7 {
        world.fund(1).unwrap();
        world.chain.advance(1_000);
    }
    let stream = world.state().stream;
    assert!(stream.unscheduled.get() > 0 && stream.unscheduled.whole == 0);
    world.claim(&alice).unwrap();
    // 7, but for the remainder that the next funding takes up.
    assert_eq!(world.tokens(&alice.rewards), 6);
    assert!(world.position(&alice).share.owed.fraction > u64::MAX - 10_000);
}

#[test]
fn amounts_that_cannot_be_are_refused() {
    let mut world = World::new();
    assert_refused(world.fund(0), StakingError::ZeroAmount);
    assert_refused(world.fund(FUNDS + 1), TokenError::InsufficientFunds);
    assert_refused(world.fund(u64::MAX), TokenError::InsufficientFunds);
    world.fund(FUNDS).unwrap();
}

#[test]
fn a_pool_is_funded_with_less_than_2_to_the_64th_in_its_life() {
    let mut world = World::new();
    world.edit(|pool| {
        pool.stream.funded = u64::MAX - 9;
        pool.stream.paid = pool.stream.funded;
    });
    assert_refused(world.fund(10), StakingError::LifetimeExhausted);
    world.fund(9).unwrap();
    // Forfeited rewards that are scheduled again count, too.
    let mut world = World::new();
    world.edit(|pool| {
        pool.stream.scheduled = Fixed::whole(u64::MAX - 9);
        pool.stream.unscheduled = Fixed::whole(1);
    });
    assert_refused(world.fund(9), StakingError::LifetimeExhausted);
}

#[test]
fn all_that_a_mint_can_issue_can_be_paid_out_in_a_second() {
    let mut world = World::untouched();
    let mut args = world.args();
    args.duration = 1;
    world.create(args).unwrap();
    let alice = world.staker(0);
    let (mint, treasury) = (world.pool.reward_mint, world.treasury);
    tokens::mint_to(&mut world.chain, &mint, &treasury, u64::MAX - FUNDS).unwrap();
    world.stake(&alice, 1).unwrap();
    world.fund(u64::MAX).unwrap();
    world.chain.advance(1);
    world.exit(&alice).unwrap();
    assert_eq!(world.tokens(&alice.rewards), u64::MAX);
    assert_eq!(world.tokens(&world.pool.rewards), 0);
}

#[test]
fn a_pause_stops_it() {
    let mut world = World::new();
    let guardian = world.guardian.insecure_clone();
    world.pause(&guardian).unwrap();
    assert_refused(world.fund(10), StakingError::Paused);
}

#[test]
fn only_the_admin_can_stretch_the_rewards() {
    let (mut world, alice) = World::with_alice();
    let accounts = staking::accounts::Fund {
        admin: alice.owner.pubkey(),
        source: alice.rewards,
        ..world.fund_accounts()
    };
    let result = world.call(accounts, call::Fund { amount: 1 }, &[&alice.owner]);
    assert_refused(result, StakingError::NotAdmin);
}

#[test]
fn a_pool_that_does_not_cover_its_rewards_takes_no_more() {
    let mut world = World::new();
    world.edit(|pool| pool.stream.funded = 1);
    assert_refused(world.fund(10), StakingError::VaultShort);
}

#[test]
fn wrong_accounts_are_refused() {
    let (mut world, alice) = World::with_alice();
    let (other, _) = world.other_pool();
    let admin = world.admin.insecure_clone();
    let alien = tokens::account(&mut world.chain, &world.pool.stake_mint, &admin.pubkey(), 10);
    let call = instruction_of(world.fund_accounts(), call::Fund { amount: 10 });
    Substitutions::new("staking", &call, &[&admin])
        .wrong("pool", other.pool)
        .wrong("reward_mint", world.pool.stake_mint)
        .wrong("source", alice.rewards)
        .wrong("source", alien)
        .wrong("rewards", world.pool.stakes)
        .wrong("rewards", other.rewards)
        .assert_refused(&mut world.chain);
}
