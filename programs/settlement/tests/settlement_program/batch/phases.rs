//! A batch is applied in its turn, in its time, and all or nothing.

use settlement::error::SettlementError;
use settlement::state::NO_CREDIT;

use super::plan::Plan;
use super::scene::Scene;
use crate::world::*;

#[test]
fn nothing_is_applied_in_the_challenge_window() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    scene.open(&plan).unwrap();
    scene.advance(i64::from(LIMITS.challenge_window) - 1);
    assert_refused(scene.apply_chunk(&plan, 0..2), SettlementError::ChallengeWindow);
    scene.advance(1);
    scene.apply_chunk(&plan, 0..2).unwrap();
}

#[test]
fn nothing_is_applied_when_the_settle_window_is_over() {
    let (mut scene, plan) = Scene::with_open();
    scene.advance(i64::from(LIMITS.settle_window) - 1);
    scene.apply_chunk(&plan, 0..1).unwrap();
    scene.advance(1);
    assert_refused(scene.apply_chunk(&plan, 1..2), SettlementError::BatchTooLate);
}

#[test]
fn a_batch_that_fails_costs_the_next_one_no_time() {
    let (mut scene, first) = Scene::with_open();
    let second = scene.plan();
    scene.open(&second).unwrap();
    let (asset, admin) = (scene.asset, scene.admin.insecure_clone());
    scene.apply(&first, 0..1);
    // It is taken back long after the second one's own window.
    scene.advance((3 * LIMITS.settle_window).into());
    assert_refused(scene.apply_chunk(&second, 0..2), SettlementError::NotItsTurn);
    assert_refused(scene.close(&second), SettlementError::NotItsTurn);
    scene.revert_chunk(&first, 0..1).unwrap();
    scene.close(&first).unwrap();
    assert_eq!(scene.state().turn_from, scene.now());

    scene.advance(i64::from(LIMITS.settle_window) - 1);
    assert_refused(scene.close(&second), SettlementError::BatchInTime);
    scene.apply_chunk(&second, 0..1).unwrap();
    scene.advance(1);
    assert_refused(scene.apply_chunk(&second, 1..2), SettlementError::BatchTooLate);
    scene.revert_chunk(&second, 0..1).unwrap();
    scene.close(&second).unwrap();
    assert_eq!(scene.total(&asset), 3_000);
    scene.set_limits(&admin, LIMITS).unwrap();
}

#[test]
fn past_the_point_of_no_return_neither_time_nor_a_pause_stops_it() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let deltas = vec![
        scene.alice.debit(&asset, 100),
        scene.bob.credit(&asset, 30),
        scene.carol.credit(&asset, 70),
    ];
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.open_for_good(&plan);
    scene.apply(&plan, 0..2);
    assert_eq!(scene.batch(&plan).first_credit, 1);
    let guardian = scene.guardian.insecure_clone();
    scene.pause(&guardian).unwrap();
    scene.advance(1_000_000);
    assert_refused(scene.revert_chunk(&plan, 0..1), SettlementError::PastReturn);
    scene.apply(&plan, 2..3);
    scene.finalize(&plan).unwrap();
    assert_eq!(scene.balances(), [900, 1_030, 1_070]);
}

#[test]
fn a_pause_stops_it_before() {
    let (mut scene, plan) = Scene::with_open();
    let guardian = scene.guardian.insecure_clone();
    scene.apply_chunk(&plan, 0..1).unwrap();
    scene.pause(&guardian).unwrap();
    assert_refused(scene.apply_chunk(&plan, 1..2), SettlementError::Paused);
}

#[test]
fn no_credit_is_applied_before_every_debit() {
    let (mut scene, plan) = Scene::with_open();
    for debits in [None, Some(1..2), Some(0..1)] {
        assert_refused(
            scene.apply_chunk(&plan, 2..3),
            SettlementError::CreditBeforeDebits,
        );
        if let Some(debits) = debits {
            scene.apply(&plan, debits);
        }
    }
    scene.apply_chunk(&plan, 2..3).unwrap();
}

#[test]
fn a_later_credit_may_not_come_first() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let deltas = vec![
        scene.alice.debit(&asset, 100),
        scene.bob.credit(&asset, 30),
        scene.carol.credit(&asset, 70),
    ];
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.open_for_good(&plan);
    scene.apply(&plan, 0..1);
    assert_refused(
        scene.apply_chunk(&plan, 2..3),
        SettlementError::CreditBeforeDebits,
    );
    assert_eq!(scene.batch(&plan).first_credit, NO_CREDIT);
    // Behind the first one, the order is free.
    scene.apply(&plan, 1..2);
    scene.apply(&plan, 2..3);
}

#[test]
fn a_debit_behind_a_credit_is_not_applied_once_credits_are() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let deltas = vec![
        scene.alice.debit(&asset, 100),
        scene.carol.credit(&asset, 50),
        scene.bob.debit(&asset, 20),
    ];
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.open_for_good(&plan);
    scene.apply(&plan, 0..2);
    assert_refused(scene.apply_chunk(&plan, 2..3), SettlementError::DebitAfterCredit);
    assert_refused(scene.finalize(&plan), SettlementError::BatchIncomplete);
}

#[test]
fn a_debit_behind_a_credit_keeps_credits_from_being_applied() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let deltas = vec![
        scene.alice.debit(&asset, 100),
        scene.carol.credit(&asset, 120),
        scene.bob.debit(&asset, 20),
    ];
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.open_for_good(&plan);
    scene.apply(&plan, 0..1);
    scene.apply(&plan, 2..3);
    assert_refused(
        scene.apply_chunk(&plan, 1..2),
        SettlementError::CreditBeforeDebits,
    );
}

#[test]
fn credits_never_exceed_the_debits_of_their_vault() {
    let mut scene = Scene::new();
    let (asset, other) = (scene.asset, scene.world.asset());
    let dave = super::scene::Trader::new(&mut scene.world, &other);
    let owner = scene.carol.depositor.owner.insecure_clone();
    scene.world.ledger(&other, &owner);
    let deltas = vec![
        scene.alice.debit(&asset, 100),
        dave.debit(&other, 100),
        scene.bob.credit(&asset, 100),
        scene.carol.credit(&asset, 1),
        scene.carol.credit(&other, 99),
    ];
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.open_for_good(&plan);
    scene.apply(&plan, 0..3);
    assert_refused(scene.apply_chunk(&plan, 3..4), SettlementError::CreditAboveDebits);
}

#[test]
fn a_vault_that_was_not_debited_is_not_credited() {
    let mut scene = Scene::new();
    let (asset, other) = (scene.asset, scene.world.asset());
    let owner = scene.carol.depositor.owner.insecure_clone();
    scene.world.ledger(&other, &owner);
    let deltas = vec![scene.alice.debit(&asset, 100), scene.carol.credit(&other, 1)];
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.open_for_good(&plan);
    scene.apply(&plan, 0..1);
    assert_refused(scene.apply_chunk(&plan, 1..2), SettlementError::CreditAboveDebits);
    assert_eq!(scene.batch(&plan).first_credit, NO_CREDIT);
}

#[test]
fn a_batch_waits_for_the_one_before() {
    let mut scene = Scene::new();
    let first = scene.plan();
    scene.open(&first).unwrap();
    let second = scene.plan();
    scene.open_for_good(&second);
    assert_eq!(second.header.sequence, 2);
    assert_refused(scene.apply_chunk(&second, 0..2), SettlementError::NotItsTurn);
    assert_refused(scene.finalize(&second), SettlementError::NotItsTurn);
    scene.apply(&first, 0..3);
    assert_refused(scene.apply_chunk(&second, 0..2), SettlementError::NotItsTurn);
    scene.finalize(&first).unwrap();
    scene.apply(&second, 0..3);
    scene.finalize(&second).unwrap();
}
