//! `close_allocation`: of a distribution that is closed or has ended only; the rent goes to who paid it, whoever sends the transaction.

use program_testing::substitution::Substitutions;
use program_testing::{assert_refused, events, instruction};
use rewards::ID;
use rewards::error::RewardsError;
use rewards::events::RecordClosed;
use rewards::instruction as call;
use rewards::instructions::CreateDistributionArgs;
use rewards::state::Kind;
use solana_address::Address;
use solana_signer::Signer;

use crate::accounts::{allocation_of, order_of, record_of};
use crate::world::*;

/// A distribution for orders in which one of Alice's was rewarded and paid.
fn paid() -> (World, Pot, Recipient, Address) {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Orders), world.recipient());
    world.issue(&pot, &alice, [1; 32], 100).unwrap();
    world.claim_order(&pot, &alice, [1; 32]).unwrap();
    let allocation = order_of(&pot.distribution, &[1; 32]);
    (world, pot, alice, allocation)
}

#[test]
fn the_rent_goes_back() {
    let (mut world, pot, alice, allocation) = paid();
    world.close(&pot).unwrap();
    let (rent, before) = (
        world.chain.lamports(&allocation),
        world.chain.lamports(&world.payer.pubkey()),
    );
    let close = instruction(
        ID,
        world.close_allocation_accounts(&pot, allocation),
        call::CloseAllocation {},
    );
    let stranger = world.chain.user();
    let done = world.chain.send(&[close], &[&stranger]).unwrap();
    assert!(!world.chain.exists(&allocation));
    assert_eq!(world.chain.lamports(&world.payer.pubkey()), before + rent);

    let [event] = events::by_log::<RecordClosed>(&done).try_into().ok().unwrap();
    assert_eq!((event.distribution, event.record), (pot.distribution, allocation));
    assert_eq!(event.recipient, alice.address());
}

#[test]
fn while_the_distribution_is_open_it_is_refused() {
    let (mut world, pot, _, allocation) = paid();
    // Else the order could be rewarded again.
    let accounts = world.close_allocation_accounts(&pot, allocation);
    let result = world.call(accounts, call::CloseAllocation {}, &[]);
    assert_refused(result, RewardsError::StillOpen);
}

#[test]
fn after_the_deadline_neither_creator_nor_recipients_keep_the_rent() {
    let mut world = World::new();
    let deadline = world.chain.now() + DAY;
    let pot = world.pot_with(CreateDistributionArgs {
        deadline,
        ..world.args(Kind::Orders)
    });
    let (alice, bob) = (world.recipient(), world.recipient());
    world.issue(&pot, &alice, [1; 32], 100).unwrap();
    world.issue(&pot, &bob, [2; 32], 100).unwrap();
    let allocation = order_of(&pot.distribution, &[1; 32]);
    let close = |world: &mut World| {
        let accounts = world.close_allocation_accounts(&pot, allocation);
        world.call(accounts, call::CloseAllocation {}, &[])
    };
    world.chain.set_time(deadline - 1);
    assert_refused(close(&mut world), RewardsError::StillOpen);
    world.chain.set_time(deadline);
    close(&mut world).unwrap();
    assert!(!world.chain.exists(&allocation));

    // A clock that goes back opens nothing again, and what is promised stays the creator's to take.
    world.chain.set_time(deadline - DAY);
    let again = world.issue(&pot, &alice, [1; 32], 100);
    assert_refused(again, RewardsError::Ended);
    assert_refused(world.claim_order(&pot, &bob, [2; 32]), RewardsError::Ended);
    assert_eq!(world.totals(&pot), totals(1_000, 200, 0, 0));
    world.clawback(&pot).unwrap();
    let other = order_of(&pot.distribution, &[2; 32]);
    let accounts = world.close_allocation_accounts(&pot, other);
    world.call(accounts, call::CloseAllocation {}, &[]).unwrap();
    world.close(&pot).unwrap();
}

#[test]
fn accounts_that_do_not_belong_are_refused() {
    let (mut world, pot, alice, allocation) = paid();
    let (other, open) = (world.pot(Kind::Orders), world.pot(Kind::Direct));
    let merkle = world.pot(Kind::Merkle);
    world.open(&merkle, &alice).unwrap();
    world.allocate(&open, &alice, 100).unwrap();
    for pot in [&pot, &other] {
        world.close(pot).unwrap();
    }
    let call = instruction(
        ID,
        world.close_allocation_accounts(&pot, allocation),
        call::CloseAllocation {},
    );
    Substitutions::new("rewards", &call, &[])
        .wrong("payer", world.authority.pubkey())
        .wrong("payer", alice.address())
        .wrong("distribution", other.distribution)
        .wrong("distribution", open.distribution)
        .wrong("allocation", allocation_of(&open.distribution, &alice.address()))
        .wrong("allocation", record_of(&merkle.distribution, &alice.address()))
        .assert_refused(&mut world.chain);
}
