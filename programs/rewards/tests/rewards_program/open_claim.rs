//! `open_claim`: anybody opens the record of anybody's Merkle claims, once.

use program_testing::substitution::Substitutions;
use program_testing::{ALREADY_IN_USE, assert_refused, events, instruction};
use rewards::ID;
use rewards::error::RewardsError;
use rewards::events::ClaimOpened;
use rewards::instruction as call;
use rewards::instructions::CreateDistributionArgs;
use rewards::state::Kind;
use solana_address::Address;
use solana_signer::Signer;

use crate::accounts::{allocation_of, record_of};
use crate::world::*;

#[test]
fn a_record_is_opened_for_somebody_else() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Merkle), world.recipient());
    let done = world.open(&pot, &alice).unwrap();
    let record = world.record(&pot, &alice);
    assert_eq!(
        (record.distribution, record.recipient),
        (pot.distribution, alice.address())
    );
    assert_eq!((record.payer, record.paid), (world.payer.pubkey(), 0));
    assert_eq!(record.associated, alice.tokens);

    let [event] = events::by_log::<ClaimOpened>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.distribution, event.recipient),
        (pot.distribution, alice.address())
    );
    assert_eq!(event.record, record_of(&pot.distribution, &alice.address()));
}

#[test]
fn it_is_opened_once() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Merkle), world.recipient());
    world.open(&pot, &alice).unwrap();
    let rewards = world.publish_rewards(&pot, &[(&alice, 10)]);
    world.claim_merkle(&pot, &alice, rewards.claim(0)).unwrap();
    assert_refused(world.open(&pot, &alice), ALREADY_IN_USE);
    assert_eq!(world.record(&pot, &alice).paid, 10);
}

#[test]
fn a_recipient_that_nobody_is_is_refused() {
    let mut world = World::new();
    let pot = world.pot(Kind::Merkle);
    let accounts = world.open_accounts(&pot, &Address::default());
    let result = world.call(accounts, call::OpenClaim {}, &[]);
    assert_refused(result, RewardsError::MissingKey);
}

#[test]
fn other_kinds_have_no_records() {
    let mut world = World::new();
    let alice = world.recipient();
    for kind in [Kind::Direct, Kind::Orders] {
        let pot = world.pot(kind);
        assert_refused(world.open(&pot, &alice), RewardsError::WrongKind);
    }
}

#[test]
fn it_ends_with_the_deadline() {
    let mut world = World::new();
    let deadline = world.chain.now() + DAY;
    let pot = world.pot_with(CreateDistributionArgs {
        deadline,
        ..world.args(Kind::Merkle)
    });
    let alice = world.recipient();
    world.chain.set_time(deadline);
    assert_refused(world.open(&pot, &alice), RewardsError::Ended);
    world.chain.set_time(deadline - 1);
    world.open(&pot, &alice).unwrap();
}

#[test]
fn accounts_that_do_not_belong_are_refused() {
    let mut world = World::new();
    let (pot, other) = (world.pot(Kind::Merkle), world.pot(Kind::Merkle));
    let (alice, bob) = (world.recipient(), world.recipient());
    let accounts = world.open_accounts(&pot, &alice.address());
    let call = instruction(ID, accounts, call::OpenClaim {});
    let payer = world.payer.insecure_clone();
    Substitutions::new("rewards", &call, &[&payer])
        .wrong("distribution", other.distribution)
        .wrong("record", record_of(&other.distribution, &alice.address()))
        .wrong("record", record_of(&pot.distribution, &bob.address()))
        .wrong("record", allocation_of(&pot.distribution, &alice.address()))
        .harmless("payer", "stranger")
        .assert_refused(&mut world.chain);
}
