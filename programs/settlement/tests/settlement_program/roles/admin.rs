//! `propose_admin`, `accept_admin` and `set_guardian`.

use anchor_lang::error::ErrorCode;
use settlement::error::SettlementError;
use settlement::events::{AdminChanged, AdminProposed, AuthorityCancelled, GuardianChanged};
use settlement::{accounts, instruction as call};
use solana_signer::Signer;

use crate::world::*;

#[test]
fn the_admin_changes_when_the_new_one_accepts() {
    let mut world = World::new();
    let (old, new) = (world.admin.insecure_clone(), world.user());
    let done = world.propose_admin(&old, new.pubkey()).unwrap();
    let [event] = events::by_log::<AdminProposed>(&done).try_into().ok().unwrap();
    assert_eq!((event.config, event.pending_admin), (world.config, new.pubkey()));
    assert_eq!(world.state().admin, old.pubkey());

    let done = world.accept_admin(&new).unwrap();
    let [event] = events::by_log::<AdminChanged>(&done).try_into().ok().unwrap();
    assert_eq!((event.config, event.admin), (world.config, new.pubkey()));
    let config = world.state();
    assert_eq!(
        (config.admin, config.pending_admin),
        (new.pubkey(), SYSTEM_PROGRAM)
    );

    assert_refused(world.propose_admin(&old, old.pubkey()), SettlementError::NotAdmin);
    assert_refused(world.accept_admin(&new), SettlementError::NotPendingAdmin);
}

#[test]
fn what_the_old_admin_proposed_as_authority_is_gone_with_them() {
    let mut world = World::new();
    let (old, new, planted) = (world.admin.insecure_clone(), world.user(), world.address());
    world.propose_authority(&old, planted).unwrap();
    world.propose_admin(&old, new.pubkey()).unwrap();
    let done = world.accept_admin(&new).unwrap();
    let [event] = events::by_log::<AuthorityCancelled>(&done)
        .try_into()
        .ok()
        .unwrap();
    assert_eq!((event.pending_authority, event.by), (planted, new.pubkey()));
    world.advance(LIMITS.authority_delay.into());
    let result = world.activate_authority(&new);
    assert_refused(result, SettlementError::NothingProposed);

    world.propose_admin(&new, old.pubkey()).unwrap();
    let done = world.accept_admin(&old).unwrap();
    assert!(events::by_log::<AuthorityCancelled>(&done).is_empty());
}

#[test]
fn a_settlement_that_was_handed_over_still_settles_batches() {
    // Its address, which charges sessions, is derived from who initialized it.
    let mut scene = crate::batch::scene::Scene::new();
    let (old, new) = (scene.admin.insecure_clone(), scene.user());
    scene.propose_admin(&old, new.pubkey()).unwrap();
    scene.accept_admin(&new).unwrap();
    let plan = scene.plan();
    scene.settle(&plan);
}

#[test]
fn a_proposal_can_be_taken_back_and_replaced() {
    let mut world = World::new();
    let (admin, first, second) = (world.admin.insecure_clone(), world.user(), world.user());
    world.propose_admin(&admin, first.pubkey()).unwrap();
    world.propose_admin(&admin, second.pubkey()).unwrap();
    assert_refused(world.accept_admin(&first), SettlementError::NotPendingAdmin);
    world.propose_admin(&admin, SYSTEM_PROGRAM).unwrap();
    assert_refused(world.accept_admin(&second), SettlementError::NotPendingAdmin);
}

#[test]
fn nobody_else_proposes_or_accepts() {
    let mut world = World::new();
    let (admin, new) = (world.admin.insecure_clone(), world.user());
    let others = [world.guardian.insecure_clone(), new.insecure_clone()];
    for by in &others {
        assert_refused(world.propose_admin(by, new.pubkey()), SettlementError::NotAdmin);
        assert_refused(world.set_guardian(by, new.pubkey()), SettlementError::NotAdmin);
    }
    world.propose_admin(&admin, new.pubkey()).unwrap();
    for by in [&admin, &others[0]] {
        assert_refused(world.accept_admin(by), SettlementError::NotPendingAdmin);
    }
}

#[test]
fn the_proposed_admin_must_sign() {
    let mut world = World::new();
    let (admin, new) = (world.admin.insecure_clone(), world.user());
    world.propose_admin(&admin, new.pubkey()).unwrap();
    let accounts = accounts::AcceptAdmin {
        pending_admin: new.pubkey(),
        config: world.config,
    };
    let mut accept = instruction(accounts, call::AcceptAdmin {});
    accept.accounts[0].is_signer = false;
    assert_refused(world.send(&[accept], &[&admin]), ErrorCode::AccountNotSigner);
}

#[test]
fn the_admin_changes_the_guardian() {
    let mut world = World::new();
    let (admin, old, new) = (
        world.admin.insecure_clone(),
        world.guardian.insecure_clone(),
        world.user(),
    );
    let done = world.set_guardian(&admin, new.pubkey()).unwrap();
    let [event] = events::by_log::<GuardianChanged>(&done).try_into().ok().unwrap();
    assert_eq!((event.config, event.guardian), (world.config, new.pubkey()));
    assert_refused(world.pause(&old), SettlementError::NotGuardian);
    world.pause(&new).unwrap();
    assert_refused(
        world.set_guardian(&admin, SYSTEM_PROGRAM),
        SettlementError::MissingKey,
    );
}
