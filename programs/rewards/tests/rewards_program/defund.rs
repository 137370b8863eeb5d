//! `defund`: the creator takes back what nobody is promised, at any time.

use program_testing::substitution::Substitutions;
use program_testing::tokens::{self, TOKEN_PROGRAMS};
use program_testing::{assert_refused, events, instruction};
use rewards::ID;
use rewards::error::RewardsError;
use rewards::events::Defunded;
use rewards::instruction as call;
use rewards::instructions::CreateDistributionArgs;
use rewards::state::Kind;

use crate::world::*;

#[test]
fn what_is_unallocated_goes_back() {
    for token_program in TOKEN_PROGRAMS {
        let mut world = World::with(token_program);
        let pot = world.pot(Kind::Direct);
        let alice = world.recipient();
        world.allocate(&pot, &alice, 600).unwrap();
        let done = world.defund(&pot, 150).unwrap();
        assert_eq!(world.totals(&pot), totals(1_000, 600, 0, 150));
        assert_eq!(
            (world.amount(&pot.tokens), world.amount(&world.source)),
            (850, PURSE - 850)
        );

        let [event] = events::by_call::<Defunded>(&done).try_into().ok().unwrap();
        assert_eq!((event.distribution, event.mint), (pot.distribution, world.mint));
        assert_eq!(
            (event.destination, event.amount, event.returned),
            (world.source, 150, 150)
        );
    }
}

#[test]
fn what_is_promised_stays() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    let alice = world.recipient();
    world.allocate(&pot, &alice, 600).unwrap();
    for amount in [401, 600, 1_000, u64::MAX] {
        assert_refused(world.defund(&pot, amount), RewardsError::AboveUnallocated);
    }
    world.defund(&pot, 400).unwrap();
    assert_refused(world.defund(&pot, 1), RewardsError::AboveUnallocated);
    world.claim(&pot, &alice).unwrap();
    assert_eq!(world.amount(&alice.tokens), 600);
    assert_refused(world.defund(&pot, 1), RewardsError::AboveUnallocated);
}

#[test]
fn an_amount_of_zero_is_refused() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    assert_refused(world.defund(&pot, 0), RewardsError::ZeroAmount);
}

#[test]
fn tokens_that_were_only_sent_are_not_paid() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    tokens::mint_to(&mut world.chain, &world.mint, &pot.tokens, 50).unwrap();
    assert_refused(world.defund(&pot, 1_001), RewardsError::AboveUnallocated);
}

#[test]
fn it_works_after_the_deadline() {
    let mut world = World::new();
    let deadline = world.chain.now() + DAY;
    let pot = world.pot_with(CreateDistributionArgs {
        deadline,
        ..world.args(Kind::Direct)
    });
    world.chain.set_time(deadline);
    world.defund(&pot, 1_000).unwrap();
}

#[test]
fn accounts_that_do_not_belong_are_refused() {
    let mut world = World::new();
    let (pot, other) = (world.pot(Kind::Direct), world.pot(Kind::Direct));
    let other_mint = tokens::mint(&mut world.chain, &world.token_program, &[]);
    let alice = world.recipient();
    let of_other_mint = tokens::account(&mut world.chain, &other_mint, &alice.address(), 0);
    let call = instruction(ID, world.to_creator_accounts(&pot), call::Defund { amount: 10 });
    let creator = world.creator.insecure_clone();
    Substitutions::new("rewards", &call, &[&creator])
        .wrong("distribution", other.distribution)
        .wrong("tokens", other.tokens)
        .wrong("tokens", alice.tokens)
        .wrong("mint", other_mint)
        .wrong("destination", of_other_mint)
        .assert_refused(&mut world.chain);
}
