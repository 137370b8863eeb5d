//! `fund`: tokens come in, from anybody, until the deadline.

use program_testing::substitution::Substitutions;
use program_testing::tokens::{self, TOKEN_PROGRAMS};
use program_testing::{assert_refused, events, instruction};
use rewards::error::RewardsError;
use rewards::events::Funded;
use rewards::instruction as call;
use rewards::instructions::CreateDistributionArgs;
use rewards::state::Kind;
use rewards::{ID, accounts};
use solana_signer::Signer;

use crate::world::*;

#[test]
fn what_arrives_is_counted() {
    for token_program in TOKEN_PROGRAMS {
        let mut world = World::with(token_program);
        let pot = world.pot(Kind::Direct);
        let done = world.fund(&pot, 234).unwrap();
        assert_eq!(world.totals(&pot), totals(1_234, 0, 0, 0));
        assert_eq!(
            (world.amount(&pot.tokens), world.amount(&world.source)),
            (1_234, PURSE - 1_234)
        );

        let [event] = events::by_call::<Funded>(&done).try_into().ok().unwrap();
        assert_eq!((event.distribution, event.mint), (pot.distribution, world.mint));
        assert_eq!(
            (event.funder, event.amount, event.funded),
            (world.creator.pubkey(), 234, 1_234)
        );
    }
}

#[test]
fn anybody_may() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    let friend = world.chain.user();
    let accounts = accounts::Fund {
        funder: friend.pubkey(),
        source: tokens::account(&mut world.chain, &world.mint, &friend.pubkey(), 10),
        ..world.fund_accounts(&pot)
    };
    world
        .call(accounts, call::Fund { amount: 10 }, &[&friend])
        .unwrap();
    assert_eq!(world.totals(&pot), totals(1_010, 0, 0, 0));
}

#[test]
fn tokens_that_were_only_sent_are_not_counted() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    tokens::mint_to(&mut world.chain, &world.mint, &pot.tokens, 50).unwrap();
    world.fund(&pot, 1).unwrap();
    assert_eq!(world.totals(&pot), totals(1_001, 0, 0, 0));
}

#[test]
fn amounts_out_of_bounds_are_refused() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    assert_refused(world.fund(&pot, 0), RewardsError::ZeroAmount);
    for amount in [PURSE - 1_000 + 1, u64::MAX] {
        // SPL Token's.
        let error = anchor_spl::token_2022::spl_token_2022::error::TokenError::InsufficientFunds;
        assert_refused(world.fund(&pot, amount), error);
    }
    world.fund(&pot, PURSE - 1_000).unwrap();
}

#[test]
fn more_than_64_bits_in_all_are_refused() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    // Fund, take back and burn: the sum of all that was funded may exceed the supply.
    tokens::mint_to(&mut world.chain, &world.mint, &world.source, u64::MAX - PURSE).unwrap();
    world.fund(&pot, u64::MAX - 1_000).unwrap();
    world.defund(&pot, 1).unwrap();
    assert_refused(world.fund(&pot, 1), RewardsError::Overflow);
    assert_eq!(world.totals(&pot), totals(u64::MAX, 0, 0, 1));
}

#[test]
fn it_ends_with_the_deadline() {
    let mut world = World::new();
    let deadline = world.chain.now() + DAY;
    let pot = world.pot_with(CreateDistributionArgs {
        deadline,
        ..world.args(Kind::Direct)
    });
    world.chain.set_time(deadline - 1);
    world.fund(&pot, 1).unwrap();
    world.chain.set_time(deadline);
    assert_refused(world.fund(&pot, 1), RewardsError::Ended);
}

#[test]
fn accounts_that_do_not_belong_are_refused() {
    let mut world = World::new();
    let (pot, other) = (world.pot(Kind::Direct), world.pot(Kind::Direct));
    let alice = world.recipient();
    let other_mint = tokens::mint(&mut world.chain, &world.token_program, &[]);
    let other_source = tokens::account(&mut world.chain, &other_mint, &world.creator.pubkey(), 10);
    let call = instruction(ID, world.fund_accounts(&pot), call::Fund { amount: 10 });
    let creator = world.creator.insecure_clone();
    Substitutions::new("rewards", &call, &[&creator])
        .wrong("distribution", other.distribution)
        .wrong("tokens", other.tokens)
        .wrong("tokens", alice.tokens)
        .wrong("mint", other_mint)
        .wrong("source", other_source)
        .wrong("source", alice.tokens)
        .wrong("source", other.tokens)
        .assert_refused(&mut world.chain);
}
