//! `propose_authority`, `activate_authority` and `cancel_authority`: a change that everybody sees coming.

use settlement::error::SettlementError;
use settlement::events::{AuthorityCancelled, AuthorityChanged, AuthorityProposed};
use solana_signer::Signer;

use crate::world::*;

#[test]
fn it_takes_effect_after_its_delay_to_the_second() {
    let mut world = World::new();
    let (admin, anybody, new) = (world.admin.insecure_clone(), world.user(), world.address());
    let done = world.propose_authority(&admin, new).unwrap();
    let from = world.now() + i64::from(LIMITS.authority_delay);
    let [event] = events::by_log::<AuthorityProposed>(&done)
        .try_into()
        .ok()
        .unwrap();
    assert_eq!((event.pending_authority, event.from), (new, from));

    world.set_time(from - 1);
    assert_refused(world.activate_authority(&anybody), SettlementError::TooEarly);
    assert_eq!(world.state().authority, world.authority.pubkey());
    world.set_time(from);
    let done = world.activate_authority(&anybody).unwrap();
    let [event] = events::by_log::<AuthorityChanged>(&done).try_into().ok().unwrap();
    assert_eq!((event.config, event.authority), (world.config, new));
    let config = world.state();
    assert_eq!(
        (config.authority, config.pending_authority),
        (new, SYSTEM_PROGRAM)
    );
    assert_refused(
        world.activate_authority(&anybody),
        SettlementError::NothingProposed,
    );
}

#[test]
fn guardian_and_admin_take_it_back() {
    let mut world = World::new();
    let (admin, guardian, new) = (
        world.admin.insecure_clone(),
        world.guardian.insecure_clone(),
        world.address(),
    );
    for by in [&guardian, &admin] {
        world.propose_authority(&admin, new).unwrap();
        let done = world.cancel_authority(by).unwrap();
        let [event] = events::by_log::<AuthorityCancelled>(&done)
            .try_into()
            .ok()
            .unwrap();
        assert_eq!((event.pending_authority, event.by), (new, by.pubkey()));
        world.advance(LIMITS.authority_delay.into());
        assert_refused(world.activate_authority(&admin), SettlementError::NothingProposed);
        assert_refused(world.cancel_authority(by), SettlementError::NothingProposed);
    }
}

#[test]
fn another_proposal_starts_the_delay_anew() {
    let mut world = World::new();
    let (admin, first, second) = (world.admin.insecure_clone(), world.address(), world.address());
    world.propose_authority(&admin, first).unwrap();
    world.advance(i64::from(LIMITS.authority_delay) - 1);
    world.propose_authority(&admin, second).unwrap();
    world.advance(1);
    assert_refused(world.activate_authority(&admin), SettlementError::TooEarly);
}

#[test]
fn the_delay_cannot_be_lowered_to_get_around_it() {
    let mut world = World::new();
    let admin = world.admin.insecure_clone();
    let mut limits = LIMITS;
    limits.authority_delay -= 1;
    assert_refused(world.set_limits(&admin, limits), SettlementError::DelayLowered);
}

#[test]
fn nobody_else_proposes_or_takes_back() {
    let mut world = World::new();
    let (admin, guardian, stranger) = (
        world.admin.insecure_clone(),
        world.guardian.insecure_clone(),
        world.user(),
    );
    let new = world.address();
    for by in [&guardian, &stranger] {
        assert_refused(world.propose_authority(by, new), SettlementError::NotAdmin);
    }
    world.propose_authority(&admin, new).unwrap();
    assert_refused(world.cancel_authority(&stranger), SettlementError::NotGuardian);
    assert_refused(
        world.propose_authority(&admin, SYSTEM_PROGRAM),
        SettlementError::MissingKey,
    );
}
