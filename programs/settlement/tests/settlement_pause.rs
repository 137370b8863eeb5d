//! `pause` and `unpause`: guardian and admin stop, the admin alone starts again.

mod common;

use anchor_lang::error::ErrorCode;
use common::*;
use litesvm::types::TransactionResult;
use settlement::accounts;
use settlement::error::SettlementError;
use settlement::events::{Paused, Unpaused};
use settlement::instruction as call;
use solana_keypair::Keypair;
use solana_signer::Signer;

fn pause(world: &mut World, by: &Keypair) -> TransactionResult {
    let accounts = accounts::Pause {
        by: by.pubkey(),
        config: world.config,
    };
    world.call(accounts, call::Pause {}, &[by])
}

fn unpause(world: &mut World, admin: &Keypair) -> TransactionResult {
    let accounts = accounts::Unpause {
        admin: admin.pubkey(),
        config: world.config,
    };
    world.call(accounts, call::Unpause {}, &[admin])
}

#[test]
fn guardian_and_admin_stop_and_the_admin_starts_again() {
    let mut world = World::new();
    let (admin, guardian) = (world.admin.insecure_clone(), world.guardian.insecure_clone());
    for by in [&guardian, &admin] {
        let done = pause(&mut world, by).unwrap();
        assert!(world.paused());
        let [event] = events::by_log::<Paused>(&done).try_into().ok().unwrap();
        assert_eq!((event.config, event.by), (world.config, by.pubkey()));

        let done = unpause(&mut world, &admin).unwrap();
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
    pause(&mut world, &admin).unwrap();
    unpause(&mut world, &admin).unwrap();
    world
        .call(
            world.deposit(&asset, &alice),
            call::Deposit { amount: 10 },
            &[&alice.owner],
        )
        .unwrap();
}

#[test]
fn nobody_else_can_stop() {
    let mut world = World::new();
    let stranger = world.user();
    assert_refused(pause(&mut world, &stranger), SettlementError::NotGuardian);
    assert!(!world.paused());
}

#[test]
fn neither_guardian_nor_stranger_can_start_again() {
    let mut world = World::new();
    let (guardian, stranger) = (world.guardian.insecure_clone(), world.user());
    pause(&mut world, &guardian).unwrap();
    for by in [guardian, stranger] {
        assert_refused(unpause(&mut world, &by), SettlementError::NotAdmin);
    }
    assert!(world.paused());
}

#[test]
fn an_admin_of_another_settlement_can_neither_stop_nor_start() {
    let mut world = World::new();
    let (admin, other) = (world.admin.insecure_clone(), world.user());
    world.initialize(&other).unwrap();
    assert_refused(pause(&mut world, &other), SettlementError::NotGuardian);
    pause(&mut world, &admin).unwrap();
    assert_refused(unpause(&mut world, &other), SettlementError::NotAdmin);
}

#[test]
fn doing_it_twice_is_refused() {
    let mut world = World::new();
    let admin = world.admin.insecure_clone();
    assert_refused(unpause(&mut world, &admin), SettlementError::NotPaused);
    pause(&mut world, &admin).unwrap();
    assert_refused(pause(&mut world, &admin), SettlementError::AlreadyPaused);
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
    assert_refused(pause(&mut world, &admin), ErrorCode::AccountDiscriminatorMismatch);
}
