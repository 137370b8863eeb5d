//! `accept_admin`: a pool never has an admin who cannot sign.

use program_testing::{assert_refused, events, substitution::Substitutions};
use solana_keypair::Keypair;
use solana_signer::Signer;
use staking::error::StakingError;
use staking::events::AdminAccepted;
use staking::instruction as call;

use crate::world::{World, instruction_of};

/// The admin of the pool, and whom they have proposed.
fn proposed(world: &mut World) -> (Keypair, Keypair) {
    let (old, new) = (world.admin.insecure_clone(), world.chain.user());
    let proposed = new.pubkey();
    world.administer(&old, call::ProposeAdmin { proposed }).unwrap();
    (old, new)
}

#[test]
fn the_proposed_admin_becomes_the_admin_once() {
    let mut world = World::new();
    let (old, new) = proposed(&mut world);
    let done = world.accept_admin(&new).unwrap();
    let [event] = events::by_log::<AdminAccepted>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.pool, event.previous, event.admin),
        (world.pool.pool, old.pubkey(), new.pubkey())
    );
    assert_refused(
        world.administer(&old, call::SetDuration { duration: 1 }),
        StakingError::NotAdmin,
    );
    world.administer(&new, call::SetDuration { duration: 1 }).unwrap();
    assert_refused(world.accept_admin(&new), StakingError::NotProposed);
}

#[test]
fn the_pool_still_signs_for_its_tokens_after_a_change() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 10).unwrap();
    let (_, new) = proposed(&mut world);
    world.accept_admin(&new).unwrap();
    world.exit(&alice).unwrap();
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::new();
    let (other, _) = world.other_pool();
    let (_, new) = proposed(&mut world);
    let accounts = staking::accounts::AcceptAdmin {
        proposed_admin: new.pubkey(),
        pool: world.pool.pool,
    };
    let accept = instruction_of(accounts, call::AcceptAdmin {});
    Substitutions::new("staking", &accept, &[&new])
        .wrong("pool", other.pool)
        .assert_refused(&mut world.chain);
}
