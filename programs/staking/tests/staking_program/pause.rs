//! `pause`: guardian and admin can stop what comes in.

use program_testing::{assert_refused, events, substitution::Substitutions};
use solana_signer::Signer;
use staking::error::StakingError;
use staking::events::Paused;
use staking::instruction as call;
use staking::state::MIN_PAUSE;

use crate::world::{World, instruction_of};

#[test]
fn guardian_and_admin_can_pause() {
    let mut world = World::new();
    for by in [world.guardian.insecure_clone(), world.admin.insecure_clone()] {
        let (done, now) = (world.pause(&by).unwrap(), world.chain.now());
        assert_eq!((world.state().paused, world.state().paused_at), (1, now));
        let [event] = events::by_log::<Paused>(&done).try_into().ok().unwrap();
        assert_eq!((event.pool, event.by), (world.pool.pool, by.pubkey()));
        assert_eq!(event.ends_from, now + MIN_PAUSE);
        world.chain.advance(MIN_PAUSE);
        world.unpause().unwrap();
    }
}

#[test]
fn nobody_else_can() {
    let mut world = World::new();
    let (_, other_admin) = world.other_pool();
    for by in [world.chain.user(), other_admin] {
        assert_refused(world.pause(&by), StakingError::NotGuardian);
    }
}

#[test]
fn twice_is_refused_and_begins_no_other_day() {
    let mut world = World::new();
    let guardian = world.guardian.insecure_clone();
    world.pause(&guardian).unwrap();
    world.chain.advance(MIN_PAUSE);
    assert_refused(world.pause(&guardian), StakingError::AlreadyPaused);
    world.unpause().unwrap();
}

#[test]
fn the_clock_goes_on() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 64).unwrap();
    world.fund(64_000).unwrap();
    let admin = world.admin.insecure_clone();
    world.pause(&admin).unwrap();
    world.chain.advance(500);
    world.claim(&alice).unwrap();
    assert_eq!(world.tokens(&alice.rewards), 32_000);
    world.chain.advance(500);
    world.claim(&alice).unwrap();
    assert_eq!(world.tokens(&alice.rewards), 64_000);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::new();
    let (other, _) = world.other_pool();
    let guardian = world.guardian.insecure_clone();
    let pause = instruction_of(world.pause_accounts(&guardian), call::Pause {});
    Substitutions::new("staking", &pause, &[&guardian])
        .wrong("pool", other.pool)
        .assert_refused(&mut world.chain);
}
