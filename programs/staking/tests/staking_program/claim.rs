//! `claim`: whole base units that were earned are paid once; the fraction stays.

use program_testing::{assert_refused, events, substitution::Substitutions, tokens};
use solana_signer::Signer;
use staking::error::StakingError;
use staking::events::Claimed;
use staking::instruction as call;

use crate::world::{FUNDS, World, instruction_of};

#[test]
fn what_was_earned_is_paid_once() {
    let [spl, token_2022] = tokens::TOKEN_PROGRAMS;
    for (stake, reward) in [(spl, spl), (spl, token_2022), (token_2022, token_2022)] {
        let mut world = World::with_token_programs(stake, reward);
        let alice = world.staker(0);
        world.stake(&alice, 100).unwrap();
        world.fund(10_000).unwrap();
        world.chain.advance(10);
        let done = world.claim(&alice).unwrap();
        // 10 a second for 10 seconds.
        assert_eq!(world.tokens(&alice.rewards), 100);
        assert_eq!(world.tokens(&world.pool.rewards), 10_000 - 100);

        let [event] = events::by_call::<Claimed>(&done).try_into().ok().unwrap();
        assert_eq!(
            (event.pool, event.position, event.owner, event.destination),
            (
                world.pool.pool,
                alice.position,
                alice.owner.pubkey(),
                alice.rewards
            )
        );
        assert_eq!((event.amount, event.paid), (100, 100));

        assert_refused(world.claim(&alice), StakingError::NothingEarned);
        world.assert_covered();
    }
}

#[test]
fn the_fraction_is_paid_when_it_has_become_whole() {
    let (mut world, alice) = World::with_alice();
    let bob = world.staker(0);
    world.stake(&alice, 1).unwrap();
    world.stake(&bob, 2).unwrap();
    world.fund(FUNDS).unwrap();
    for _ in 0..1_000 {
        world.chain.advance(1);
        world.claim(&alice).unwrap();
    }
    // A third of a million, not a third of a thousand rounded down a thousand times.
    assert_eq!(world.tokens(&alice.rewards), 333_333);
}

#[test]
fn nothing_earned_is_refused() {
    let (mut world, alice) = World::with_alice();
    assert_refused(world.claim(&alice), StakingError::NothingEarned);
    world.stake(&alice, 10).unwrap();
    world.fund(1_000).unwrap();
    assert_refused(world.claim(&alice), StakingError::NothingEarned);
    world.chain.advance(2);
    world.claim(&alice).unwrap();
}

#[test]
fn it_works_while_the_pool_is_paused() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 10).unwrap();
    world.fund(1_000).unwrap();
    world.chain.advance(500);
    let guardian = world.guardian.insecure_clone();
    world.pause(&guardian).unwrap();
    world.claim(&alice).unwrap();
    assert_eq!(world.tokens(&alice.rewards), 500);
}

#[test]
fn anybodys_tokens_can_be_the_destination_but_not_the_pools() {
    let mut world = World::with_one_mint();
    let (alice, bob) = (world.staker(0), world.staker(0));
    world.stake(&alice, 10).unwrap();
    world.fund(1_000).unwrap();
    world.chain.advance(500);
    for destination in [world.pool.rewards, world.pool.stakes] {
        let accounts = staking::accounts::Claim {
            destination,
            ..world.claim_accounts(&alice)
        };
        let result = world.call(accounts, call::Claim {}, &[&alice.owner]);
        assert_refused(result, StakingError::WrongDestination);
    }
    let accounts = staking::accounts::Claim {
        destination: bob.rewards,
        ..world.claim_accounts(&alice)
    };
    world.call(accounts, call::Claim {}, &[&alice.owner]).unwrap();
    assert_eq!(world.tokens(&bob.rewards), 500);
}

#[test]
fn rewards_that_are_not_there_are_not_paid() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 10).unwrap();
    world.fund(1_000).unwrap();
    world.chain.advance(500);
    world.edit(|pool| pool.stream.paid = pool.stream.funded);
    assert_refused(world.claim(&alice), StakingError::VaultShort);
    // Nor would any payment leave less than what is still unpaid.
    world.edit(|pool| (pool.stream.paid, pool.stream.funded) = (0, 1_001));
    assert_refused(world.claim(&alice), StakingError::VaultShort);
}

#[test]
fn wrong_accounts_are_refused() {
    let (mut world, alice) = World::with_alice();
    let bob = world.staker(0);
    let (other, _) = world.other_pool();
    let elsewhere = world.elsewhere(&other, &alice);
    world.stake(&alice, 10).unwrap();
    world.stake(&bob, 100).unwrap();
    world.fund(1_000).unwrap();
    world.chain.advance(500);
    let call = instruction_of(world.claim_accounts(&alice), call::Claim {});
    Substitutions::new("staking", &call, &[&alice.owner])
        .wrong("pool", other.pool)
        .wrong("position", bob.position)
        .wrong("position", elsewhere)
        .wrong("reward_mint", world.pool.stake_mint)
        .wrong("destination", alice.tokens)
        .wrong("destination", world.pool.stakes)
        .wrong("rewards", world.pool.stakes)
        .wrong("rewards", other.rewards)
        .wrong("rewards", bob.rewards)
        .assert_refused(&mut world.chain);
}
