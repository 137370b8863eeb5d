//! `accept_authority`: the proposed key, and no other, becomes the authority.

use litesvm::types::TransactionResult;
use program_testing::substitution::Substitutions;
use program_testing::{assert_refused, events, instruction};
use rewards::error::RewardsError;
use rewards::events::AuthorityChanged;
use rewards::instruction as call;
use rewards::instructions::CreateDistributionArgs;
use rewards::state::{Kind, Revocability};
use rewards::{ID, accounts};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::world::*;

fn propose(world: &mut World, pot: &Pot, proposed: Address) {
    let accounts = world.propose_accounts(pot);
    world
        .call(accounts, call::ProposeAuthority { proposed }, &[])
        .unwrap();
}

fn accept(world: &mut World, pot: &Pot, by: &Keypair) -> TransactionResult {
    let accounts = accounts::AcceptAuthority {
        proposed_authority: by.pubkey(),
        distribution: pot.distribution,
    };
    let call = instruction(ID, accounts, call::AcceptAuthority {});
    world.chain.send(&[call], &[by])
}

#[test]
fn the_proposed_key_becomes_the_authority() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Direct), world.recipient());
    let (old, next) = (world.authority.insecure_clone(), world.chain.user());
    propose(&mut world, &pot, next.pubkey());
    let done = accept(&mut world, &pot, &next).unwrap();
    let state = world.distribution(&pot);
    assert_eq!(
        (state.authority, state.proposed_authority),
        (next.pubkey(), Address::default())
    );
    let [event] = events::by_log::<AuthorityChanged>(&done).try_into().ok().unwrap();
    assert_eq!(event.distribution, pot.distribution);
    assert_eq!((event.from, event.to), (old.pubkey(), next.pubkey()));

    let result = world.allocate(&pot, &alice, 1);
    assert_refused(result, RewardsError::NotAuthority);
    world.authority = next;
    world.allocate(&pot, &alice, 1).unwrap();
}

/// As `docs/security.md` says: who must be trusted is the creator, whoever was named as the authority.
#[test]
fn a_creator_who_accepts_takes_back_what_was_declared_revocable() {
    let mut world = World::new();
    let pot = world.pot_with(CreateDistributionArgs {
        revocability: Revocability::All,
        ..world.args(Kind::Direct)
    });
    let (alice, creator) = (world.recipient(), world.creator.insecure_clone());
    world.allocate(&pot, &alice, 1_000).unwrap();
    propose(&mut world, &pot, creator.pubkey());
    accept(&mut world, &pot, &creator).unwrap();
    world.authority = creator;
    // All of it has vested.
    world.revoke(&pot, &alice).unwrap();
    world.defund(&pot, 1_000).unwrap();
    assert_eq!(world.amount(&world.source), PURSE);
    assert_refused(world.claim(&pot, &alice), RewardsError::NothingDue);
}

#[test]
fn nobody_else_may() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    let next = world.chain.user();
    let keys = [
        world.creator.insecure_clone(),
        world.authority.insecure_clone(),
        world.chain.user(),
    ];
    for somebody in keys.iter().chain([&next]) {
        let result = accept(&mut world, &pot, somebody);
        assert_refused(result, RewardsError::NotProposed);
    }
    propose(&mut world, &pot, next.pubkey());
    for somebody in &keys {
        let result = accept(&mut world, &pot, somebody);
        assert_refused(result, RewardsError::NotProposed);
    }
}

#[test]
fn it_is_accepted_once() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    let next = world.chain.user();
    propose(&mut world, &pot, next.pubkey());
    accept(&mut world, &pot, &next).unwrap();
    let again = accept(&mut world, &pot, &next);
    assert_refused(again, RewardsError::NotProposed);
}

#[test]
fn a_withdrawn_or_replaced_proposal_is_refused() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    let (next, other) = (world.chain.user(), world.chain.user());
    for instead in [Address::default(), other.pubkey()] {
        propose(&mut world, &pot, next.pubkey());
        propose(&mut world, &pot, instead);
        let result = accept(&mut world, &pot, &next);
        assert_refused(result, RewardsError::NotProposed);
    }
}

#[test]
fn accounts_that_do_not_belong_are_refused() {
    let mut world = World::new();
    let (pot, other) = (world.pot(Kind::Direct), world.pot(Kind::Direct));
    let next = world.chain.user();
    propose(&mut world, &pot, next.pubkey());
    let accounts = accounts::AcceptAuthority {
        proposed_authority: next.pubkey(),
        distribution: pot.distribution,
    };
    let call = instruction(ID, accounts, call::AcceptAuthority {});
    Substitutions::new("rewards", &call, &[&next])
        .wrong("distribution", other.distribution)
        .assert_refused(&mut world.chain);
}
