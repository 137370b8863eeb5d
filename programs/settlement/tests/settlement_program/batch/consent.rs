//! `apply_items` moves an item only when its holder has a session that lets the settlement do so.

use anchor_lang::error::ErrorCode;
use session_keys::actions::{ALL, LIST};
use session_keys::instructions::CreateSessionArgs;
use settlement::error::SettlementError;
use settlement::events::ItemsApplied;
use solana_address::Address;
use solana_signer::Signer;

use super::items::{Scene, with_args};
use crate::world::*;

/// Where the grants of the first of two items stand: behind four accounts and the items.
const GRANTS: usize = 6;

/// A scene in which Alice's newest session is another one.
fn with_session(change: impl FnOnce(&mut CreateSessionArgs)) -> Scene {
    let mut scene = Scene::new();
    scene.market.session_with(&scene.alice.owner, &[], change);
    scene
}

/// Both items are refused, and stay where they are.
#[track_caller]
fn refused(scene: &mut Scene, error: SettlementError) {
    let before = scene.holders();
    assert_refused(scene.market.apply_items(&scene.plan, 0..2), error);
    assert_eq!(scene.holders(), before);
    assert_eq!(scene.market.batch(&scene.plan).items_applied, 0);
}

/// With other grants in place of those of the first item's holder.
#[track_caller]
fn refused_grants<Kind>(scene: &mut Scene, grants: Address, error: impl Reason<Kind>) {
    let stranger = scene.market.user();
    let mut apply = scene.market.apply_items_call(&scene.plan, 0..2);
    apply.accounts[GRANTS].pubkey = grants;
    assert_refused(scene.market.send(&[apply], &[&stranger]), error);
}

#[test]
fn a_session_that_allows_to_list_is_enough() {
    let mut scene = with_session(|args| args.actions = LIST);
    let done = scene.market.apply_items(&scene.plan, 0..2).unwrap();
    assert_eq!(events::by_call::<ItemsApplied>(&done)[0].entries.len(), 2);
}

#[test]
fn without_a_session_no_item_is_moved() {
    let mut scene = Scene::new();
    let alice = grants_of(&scene.alice.owner.pubkey());
    scene.market.svm.set_account(alice, Default::default()).unwrap();
    refused_grants(&mut scene, alice, ErrorCode::AccountOwnedByWrongProgram);

    let mut scene = Scene::new();
    let stranger = scene.market.user();
    let right = scene.market.apply_items_call(&scene.plan, 0..2);
    let wrong = with_args(&right, |args| args.entries[0] = 1);
    let result = scene.market.send(&[wrong], &[&stranger]);
    assert_refused(result, SettlementError::NoSuchSession);
}

#[test]
fn sessions_of_others_do_not_count() {
    let mut scene = Scene::new();
    let bob = scene.market.session(&scene.bob.owner, &[], 0);
    refused_grants(&mut scene, bob.grants, SettlementError::WrongGrants);
    let forged = scene
        .market
        .copy_of(&grants_of(&scene.alice.owner.pubkey()), settlement::ID);
    refused_grants(&mut scene, forged, ErrorCode::AccountOwnedByWrongProgram);
}

#[test]
fn every_action_but_to_list_is_not_enough() {
    let mut scene = with_session(|args| args.actions = ALL & !LIST);
    refused(&mut scene, SettlementError::ListNotAllowed);
}

#[test]
fn a_session_for_another_settlement_is_refused() {
    let other = config_of(&Address::new_unique());
    let mut scene = with_session(|args| args.consumers = vec![other]);
    refused(&mut scene, SettlementError::NotConsumer);
}

#[test]
fn a_session_moves_items_up_to_the_second_in_which_it_expires() {
    let mut scene = with_session(|args| args.expires -= 86_400 - 60);
    scene.market.advance(59);
    scene.market.apply_items(&scene.plan, 0..1).unwrap();
    scene.market.advance(1);
    let late = scene.market.apply_items(&scene.plan, 1..2);
    assert_refused(late, SettlementError::SessionOver);
    // What is applied already needs no session.
    scene.market.apply_items(&scene.plan, 0..1).unwrap();
}

#[test]
fn a_revoked_session_is_over() {
    let mut scene = Scene::new();
    let session = scene.market.session(&scene.alice.owner, &[], 0);
    let accounts = session_keys::accounts::RevokeSession {
        by: scene.alice.owner.pubkey(),
        grants: session.grants,
        event_authority: event_authority(session_keys::ID),
        program: session_keys::ID,
    };
    let args = session_keys::instructions::RevokeSessionArgs { key: session.key };
    let revoke = session_keys::instruction::RevokeSession { args };
    let chain = &mut scene.market.world.chain;
    chain
        .call(session_keys::ID, accounts, revoke, &[&scene.alice.owner])
        .unwrap();
    refused(&mut scene, SettlementError::SessionOver);
}

#[test]
fn sessions_of_an_earlier_epoch_are_over() {
    let mut scene = Scene::new();
    let accounts = session_keys::accounts::RevokeAll {
        owner: scene.alice.owner.pubkey(),
        grants: grants_of(&scene.alice.owner.pubkey()),
        event_authority: event_authority(session_keys::ID),
        program: session_keys::ID,
    };
    let revoke = session_keys::instruction::RevokeAll {};
    let chain = &mut scene.market.world.chain;
    chain
        .call(session_keys::ID, accounts, revoke, &[&scene.alice.owner])
        .unwrap();
    refused(&mut scene, SettlementError::SessionOver);
}
