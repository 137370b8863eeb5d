//! `propose_admin` and `accept_admin`: a pool never has an admin who cannot sign.

use program_testing::{assert_refused, events, substitution::Substitutions};
use solana_address::Address;
use solana_signer::Signer;
use staking::error::StakingError;
use staking::events::{AdminAccepted, AdminProposed};
use staking::instruction as call;

use crate::world::{World, instruction_of};

#[test]
fn the_proposed_admin_becomes_the_admin_by_accepting() {
    let mut world = World::new();
    let (old, new) = (world.admin.insecure_clone(), world.chain.user());
    let proposed = new.pubkey();
    let done = world.administer(&old, call::ProposeAdmin { proposed }).unwrap();
    let [event] = events::by_log::<AdminProposed>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.pool, event.admin, event.proposed),
        (world.pool.pool, old.pubkey(), proposed)
    );
    assert_refused(
        world.administer(&new, call::SetDuration { duration: 1 }),
        StakingError::NotAdmin,
    );

    let done = world.accept_admin(&new).unwrap();
    let [event] = events::by_log::<AdminAccepted>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.pool, event.previous, event.admin),
        (world.pool.pool, old.pubkey(), proposed)
    );
    assert_refused(
        world.administer(&old, call::SetDuration { duration: 1 }),
        StakingError::NotAdmin,
    );
    world.administer(&new, call::SetDuration { duration: 1 }).unwrap();
    // Once.
    assert_refused(world.accept_admin(&new), StakingError::NotProposed);
}

#[test]
fn the_pool_still_signs_for_its_tokens_after_a_change() {
    let (mut world, alice) = World::with_alice();
    let (old, new) = (world.admin.insecure_clone(), world.chain.user());
    world.stake(&alice, 10).unwrap();
    let proposed = new.pubkey();
    world.administer(&old, call::ProposeAdmin { proposed }).unwrap();
    world.accept_admin(&new).unwrap();
    world.exit(&alice).unwrap();
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
    let (admin, new) = (world.admin.insecure_clone(), world.chain.user());
    let accounts = staking::accounts::Administer {
        admin: admin.pubkey(),
        pool: world.pool.pool,
    };
    let proposed = new.pubkey();
    let propose = instruction_of(accounts, call::ProposeAdmin { proposed });
    Substitutions::new("staking", &propose, &[&admin])
        .wrong("pool", other.pool)
        .assert_refused(&mut world.chain);

    let accounts = staking::accounts::AcceptAdmin {
        proposed_admin: proposed,
        pool: world.pool.pool,
    };
    let accept = instruction_of(accounts, call::AcceptAdmin {});
    Substitutions::new("staking", &accept, &[&new])
        .wrong("pool", other.pool)
        .assert_refused(&mut world.chain);
}
