//! `publish_root`: the authority replaces the root, epoch by epoch, and never promises more than is funded.

use program_testing::substitution::Substitutions;
use program_testing::{assert_refused, events, instruction};
use rewards::ID;
use rewards::error::RewardsError;
use rewards::events::RootPublished;
use rewards::instruction as call;
use rewards::instructions::{CreateDistributionArgs, PublishRootArgs};
use rewards::state::Kind;
use solana_signer::Signer;

use crate::world::*;

#[test]
fn a_root_is_published_and_its_total_reserved() {
    let mut world = World::new();
    let pot = world.pot(Kind::Merkle);
    let done = world.publish(&pot, [1; 32], 600, 1).unwrap();
    let state = world.distribution(&pot);
    assert_eq!((state.root, state.epoch), ([1; 32], 1));
    assert_eq!(state.totals, totals(1_000, 600, 0, 0));

    let [event] = events::by_call::<RootPublished>(&done).try_into().ok().unwrap();
    assert_eq!((event.distribution, event.epoch), (pot.distribution, 1));
    assert_eq!((event.root, event.allocated), ([1; 32], 600));
}

#[test]
fn epochs_follow_one_after_the_other() {
    let mut world = World::new();
    let pot = world.pot(Kind::Merkle);
    for epoch in [0, 2, u64::MAX] {
        let result = world.publish(&pot, [1; 32], 1, epoch);
        assert_refused(result, RewardsError::WrongEpoch);
    }
    world.publish(&pot, [1; 32], 1, 1).unwrap();
    for epoch in [0, 1, 3, u64::MAX] {
        let result = world.publish(&pot, [2; 32], 1, epoch);
        assert_refused(result, RewardsError::WrongEpoch);
    }
    world.publish(&pot, [2; 32], 1, 2).unwrap();
    assert_eq!(world.distribution(&pot).root, [2; 32]);
}

#[test]
fn the_last_epoch_is_the_last() {
    let mut world = World::new();
    let pot = world.pot(Kind::Merkle);
    let at = epoch_at(&world, &pot);
    world
        .chain
        .overwrite(&pot.distribution, at, &u64::MAX.to_le_bytes());
    for epoch in [0, u64::MAX] {
        let result = world.publish(&pot, [1; 32], 1, epoch);
        assert_refused(result, RewardsError::WrongEpoch);
    }
}

/// Where the epoch is: right after the root.
fn epoch_at(world: &World, pot: &Pot) -> usize {
    let mut copy = World::new();
    let same = copy.pot(Kind::Merkle);
    assert_eq!(same.distribution, pot.distribution);
    copy.publish(&same, [0xee; 32], 1, 1).unwrap();
    let data = copy.chain.data(&same.distribution);
    assert_eq!(data.len(), world.chain.data(&pot.distribution).len());
    data.windows(32).position(|bytes| bytes == [0xee; 32]).unwrap() + 32
}

#[test]
fn the_total_is_funded_and_never_falls() {
    let mut world = World::new();
    let pot = world.pot(Kind::Merkle);
    let result = world.publish(&pot, [1; 32], 0, 1);
    assert_refused(result, RewardsError::ZeroAmount);
    for total in [1_001, u64::MAX] {
        let result = world.publish(&pot, [1; 32], total, 1);
        assert_refused(result, RewardsError::NotFunded);
    }
    world.publish(&pot, [1; 32], 600, 1).unwrap();
    for total in [1, 599] {
        let result = world.publish(&pot, [2; 32], total, 2);
        assert_refused(result, RewardsError::TotalFell);
    }
    world.publish(&pot, [2; 32], 600, 2).unwrap();
    world.defund(&pot, 100).unwrap();
    let result = world.publish(&pot, [3; 32], 901, 3);
    assert_refused(result, RewardsError::NotFunded);
    world.publish(&pot, [3; 32], 900, 3).unwrap();
}

/// As `docs/security.md` says: who gets how much is what the authority is trusted with.
#[test]
fn the_next_root_can_give_all_that_is_unclaimed_to_the_authority() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Merkle), world.recipient());
    world.open(&pot, &alice).unwrap();
    let first = world.publish_rewards(&pot, &[(&alice, 600)]);
    let mallory = world.recipient();
    world.open(&pot, &mallory).unwrap();
    let second = world.publish_rewards(&pot, &[(&mallory, 600)]);
    world.claim_merkle(&pot, &mallory, second.claim(0)).unwrap();
    assert_eq!(world.amount(&mallory.tokens), 600);
    let late = world.claim_merkle(&pot, &alice, first.claim(0));
    assert_refused(late, RewardsError::NotInRoot);
}

#[test]
fn the_root_of_no_tree_is_refused() {
    let mut world = World::new();
    let pot = world.pot(Kind::Merkle);
    let result = world.publish(&pot, [0; 32], 1, 1);
    assert_refused(result, RewardsError::EmptyRoot);
}

#[test]
fn other_kinds_have_no_root() {
    let mut world = World::new();
    for kind in [Kind::Direct, Kind::Orders] {
        let pot = world.pot(kind);
        let result = world.publish(&pot, [1; 32], 1, 1);
        assert_refused(result, RewardsError::WrongKind);
    }
}

#[test]
fn it_ends_a_day_before_the_deadline() {
    let mut world = World::new();
    let deadline = world.chain.now() + 2 * DAY;
    let pot = world.pot_with(CreateDistributionArgs {
        deadline,
        ..world.args(Kind::Merkle)
    });
    world.chain.set_time(deadline - DAY);
    world.publish(&pot, [1; 32], 1, 1).unwrap();
    for late in [deadline - DAY + 1, deadline - 1] {
        world.chain.set_time(late);
        let result = world.publish(&pot, [2; 32], 1, 2);
        assert_refused(result, RewardsError::PromiseTooLate);
    }
    world.chain.set_time(deadline);
    assert_refused(world.publish(&pot, [2; 32], 1, 2), RewardsError::Ended);
}

#[test]
fn neither_creator_nor_stranger_may() {
    let mut world = World::new();
    let pot = world.pot(Kind::Merkle);
    for somebody in [world.creator.insecure_clone(), world.chain.user()] {
        let mut accounts = world.publish_accounts(&pot);
        accounts.authority = somebody.pubkey();
        let args = PublishRootArgs {
            root: [1; 32],
            total: 1,
            epoch: 1,
        };
        let call = instruction(ID, accounts, call::PublishRoot { args });
        let result = world.chain.send(&[call], &[&world.payer, &somebody]);
        assert_refused(result, RewardsError::NotAuthority);
    }
}

#[test]
fn accounts_that_do_not_belong_are_refused() {
    let mut world = World::new();
    let pot = world.pot(Kind::Merkle);
    let mallory = world.chain.user();
    let foreign = world.pot_with(CreateDistributionArgs {
        authority: mallory.pubkey(),
        ..world.args(Kind::Merkle)
    });
    let args = PublishRootArgs {
        root: [1; 32],
        total: 1,
        epoch: 1,
    };
    let call = instruction(ID, world.publish_accounts(&pot), call::PublishRoot { args });
    let authority = world.authority.insecure_clone();
    Substitutions::new("rewards", &call, &[&authority])
        .wrong("distribution", foreign.distribution)
        .wrong("distribution", pot.tokens)
        .assert_refused(&mut world.chain);
}
