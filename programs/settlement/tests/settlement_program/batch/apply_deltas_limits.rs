//! `apply_deltas` with more than ledger, session or vault allow: nothing changes.

use anchor_lang::prelude::Clock;
use anchor_lang::{AnchorDeserialize, Discriminator, InstructionData};
use session_keys::actions::{self, APPROVE, BUY, CANCEL, LIST, PAY};
use session_keys::error::SessionKeysError;
use session_keys::instructions::{CreateSessionArgs, RevokeSessionArgs};
use settlement::error::SettlementError;
use solana_instruction::{AccountMeta, Instruction};
use solana_signer::Signer;

use super::apply_deltas_refused::refused;
use super::plan::{Delta, Plan};
use super::scene::Scene;
use crate::world::*;

/// The authority signs for debits of Alice, and a credit of Bob by as much; they are refused.
#[track_caller]
fn refused_debits<Kind>(mut scene: Scene, debits: Vec<Delta>, error: impl Reason<Kind>) {
    let sum: i128 = debits.iter().map(|delta| -delta.amount).sum();
    let count = debits.len();
    let mut deltas = debits;
    deltas.push(scene.bob.credit(&scene.asset, sum as u64));
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.open_for_good(&plan);
    let apply = scene.apply_deltas(&plan, 0..count);
    refused(&mut scene, &plan, apply, error);
}

#[test]
fn more_than_the_session_allows_is_refused() {
    let scene = Scene::new();
    let debit = scene.alice.debit(&scene.asset, 501);
    refused_debits(scene, vec![debit], SessionKeysError::OverLimit);
}

#[test]
fn more_than_the_ledger_holds_is_refused() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let owner = scene.alice.depositor.owner.insecure_clone();
    let large = scene.session(&owner, &[asset], 10_000);
    let debit = Delta::debit(&asset, scene.alice.address(), large, 1_001);
    refused_debits(scene, vec![debit], SettlementError::InsufficientBalance);
}

#[test]
fn more_than_the_ledger_holds_in_two_debits_is_refused() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let owner = scene.alice.depositor.owner.insecure_clone();
    let large = scene.session(&owner, &[asset], 10_000);
    let address = scene.alice.address();
    let debits = vec![
        scene.alice.debit(&asset, 500),
        Delta::debit(&asset, address, large, 501),
    ];
    refused_debits(scene, debits, SettlementError::InsufficientBalance);
}

#[test]
fn a_debit_of_zero_is_refused() {
    let scene = Scene::new();
    let debit = scene.alice.debit(&scene.asset, 0);
    refused_debits(scene, vec![debit], SessionKeysError::ZeroAmount);
}

#[test]
fn a_session_that_is_over_is_refused() {
    let mut scene = Scene::new();
    let debit = scene.alice.debit(&scene.asset, 10);
    scene.advance(86_400 - i64::from(LIMITS.challenge_window));
    refused_debits(scene, vec![debit], SessionKeysError::SessionExpired);
}

/// A second session of Alice's, which allows these actions.
fn session_for(scene: &mut Scene, actions: u32) -> Session {
    let (key, asset) = (scene.address(), scene.asset);
    let owner = scene.alice.depositor.owner.insecure_clone();
    let mut create = scene.create_session(&owner, key, &[asset], 500);
    let discriminator = session_keys::instruction::CreateSession::DISCRIMINATOR;
    let args = create.data.strip_prefix(discriminator).unwrap();
    let args = CreateSessionArgs {
        actions,
        ..CreateSessionArgs::try_from_slice(args).unwrap()
    };
    create.data = session_keys::instruction::CreateSession { args }.data();
    scene.send(&[create], &[&owner]).unwrap();
    Session {
        slot: 1,
        key,
        ..scene.alice.session
    }
}

#[test]
fn a_session_that_allows_neither_to_pay_nor_to_buy_is_refused() {
    for actions in [LIST, CANCEL, APPROVE, actions::ALL - PAY - BUY] {
        let mut scene = Scene::new();
        let session = session_for(&mut scene, actions);
        let debit = Delta::debit(&scene.asset, scene.alice.address(), session, 10);
        refused_debits(scene, vec![debit], SessionKeysError::ActionNotAllowed);
    }
}

#[test]
fn a_session_that_allows_to_pay_or_to_buy_is_charged() {
    for actions in [PAY, BUY] {
        let mut scene = Scene::new();
        let (session, asset) = (session_for(&mut scene, actions), scene.asset);
        let deltas = vec![
            Delta::debit(&asset, scene.alice.address(), session, 10),
            scene.bob.credit(&asset, 10),
        ];
        let plan = Plan::as_given(&scene, deltas, vec![]);
        scene.open_for_good(&plan);
        scene.apply_chunk(&plan, 0..1).unwrap();
        assert_eq!(scene.spent(&session, &asset), 10);
    }
}

/// Alice takes back what she has granted; both calls for it take the same accounts.
fn take_back(scene: &mut Scene, call: impl InstructionData) {
    let owner = scene.alice.depositor.owner.insecure_clone();
    let call = Instruction {
        program_id: session_keys::ID,
        accounts: vec![
            AccountMeta::new_readonly(owner.pubkey(), true),
            AccountMeta::new(scene.alice.session.grants, false),
            AccountMeta::new_readonly(event_authority(session_keys::ID), false),
            AccountMeta::new_readonly(session_keys::ID, false),
        ],
        data: call.data(),
    };
    scene.send(&[call], &[&owner]).unwrap();
}

/// Alice takes her session back.
fn revoke(scene: &mut Scene) {
    let args = RevokeSessionArgs {
        key: scene.alice.session.key,
    };
    take_back(scene, session_keys::instruction::RevokeSession { args });
}

/// Alice takes all her sessions back.
fn revoke_all(scene: &mut Scene) {
    take_back(scene, session_keys::instruction::RevokeAll {});
}

#[test]
fn a_session_that_is_revoked_is_refused() {
    let mut scene = Scene::new();
    let debit = scene.alice.debit(&scene.asset, 10);
    revoke(&mut scene);
    refused_debits(scene, vec![debit], SessionKeysError::SessionRevoked);
}

#[test]
fn a_session_of_an_epoch_that_is_over_is_refused() {
    let mut scene = Scene::new();
    let debit = scene.alice.debit(&scene.asset, 10);
    revoke_all(&mut scene);
    refused_debits(scene, vec![debit], SessionKeysError::EpochOver);
}

#[test]
fn a_session_that_is_revoked_between_two_chunks_of_a_slot_is_refused_in_the_second() {
    type Case = (fn(&mut Scene), SessionKeysError);
    let cases: [Case; 2] = [
        (revoke, SessionKeysError::SessionRevoked),
        (revoke_all, SessionKeysError::EpochOver),
    ];
    for (withdraw_consent, error) in cases {
        let mut scene = Scene::new();
        let asset = scene.asset;
        let deltas = vec![
            scene.alice.debit(&asset, 10),
            scene.alice.debit(&asset, 20),
            scene.bob.credit(&asset, 30),
        ];
        let plan = Plan::as_given(&scene, deltas, vec![]);
        scene.open_for_good(&plan);
        scene.apply_chunk(&plan, 0..1).unwrap();
        let slot = scene.svm.get_sysvar::<Clock>().slot;
        withdraw_consent(&mut scene);
        let apply = scene.apply_deltas(&plan, 1..2);
        refused(&mut scene, &plan, apply, error);
        assert_eq!(scene.svm.get_sysvar::<Clock>().slot, slot);
        assert_eq!(scene.spent(&scene.alice.session, &asset), 10);
    }
}

#[test]
fn a_session_for_another_settlement_is_refused() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let owner = scene.alice.depositor.owner.insecure_clone();
    let config = std::mem::replace(&mut scene.world.config, config_of(&SYSTEM_PROGRAM));
    let elsewhere = scene.session(&owner, &[asset], 500);
    scene.world.config = config;
    let debit = Delta::debit(&asset, scene.alice.address(), elsewhere, 10);
    refused_debits(scene, vec![debit], SessionKeysError::NotConsumer);
}

#[test]
fn a_session_without_a_limit_for_the_mint_is_refused() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let owner = scene.alice.depositor.owner.insecure_clone();
    let nothing = scene.session(&owner, &[], 500);
    let debit = Delta::debit(&asset, scene.alice.address(), nothing, 10);
    refused_debits(scene, vec![debit], SessionKeysError::NoLimit);
}

#[test]
fn more_than_the_vaults_limit_for_a_batch_is_refused() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let admin = scene.admin.insecure_clone();
    scene.set_batch_limit(&admin, &asset, 119).unwrap();
    let plan = scene.plan();
    scene.open_for_good(&plan);
    scene.apply_chunk(&plan, 0..1).unwrap();
    let apply = scene.apply_deltas(&plan, 1..2);
    refused(&mut scene, &plan, apply, SettlementError::OverBatchLimit);
    scene.set_batch_limit(&admin, &asset, 120).unwrap();
    scene.apply_chunk(&plan, 1..2).unwrap();
}
