//! `finalize_batch`: when everything is applied and every vault is balanced.

use anchor_lang::error::ErrorCode;
use settlement::error::SettlementError;
use settlement::events::NetBatchSettled;
use solana_instruction::AccountMeta;
use solana_signer::Signer;

use super::plan::Plan;
use super::scene::{Scene, Trader};
use crate::world::*;

/// The batch of [`Scene::with_open`], applied.
fn applied() -> (Scene, Plan) {
    let (mut scene, plan) = Scene::with_open();
    scene.apply(&plan, 0..3);
    (scene, plan)
}

#[test]
fn the_batch_is_over_and_the_rent_goes_back() {
    let (mut scene, plan) = applied();
    let (payer, rent) = (scene.admin.pubkey(), scene.lamports(&plan.address));
    let before = scene.lamports(&payer);
    let done = scene.finalize(&plan).unwrap();
    assert_eq!(scene.state().settled, 1);
    assert_eq!(scene.lamports(&payer), before + rent);
    assert!(!scene.exists(&plan.address));

    let [event] = events::by_call::<NetBatchSettled>(&done).try_into().ok().unwrap();
    assert_eq!((event.config, event.sequence), (scene.config, 1));
    assert_eq!(event.intents_root, plan.header.intents_root);
    assert_eq!(
        (event.intent_count, event.delta_count, event.item_count),
        (1, 3, 0)
    );
    let [total] = event.totals.try_into().ok().unwrap();
    assert_eq!((total.mint, total.amount), (scene.asset.mint, 120));
}

#[test]
fn while_something_is_not_applied_it_is_refused() {
    let (mut scene, plan) = Scene::with_open();
    for next in [0..1, 1..2, 2..3] {
        assert_refused(scene.finalize(&plan), SettlementError::BatchIncomplete);
        scene.apply(&plan, next);
    }
    scene.finalize(&plan).unwrap();
    assert!(scene.finalize(&plan).is_err());
}

#[test]
fn a_vault_that_is_not_balanced_is_refused() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let deltas = vec![scene.alice.debit(&asset, 100), scene.bob.credit(&asset, 99)];
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.open_for_good(&plan);
    scene.apply(&plan, 0..2);
    assert_refused(scene.finalize(&plan), SettlementError::BatchUnbalanced);
}

/// A batch without leaves, which has just been opened.
fn empty() -> (Scene, Plan) {
    let mut scene = Scene::new();
    let plan = Plan::as_given(&scene, vec![], vec![]);
    scene.open(&plan).unwrap();
    (scene, plan)
}

#[test]
fn a_batch_without_leaves_waits_for_its_challenge_window() {
    let (mut scene, plan) = empty();
    scene.advance(i64::from(LIMITS.challenge_window) - 1);
    assert_refused(scene.finalize(&plan), SettlementError::ChallengeWindow);
    scene.advance(1);
    let guardian = scene.guardian.insecure_clone();
    scene.pause(&guardian).unwrap();
    assert_refused(scene.finalize(&plan), SettlementError::Paused);
    let admin = scene.admin.insecure_clone();
    scene.unpause(&admin).unwrap();
    scene.finalize(&plan).unwrap();
}

#[test]
fn a_batch_without_leaves_that_was_cancelled_is_not_settled() {
    let (mut scene, plan) = empty();
    let guardian = scene.guardian.insecure_clone();
    scene.cancel(&plan, &guardian).unwrap();
    for wait in [0, LIMITS.challenge_window, LIMITS.settle_window] {
        scene.advance(wait.into());
        assert_refused(scene.finalize(&plan), SettlementError::BatchCancelled);
    }
    scene.close(&plan).unwrap();
}

#[test]
fn a_batch_without_leaves_that_is_late_is_closed_instead() {
    let (mut scene, plan) = empty();
    scene.advance((LIMITS.challenge_window + LIMITS.settle_window).into());
    assert_refused(scene.finalize(&plan), SettlementError::BatchTooLate);
    scene.close(&plan).unwrap();
}

#[test]
fn other_vaults_than_those_of_the_batch_are_refused() {
    let mut scene = Scene::new();
    let (one, two) = (scene.asset, scene.world.asset());
    let dave = Trader::new(&mut scene.world, &two);
    let erin = Trader::new(&mut scene.world, &two);
    let deltas = vec![
        scene.alice.debit(&one, 1),
        dave.debit(&two, 1),
        scene.bob.credit(&one, 1),
        erin.credit(&two, 1),
    ];
    let plan = Plan::next(&scene, deltas, vec![]);
    scene.open_for_good(&plan);
    scene.apply(&plan, 0..4);
    let third = scene.world.asset();
    let right = plan.vaults();
    let mut with_third = vec![right[0], third.vault];
    with_third.sort_by_key(|vault| vault.to_bytes());
    for vaults in [
        vec![],
        vec![right[0]],
        vec![right[0], right[0]],
        vec![right[1], right[0]],
        with_third,
        vec![right[0], right[1], third.vault],
    ] {
        let mut finalize = scene.finalize_batch(&plan);
        finalize.accounts.truncate(5);
        let metas = vaults
            .into_iter()
            .map(|vault| AccountMeta::new_readonly(vault, false));
        finalize.accounts.extend(metas);
        let stranger = scene.user();
        assert_refused(
            scene.send(&[finalize], &[&stranger]),
            SettlementError::WrongVaults,
        );
    }
    scene.finalize(&plan).unwrap();
}

#[test]
fn the_rent_goes_to_the_payer_only() {
    let (mut scene, plan) = applied();
    let thief = scene.user();
    let mut finalize = scene.finalize_batch(&plan);
    finalize.accounts[2].pubkey = thief.pubkey();
    assert_refused(scene.send(&[finalize], &[&thief]), SettlementError::WrongPayer);
}

#[test]
fn what_is_no_vault_is_refused() {
    let (mut scene, plan) = applied();
    let stranger = scene.user();
    let ledger = scene.alice.depositor.ledger;
    let mut finalize = scene.finalize_batch(&plan);
    finalize.accounts[5].pubkey = ledger;
    let result = scene.send(&[finalize], &[&stranger]);
    assert_refused(result, ErrorCode::AccountDiscriminatorMismatch);
}
