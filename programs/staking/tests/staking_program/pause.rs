//! `pause` and `unpause`: the guardian can stop what comes in, and only the admin lets it in again.

use program_testing::{assert_refused, events, substitution::Substitutions};
use solana_signer::Signer;
use staking::error::StakingError;
use staking::events::{Paused, Unpaused};
use staking::instruction as call;

use crate::world::{World, instruction_of};

#[test]
fn guardian_and_admin_can_pause() {
    let mut world = World::new();
    let admin = world.admin.insecure_clone();
    for by in [world.guardian.insecure_clone(), world.admin.insecure_clone()] {
        let done = world.pause(&by).unwrap();
        assert_eq!(world.state().paused, 1);
        let [event] = events::by_log::<Paused>(&done).try_into().ok().unwrap();
        assert_eq!((event.pool, event.by), (world.pool.pool, by.pubkey()));
        let done = world.administer(&admin, call::Unpause {}).unwrap();
        assert_eq!(world.state().paused, 0);
        let [event] = events::by_log::<Unpaused>(&done).try_into().ok().unwrap();
        assert_eq!((event.pool, event.by), (world.pool.pool, admin.pubkey()));
    }
}

#[test]
fn nobody_else_can() {
    let mut world = World::new();
    let (_, other_admin) = world.other_pool();
    for by in [world.chain.user(), other_admin] {
        assert_refused(world.pause(&by), StakingError::NotGuardian);
    }
    let (admin, guardian) = (world.admin.insecure_clone(), world.guardian.insecure_clone());
    world.pause(&admin).unwrap();
    assert_refused(
        world.administer(&guardian, call::Unpause {}),
        StakingError::NotAdmin,
    );
}

#[test]
fn twice_is_refused() {
    let mut world = World::new();
    let admin = world.admin.insecure_clone();
    assert_refused(
        world.administer(&admin, call::Unpause {}),
        StakingError::NotPaused,
    );
    world.pause(&admin).unwrap();
    assert_refused(world.pause(&admin), StakingError::AlreadyPaused);
}

#[test]
fn the_clock_goes_on() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 64).unwrap();
    world.fund(64_000).unwrap();
    let admin = world.admin.insecure_clone();
    world.pause(&admin).unwrap();
    world.chain.advance(500);
    world.administer(&admin, call::Unpause {}).unwrap();
    world.chain.advance(500);
    world.claim(&alice).unwrap();
    assert_eq!(world.tokens(&alice.rewards), 64_000);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::new();
    let (other, _) = world.other_pool();
    let (guardian, admin) = (world.guardian.insecure_clone(), world.admin.insecure_clone());
    let accounts = staking::accounts::Pause {
        by: guardian.pubkey(),
        pool: world.pool.pool,
    };
    let pause = instruction_of(accounts, call::Pause {});
    Substitutions::new("staking", &pause, &[&guardian])
        .wrong("pool", other.pool)
        .assert_refused(&mut world.chain); // and it is paused then

    let accounts = staking::accounts::Administer {
        admin: admin.pubkey(),
        pool: world.pool.pool,
    };
    let unpause = instruction_of(accounts, call::Unpause {});
    Substitutions::new("staking", &unpause, &[&admin])
        .wrong("pool", other.pool)
        .assert_refused(&mut world.chain);
}
