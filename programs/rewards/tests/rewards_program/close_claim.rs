//! `close_claim`: of a distribution that is closed or has ended only; the rent goes to who paid it, whoever sends the transaction.

use program_testing::substitution::Substitutions;
use program_testing::{assert_refused, events, instruction};
use rewards::ID;
use rewards::error::RewardsError;
use rewards::events::RecordClosed;
use rewards::instruction as call;
use rewards::instructions::CreateDistributionArgs;
use rewards::state::Kind;
use solana_signer::Signer;

use crate::accounts::{allocation_of, record_of};
use crate::world::*;

/// A Merkle distribution of which Alice was paid everything.
fn paid() -> (World, Pot, Recipient) {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Merkle), world.recipient());
    world.open(&pot, &alice).unwrap();
    let rewards = world.publish_rewards(&pot, &[(&alice, 600)]);
    world.claim_merkle(&pot, &alice, rewards.claim(0)).unwrap();
    (world, pot, alice)
}

#[test]
fn the_rent_goes_back() {
    let (mut world, pot, alice) = paid();
    world.close(&pot).unwrap();
    let record = record_of(&pot.distribution, &alice.address());
    let (rent, before) = (
        world.chain.lamports(&record),
        world.chain.lamports(&world.payer.pubkey()),
    );
    let accounts = world.close_claim_accounts(&pot, &alice.address());
    let close = instruction(ID, accounts, call::CloseClaim {});
    let stranger = world.chain.user();
    let done = world.chain.send(&[close], &[&stranger]).unwrap();
    assert!(!world.chain.exists(&record));
    assert_eq!(world.chain.lamports(&world.payer.pubkey()), before + rent);

    let [event] = events::by_log::<RecordClosed>(&done).try_into().ok().unwrap();
    assert_eq!((event.distribution, event.record), (pot.distribution, record));
    assert_eq!(event.recipient, alice.address());
}

#[test]
fn while_the_distribution_is_open_it_is_refused() {
    let (mut world, pot, alice) = paid();
    // Else everything could be claimed again.
    let accounts = world.close_claim_accounts(&pot, &alice.address());
    let result = world.call(accounts, call::CloseClaim {}, &[]);
    assert_refused(result, RewardsError::StillOpen);
    assert_eq!(world.record(&pot, &alice).paid, 600);
}

#[test]
fn after_the_deadline_neither_creator_nor_recipients_keep_the_rent() {
    let mut world = World::new();
    let deadline = world.chain.now() + DAY;
    let pot = world.pot_with(CreateDistributionArgs {
        deadline,
        ..world.args(Kind::Merkle)
    });
    let (alice, bob) = (world.recipient(), world.recipient());
    world.open(&pot, &alice).unwrap();
    let rewards = world.publish_rewards(&pot, &[(&alice, 300), (&bob, 300)]);
    world.claim_merkle(&pot, &alice, rewards.claim(0)).unwrap();
    let close = |world: &mut World| {
        let accounts = world.close_claim_accounts(&pot, &alice.address());
        world.call(accounts, call::CloseClaim {}, &[])
    };
    world.chain.set_time(deadline - 1);
    assert_refused(close(&mut world), RewardsError::StillOpen);
    world.chain.set_time(deadline);
    close(&mut world).unwrap();

    // Alice would be paid Bob's part if a clock that goes back could open a record for her again.
    world.chain.set_time(deadline - 1);
    assert_refused(world.open(&pot, &alice), RewardsError::Ended);
    assert_eq!(world.amount(&alice.tokens), 300);
}

#[test]
fn accounts_that_do_not_belong_are_refused() {
    let (mut world, pot, alice) = paid();
    let (other, open, direct) = (
        world.pot(Kind::Merkle),
        world.pot(Kind::Merkle),
        world.pot(Kind::Direct),
    );
    world.open(&open, &alice).unwrap();
    world.allocate(&direct, &alice, 100).unwrap();
    for pot in [&pot, &other] {
        world.close(pot).unwrap();
    }
    let accounts = world.close_claim_accounts(&pot, &alice.address());
    let call = instruction(ID, accounts, call::CloseClaim {});
    Substitutions::new("rewards", &call, &[])
        .wrong("payer", world.authority.pubkey())
        .wrong("payer", alice.address())
        .wrong("distribution", other.distribution)
        .wrong("distribution", open.distribution)
        .wrong("record", record_of(&open.distribution, &alice.address()))
        .wrong("record", allocation_of(&direct.distribution, &alice.address()))
        .assert_refused(&mut world.chain);
}
