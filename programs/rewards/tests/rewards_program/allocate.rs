//! `allocate`: the authority promises an amount to a recipient, once, out of what is funded.

use program_testing::substitution::Substitutions;
use program_testing::{ALREADY_IN_USE, assert_refused, events, instruction};
use rewards::ID;
use rewards::error::RewardsError;
use rewards::events::Allocated;
use rewards::instruction as call;
use rewards::instructions::CreateDistributionArgs;
use rewards::state::Kind;
use solana_address::Address;
use solana_signer::Signer;

use crate::accounts::allocation_of;
use crate::world::*;

#[test]
fn an_amount_is_promised() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    let alice = world.recipient();
    let done = world.allocate(&pot, &alice, 600).unwrap();
    assert_eq!(world.totals(&pot), totals(1_000, 600, 0, 0));
    let allocation = world.allocation(&pot, &alice);
    assert_eq!(
        (allocation.distribution, allocation.recipient),
        (pot.distribution, alice.address())
    );
    assert_eq!((allocation.amount, allocation.paid), (600, 0));
    assert_eq!(
        (allocation.order, allocation.payer),
        ([0; 32], world.payer.pubkey())
    );
    assert!(!allocation.revoked);

    let [event] = events::by_call::<Allocated>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.distribution, event.recipient),
        (pot.distribution, alice.address())
    );
    let address = allocation_of(&pot.distribution, &alice.address());
    assert_eq!(
        (event.allocation, event.amount, event.allocated),
        (address, 600, 600)
    );
}

#[test]
fn a_list_is_one_transaction() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    let recipients: Vec<_> = (0..8).map(|_| world.recipient()).collect();
    let list = recipients.iter().zip(1..).map(|(recipient, amount)| {
        let accounts = world.allocate_accounts(&pot, &recipient.address());
        instruction(ID, accounts, call::Allocate { amount })
    });
    let list: Vec<_> = list.collect();
    let signers = [&world.payer, &world.authority];
    let done = world.chain.send(&list, &signers).unwrap();
    assert_eq!(events::by_call::<Allocated>(&done).len(), 8);
    assert_eq!(world.totals(&pot), totals(1_000, 36, 0, 0));
    for (recipient, amount) in recipients.iter().zip(1..) {
        world.claim(&pot, recipient).unwrap();
        assert_eq!(world.amount(&recipient.tokens), amount);
    }
}

#[test]
fn more_than_is_funded_is_refused() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    let (alice, bob) = (world.recipient(), world.recipient());
    for amount in [1_001, u64::MAX] {
        assert_refused(world.allocate(&pot, &alice, amount), RewardsError::NotFunded);
    }
    world.allocate(&pot, &alice, 600).unwrap();
    for amount in [401, u64::MAX, u64::MAX - 599] {
        assert_refused(world.allocate(&pot, &bob, amount), RewardsError::NotFunded);
    }
    // What was paid stays allocated, and what was returned is gone.
    world.claim(&pot, &alice).unwrap();
    assert_refused(world.allocate(&pot, &bob, 401), RewardsError::NotFunded);
    world.defund(&pot, 100).unwrap();
    assert_refused(world.allocate(&pot, &bob, 301), RewardsError::NotFunded);
    world.allocate(&pot, &bob, 300).unwrap();
}

#[test]
fn an_amount_of_zero_is_refused() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Direct), world.recipient());
    assert_refused(world.allocate(&pot, &alice, 0), RewardsError::ZeroAmount);
}

#[test]
fn a_recipient_that_nobody_is_is_refused() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    let accounts = world.allocate_accounts(&pot, &Address::default());
    let result = world.call(accounts, call::Allocate { amount: 1 }, &[]);
    assert_refused(result, RewardsError::MissingKey);
}

#[test]
fn a_recipient_has_one_allocation() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Direct), world.recipient());
    world.allocate(&pot, &alice, 100).unwrap();
    assert_refused(world.allocate(&pot, &alice, 100), ALREADY_IN_USE);
    world.claim(&pot, &alice).unwrap();
    assert_refused(world.allocate(&pot, &alice, 100), ALREADY_IN_USE);
    assert_eq!(world.totals(&pot), totals(1_000, 100, 100, 0));
}

#[test]
fn other_kinds_have_no_allocations() {
    let mut world = World::new();
    let alice = world.recipient();
    for kind in [Kind::Merkle, Kind::Orders] {
        let pot = world.pot(kind);
        assert_refused(world.allocate(&pot, &alice, 1), RewardsError::WrongKind);
    }
}

#[test]
fn it_ends_a_day_before_the_deadline() {
    let mut world = World::new();
    let deadline = world.chain.now() + 2 * DAY;
    let pot = world.pot_with(CreateDistributionArgs {
        deadline,
        ..world.args(Kind::Direct)
    });
    let (alice, bob) = (world.recipient(), world.recipient());
    world.chain.set_time(deadline - DAY);
    world.allocate(&pot, &alice, 1).unwrap();
    for late in [deadline - DAY + 1, deadline - 1] {
        world.chain.set_time(late);
        let result = world.allocate(&pot, &bob, 1);
        assert_refused(result, RewardsError::PromiseTooLate);
    }
    world.chain.set_time(deadline);
    assert_refused(world.allocate(&pot, &bob, 1), RewardsError::Ended);
}

#[test]
fn neither_creator_nor_stranger_may() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Direct), world.recipient());
    for somebody in [world.creator.insecure_clone(), world.chain.user()] {
        let mut accounts = world.allocate_accounts(&pot, &alice.address());
        accounts.authority = somebody.pubkey();
        let call = instruction(ID, accounts, call::Allocate { amount: 1 });
        let result = world.chain.send(&[call], &[&world.payer, &somebody]);
        assert_refused(result, RewardsError::NotAuthority);
    }
}

#[test]
fn accounts_that_do_not_belong_are_refused() {
    let mut world = World::new();
    let (pot, other) = (world.pot(Kind::Direct), world.pot(Kind::Direct));
    let alice = world.recipient();
    let accounts = world.allocate_accounts(&pot, &alice.address());
    let call = instruction(ID, accounts, call::Allocate { amount: 10 });
    let (authority, payer) = (world.authority.insecure_clone(), world.payer.insecure_clone());
    Substitutions::new("rewards", &call, &[&authority, &payer])
        .wrong("distribution", other.distribution)
        .wrong("allocation", allocation_of(&other.distribution, &alice.address()))
        .harmless("payer", "stranger")
        .harmless("payer", "authority")
        .assert_refused(&mut world.chain);
}
