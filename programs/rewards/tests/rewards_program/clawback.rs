//! `clawback`: from the deadline on, everything that is left goes back to the creator.

use program_testing::substitution::Substitutions;
use program_testing::tokens::{self, TOKEN_PROGRAMS};
use program_testing::{assert_refused, events, instruction};
use rewards::ID;
use rewards::error::RewardsError;
use rewards::events::ClawedBack;
use rewards::instruction as call;
use rewards::instructions::CreateDistributionArgs;
use rewards::state::Kind;
use solana_signer::Signer;

use crate::world::*;

/// A distribution with a deadline, in which Alice is paid 100 of 1,000, Bob is promised 500, and 10 were taken back.
fn ending(token_program: solana_address::Address) -> (World, Pot, Recipient, i64) {
    let mut world = World::with(token_program);
    let deadline = world.chain.now() + DAY;
    let pot = world.pot_with(CreateDistributionArgs {
        deadline,
        ..world.args(Kind::Direct)
    });
    let (alice, bob) = (world.recipient(), world.recipient());
    world.allocate(&pot, &alice, 100).unwrap();
    world.allocate(&pot, &bob, 500).unwrap();
    world.claim(&pot, &alice).unwrap();
    world.defund(&pot, 10).unwrap();
    (world, pot, bob, deadline)
}

#[test]
fn everything_left_goes_back() {
    for token_program in TOKEN_PROGRAMS {
        let (mut world, pot, _, deadline) = ending(token_program);
        world.chain.set_time(deadline);
        let done = world.clawback(&pot).unwrap();
        assert_eq!(world.totals(&pot), totals(1_000, 100, 100, 900));
        assert_eq!(
            (world.amount(&pot.tokens), world.amount(&world.source)),
            (0, PURSE - 100)
        );

        let [event] = events::by_call::<ClawedBack>(&done).try_into().ok().unwrap();
        assert_eq!((event.distribution, event.mint), (pot.distribution, world.mint));
        assert_eq!(
            (event.destination, event.amount, event.returned),
            (world.source, 890, 900)
        );
    }
}

#[test]
fn before_the_deadline_it_is_refused() {
    let (mut world, pot, _, deadline) = ending(anchor_spl::token::ID);
    for time in [i64::MIN, 0, world.chain.now(), deadline - 1] {
        world.chain.set_time(time);
        assert_refused(world.clawback(&pot), RewardsError::NotEnded);
    }
    world.chain.set_time(deadline);
    world.clawback(&pot).unwrap();
}

#[test]
fn without_a_deadline_it_is_refused_for_ever() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    world.chain.set_time(i64::MAX);
    assert_refused(world.clawback(&pot), RewardsError::NotEnded);
}

#[test]
fn it_takes_nothing_twice() {
    let (mut world, pot, _, deadline) = ending(anchor_spl::token::ID);
    world.chain.set_time(deadline);
    world.clawback(&pot).unwrap();
    assert_refused(world.clawback(&pot), RewardsError::NothingToClawBack);
    // Sent without funding: that is for `close_distribution`.
    tokens::mint_to(&mut world.chain, &world.mint, &pot.tokens, 50).unwrap();
    assert_refused(world.clawback(&pot), RewardsError::NothingToClawBack);
}

#[test]
fn a_clock_that_goes_back_pays_no_promise_after_it() {
    let (mut world, pot, bob, deadline) = ending(anchor_spl::token::ID);
    world.chain.set_time(deadline);
    world.clawback(&pot).unwrap();
    world.chain.set_time(deadline - 1);
    assert_refused(world.claim(&pot, &bob), RewardsError::Ended);
    assert_refused(world.fund(&pot, 500), RewardsError::Ended);
    assert_refused(world.clawback(&pot), RewardsError::NothingToClawBack);
}

#[test]
fn neither_authority_nor_stranger_may() {
    let (mut world, pot, _, deadline) = ending(anchor_spl::token::ID);
    world.chain.set_time(deadline);
    for somebody in [world.authority.insecure_clone(), world.chain.user()] {
        let mut accounts = world.to_creator_accounts(&pot);
        accounts.creator = somebody.pubkey();
        let call = instruction(ID, accounts, call::Clawback {});
        let result = world.chain.send(&[call], &[&world.payer, &somebody]);
        assert_refused(result, RewardsError::NotCreator);
    }
}

#[test]
fn accounts_that_do_not_belong_are_refused() {
    let (mut world, pot, bob, deadline) = ending(anchor_spl::token::ID);
    let other = world.pot_with(CreateDistributionArgs {
        deadline,
        ..world.args(Kind::Direct)
    });
    let other_mint = tokens::mint(&mut world.chain, &world.token_program, &[]);
    let of_other_mint = tokens::account(&mut world.chain, &other_mint, &bob.address(), 0);
    world.chain.set_time(deadline);
    let call = instruction(ID, world.to_creator_accounts(&pot), call::Clawback {});
    let creator = world.creator.insecure_clone();
    Substitutions::new("rewards", &call, &[&creator])
        .wrong("distribution", other.distribution)
        .wrong("tokens", other.tokens)
        .wrong("tokens", bob.tokens)
        .wrong("mint", other_mint)
        .wrong("destination", of_other_mint)
        .assert_refused(&mut world.chain);
}
