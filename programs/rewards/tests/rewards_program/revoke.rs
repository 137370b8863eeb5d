//! `revoke`: the authority takes back of an allocation what was declared revocable, and nothing that is paid.

use program_testing::substitution::Substitutions;
use program_testing::{assert_refused, events, instruction};
use rewards::ID;
use rewards::error::RewardsError;
use rewards::events::Revoked;
use rewards::instruction as call;
use rewards::instructions::CreateDistributionArgs;
use rewards::state::{Allocation, Kind, Revocability, Vesting};
use solana_signer::Signer;

use crate::accounts::{allocation_of, order_of, record_of};
use crate::world::*;

/// A distribution that vests from now on, in 1,000 seconds, and in which Alice has 600.
fn revocable(revocability: Revocability) -> (World, Pot, Recipient) {
    let mut world = World::new();
    let start = world.chain.now();
    let vesting = Vesting::Linear {
        start,
        end: start + 1_000,
    };
    let pot = world.pot_with(CreateDistributionArgs {
        vesting,
        revocability,
        deadline: start + 1_000 + DAY,
        ..world.args(Kind::Direct)
    });
    let alice = world.recipient();
    world.allocate(&pot, &alice, 600).unwrap();
    (world, pot, alice)
}

#[test]
fn what_has_vested_stays_claimable() {
    let (mut world, pot, alice) = revocable(Revocability::NonVested);
    world.chain.advance(500);
    world.claim(&pot, &alice).unwrap();
    world.chain.advance(100);
    let done = world.revoke(&pot, &alice).unwrap();
    assert_eq!(world.totals(&pot), totals(1_000, 360, 300, 0));
    let allocation = world.allocation(&pot, &alice);
    assert_eq!(
        (allocation.amount, allocation.paid, allocation.revoked),
        (360, 300, true)
    );

    let [event] = events::by_call::<Revoked>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.distribution, event.recipient),
        (pot.distribution, alice.address())
    );
    let address = allocation_of(&pot.distribution, &alice.address());
    assert_eq!((event.allocation, event.amount), (address, 240));
    assert_eq!((event.kept, event.allocated), (360, 360));

    // All that is left has vested, whatever the clock says.
    world.chain.advance(-600);
    world.claim(&pot, &alice).unwrap();
    assert_eq!(world.amount(&alice.tokens), 360);
    world.chain.advance(2_000);
    assert_refused(world.claim(&pot, &alice), RewardsError::NothingDue);
}

#[test]
fn all_that_is_not_paid_is_taken_where_declared() {
    let (mut world, pot, alice) = revocable(Revocability::All);
    world.chain.advance(500);
    world.claim(&pot, &alice).unwrap();
    world.chain.advance(100);
    world.revoke(&pot, &alice).unwrap();
    assert_eq!(world.totals(&pot), totals(1_000, 300, 300, 0));
    world.chain.advance(1_000);
    assert_refused(world.claim(&pot, &alice), RewardsError::NothingDue);
    assert_eq!(world.amount(&alice.tokens), 300);
}

#[test]
fn what_is_taken_is_unallocated_again() {
    let (mut world, pot, alice) = revocable(Revocability::All);
    let bob = world.recipient();
    world.revoke(&pot, &alice).unwrap();
    world.allocate(&pot, &bob, 900).unwrap();
    world.defund(&pot, 100).unwrap();
    assert_eq!(world.totals(&pot), totals(1_000, 900, 0, 100));
}

#[test]
fn nothing_is_taken_where_declared() {
    let (mut world, pot, alice) = revocable(Revocability::None);
    assert_refused(world.revoke(&pot, &alice), RewardsError::NotRevocable);
}

#[test]
fn it_is_done_once() {
    for revocability in [Revocability::NonVested, Revocability::All] {
        let (mut world, pot, alice) = revocable(revocability);
        world.chain.advance(500);
        world.revoke(&pot, &alice).unwrap();
        world.chain.advance(-500);
        assert_refused(world.revoke(&pot, &alice), RewardsError::NothingToRevoke);
    }
}

#[test]
fn an_order_cannot_be_rewarded_again_after_it() {
    let mut world = World::new();
    let args = CreateDistributionArgs {
        revocability: Revocability::All,
        ..world.args(Kind::Orders)
    };
    let (pot, alice) = (world.pot_with(args), world.recipient());
    world.issue(&pot, &alice, [1; 32], 100).unwrap();
    let allocation = order_of(&pot.distribution, &[1; 32]);
    let accounts = world.revoke_accounts(&pot, allocation);
    world.call(accounts, call::Revoke {}, &[]).unwrap();
    assert_eq!(world.chain.read::<Allocation>(&allocation).amount, 0);
    assert_eq!(world.totals(&pot), totals(1_000, 0, 0, 0));
    let result = world.claim_order(&pot, &alice, [1; 32]);
    assert_refused(result, RewardsError::NothingDue);
    let result = world.issue(&pot, &alice, [1; 32], 100);
    assert_refused(result, program_testing::ALREADY_IN_USE);
}

#[test]
fn what_has_vested_or_is_paid_cannot_be_taken() {
    let (mut world, pot, alice) = revocable(Revocability::NonVested);
    world.chain.advance(1_000);
    assert_refused(world.revoke(&pot, &alice), RewardsError::NothingToRevoke);
    world.claim(&pot, &alice).unwrap();
    // Also when the clock goes back.
    world.chain.advance(-1_000);
    assert_refused(world.revoke(&pot, &alice), RewardsError::NothingToRevoke);

    let (mut world, pot, alice) = revocable(Revocability::All);
    world.chain.advance(1_000);
    world.claim(&pot, &alice).unwrap();
    assert_refused(world.revoke(&pot, &alice), RewardsError::NothingToRevoke);
}

#[test]
fn a_clock_that_goes_back_takes_nothing_that_is_paid() {
    let (mut world, pot, alice) = revocable(Revocability::NonVested);
    world.chain.advance(500);
    world.claim(&pot, &alice).unwrap();
    world.chain.advance(-400);
    world.revoke(&pot, &alice).unwrap();
    assert_eq!(world.totals(&pot), totals(1_000, 300, 300, 0));
}

#[test]
fn it_ends_with_the_deadline() {
    let (mut world, pot, alice) = revocable(Revocability::All);
    let deadline = world.distribution(&pot).deadline;
    world.chain.set_time(deadline);
    assert_refused(world.revoke(&pot, &alice), RewardsError::Ended);
    world.chain.set_time(deadline - 1);
    world.revoke(&pot, &alice).unwrap();
}

#[test]
fn neither_creator_nor_recipient_nor_stranger_may() {
    let (mut world, pot, alice) = revocable(Revocability::All);
    let keys = [
        world.creator.insecure_clone(),
        alice.key.insecure_clone(),
        world.chain.user(),
    ];
    for somebody in keys {
        let allocation = allocation_of(&pot.distribution, &alice.address());
        let mut accounts = world.revoke_accounts(&pot, allocation);
        accounts.authority = somebody.pubkey();
        let call = instruction(ID, accounts, call::Revoke {});
        let result = world.chain.send(&[call], &[&world.payer, &somebody]);
        assert_refused(result, RewardsError::NotAuthority);
    }
}

#[test]
fn accounts_that_do_not_belong_are_refused() {
    let (mut world, pot, alice) = revocable(Revocability::All);
    let args = CreateDistributionArgs {
        revocability: Revocability::All,
        ..world.args(Kind::Direct)
    };
    let (other, merkle) = (world.pot_with(args), world.pot(Kind::Merkle));
    world.allocate(&other, &alice, 100).unwrap();
    world.open(&merkle, &alice).unwrap();
    let allocation = allocation_of(&pot.distribution, &alice.address());
    let call = instruction(ID, world.revoke_accounts(&pot, allocation), call::Revoke {});
    let authority = world.authority.insecure_clone();
    Substitutions::new("rewards", &call, &[&authority])
        .wrong("distribution", other.distribution)
        .wrong("allocation", allocation_of(&other.distribution, &alice.address()))
        .wrong("allocation", record_of(&merkle.distribution, &alice.address()))
        .assert_refused(&mut world.chain);
}
