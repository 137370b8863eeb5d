//! `pause` and `unpause`: guardian and admin stop, the admin alone starts again.

use crate::world::*;
use anchor_lang::error::ErrorCode;
use settlement::accounts;
use settlement::error::SettlementError;
use settlement::events::{Paused, Unpaused};
use settlement::instruction as call;
use solana_signer::Signer;

#[test]
fn guardian_and_admin_stop_and_the_admin_starts_again() {
    let mut world = World::new();
    let (admin, guardian) = (world.admin.insecure_clone(), world.guardian.insecure_clone());
    for by in [&guardian, &admin] {
        let done = world.pause(by).unwrap();
        assert!(world.paused());
        let [event] = events::by_log::<Paused>(&done).try_into().ok().unwrap();
        assert_eq!((event.config, event.by), (world.config, by.pubkey()));

        let done = world.unpause(&admin).unwrap();
        assert!(!world.paused());
        let [event] = events::by_log::<Unpaused>(&done).try_into().ok().unwrap();
        assert_eq!((event.config, event.by), (world.config, admin.pubkey()));
    }
}

#[test]
fn deposits_work_again_afterwards() {
    let mut world = World::new();
    let asset = world.asset();
    let alice = world.depositor(&asset, 10);
    let admin = world.admin.insecure_clone();
    world.pause(&admin).unwrap();
    world.unpause(&admin).unwrap();
    world.deposit(&asset, &alice, 10).unwrap();
}

#[test]
fn nobody_else_can_stop() {
    let mut world = World::new();
    let stranger = world.user();
    assert_refused(world.pause(&stranger), SettlementError::NotGuardian);
    assert!(!world.paused());
}

#[test]
fn neither_guardian_nor_stranger_can_start_again() {
    let mut world = World::new();
    let (guardian, stranger) = (world.guardian.insecure_clone(), world.user());
    world.pause(&guardian).unwrap();
    for by in [guardian, stranger] {
        assert_refused(world.unpause(&by), SettlementError::NotAdmin);
    }
    assert!(world.paused());
}

#[test]
fn an_admin_of_another_settlement_can_neither_stop_nor_start() {
    let mut world = World::new();
    let (admin, other) = (world.admin.insecure_clone(), world.user());
    world.initialize(&other).unwrap();
    assert_refused(world.pause(&other), SettlementError::NotGuardian);
    world.pause(&admin).unwrap();
    assert_refused(world.unpause(&other), SettlementError::NotAdmin);
}

#[test]
fn doing_it_twice_is_refused() {
    let mut world = World::new();
    let admin = world.admin.insecure_clone();
    assert_refused(world.unpause(&admin), SettlementError::NotPaused);
    world.pause(&admin).unwrap();
    assert_refused(world.pause(&admin), SettlementError::AlreadyPaused);
}

#[test]
fn the_key_must_sign() {
    let mut world = World::new();
    let payer = world.user();
    let accounts = accounts::Pause {
        by: world.guardian.pubkey(),
        config: world.config,
    };
    let mut forged = instruction(accounts, call::Pause {});
    forged.accounts[0].is_signer = false;
    assert_refused(world.send(&[forged], &[&payer]), ErrorCode::AccountNotSigner);
}

#[test]
fn a_vault_in_place_of_the_config_is_refused() {
    let mut world = World::new();
    let asset = world.asset();
    let admin = world.admin.insecure_clone();
    world.config = asset.vault;
    assert_refused(world.pause(&admin), ErrorCode::AccountDiscriminatorMismatch);
}
