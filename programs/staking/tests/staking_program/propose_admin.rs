//! `propose_admin`: nothing changes until somebody accepts.

use program_testing::{assert_refused, events, substitution::Substitutions};
use solana_address::Address;
use solana_signer::Signer;
use staking::error::StakingError;
use staking::events::AdminProposed;
use staking::instruction as call;

use crate::world::{World, instruction_of};

#[test]
fn a_proposal_changes_nothing_else() {
    let mut world = World::new();
    let (admin, next) = (world.admin.insecure_clone(), world.chain.user());
    let proposed = next.pubkey();
    let done = world.administer(&admin, call::ProposeAdmin { proposed }).unwrap();
    let state = world.state();
    assert_eq!((state.admin, state.proposed_admin), (admin.pubkey(), proposed));
    let [event] = events::by_log::<AdminProposed>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.pool, event.admin, event.proposed),
        (world.pool.pool, admin.pubkey(), proposed)
    );
    assert_refused(
        world.administer(&next, call::SetDuration { duration: 1 }),
        StakingError::NotAdmin,
    );
    world
        .administer(&admin, call::SetDuration { duration: 1 })
        .unwrap();
}

#[test]
fn the_last_proposal_counts() {
    let mut world = World::new();
    let (admin, first, second) = (
        world.admin.insecure_clone(),
        world.chain.user(),
        world.chain.user(),
    );
    assert_refused(world.accept_admin(&first), StakingError::NotProposed);
    for proposed in [first.pubkey(), second.pubkey()] {
        world.administer(&admin, call::ProposeAdmin { proposed }).unwrap();
    }
    assert_refused(world.accept_admin(&first), StakingError::NotProposed);
    world.accept_admin(&second).unwrap();
}

#[test]
fn all_zeros_are_refused() {
    let mut world = World::new();
    let admin = world.admin.insecure_clone();
    let proposed = Address::default();
    assert_refused(
        world.administer(&admin, call::ProposeAdmin { proposed }),
        StakingError::MissingKey,
    );
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::new();
    let (other, _) = world.other_pool();
    let (admin, proposed) = (world.admin.insecure_clone(), world.chain.address());
    let accounts = world.administer_accounts(&admin);
    let propose = instruction_of(accounts, call::ProposeAdmin { proposed });
    Substitutions::new("staking", &propose, &[&admin])
        .wrong("pool", other.pool)
        .assert_refused(&mut world.chain);
}
