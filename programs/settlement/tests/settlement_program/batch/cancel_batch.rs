//! `cancel_batch` and `close_batch`: the guardian stops what should not have been signed.

use settlement::error::SettlementError;
use settlement::events::{BatchCancelled, BatchClosed};
use solana_signer::Signer;

use super::scene::Scene;
use crate::world::*;

#[test]
fn a_cancelled_batch_is_closed_without_effect() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    scene.open(&plan).unwrap();
    let guardian = scene.guardian.insecure_clone();
    scene.advance(i64::from(LIMITS.challenge_window) - 1);
    let done = scene.cancel(&plan, &guardian).unwrap();
    let [event] = events::by_log::<BatchCancelled>(&done).try_into().ok().unwrap();
    assert_eq!((event.sequence, event.by), (1, guardian.pubkey()));

    scene.advance(1);
    assert_refused(scene.apply_chunk(&plan, 0..2), SettlementError::BatchCancelled);
    let rent = scene.lamports(&plan.address);
    let before = scene.lamports(&scene.admin.pubkey());
    let done = scene.close(&plan).unwrap();
    let [event] = events::by_log::<BatchClosed>(&done).try_into().ok().unwrap();
    assert_eq!((event.sequence, event.cancelled), (1, true));
    assert_eq!(scene.lamports(&scene.admin.pubkey()), before + rent);
    assert_eq!(scene.balances(), [1_000; 3]);

    // The next one takes its place.
    let plan = scene.plan();
    assert_eq!(plan.header.sequence, 2);
    scene.settle(&plan);
}

#[test]
fn after_the_challenge_window_it_is_refused() {
    let (mut scene, plan) = Scene::with_open();
    let guardian = scene.guardian.insecure_clone();
    assert_refused(scene.cancel(&plan, &guardian), SettlementError::ChallengeOver);
}

#[test]
fn a_clock_that_goes_back_into_the_window_cancels_nothing_that_is_applied() {
    let (mut scene, plan) = Scene::with_open();
    scene.apply(&plan, 0..1);
    scene.advance(-1);
    let guardian = scene.guardian.insecure_clone();
    assert_refused(scene.cancel(&plan, &guardian), SettlementError::BatchApplied);
    scene.advance(1);
    scene.apply(&plan, 1..3);
    scene.finalize(&plan).unwrap();
}

#[test]
fn nobody_but_the_guardian_cancels() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    scene.open(&plan).unwrap();
    for by in [scene.admin.insecure_clone(), scene.user()] {
        assert_refused(scene.cancel(&plan, &by), SettlementError::NotGuardian);
    }
}

#[test]
fn twice_is_refused() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    scene.open(&plan).unwrap();
    let guardian = scene.guardian.insecure_clone();
    scene.cancel(&plan, &guardian).unwrap();
    assert_refused(scene.cancel(&plan, &guardian), SettlementError::BatchCancelled);
}

#[test]
fn a_batch_that_may_be_settled_is_not_closed() {
    let (mut scene, plan) = Scene::with_open();
    assert_refused(scene.close(&plan), SettlementError::BatchInTime);
    scene.apply(&plan, 0..3);
    assert_refused(scene.close(&plan), SettlementError::PastReturn);
}

#[test]
fn a_cancelled_batch_is_closed_in_its_turn() {
    let mut scene = Scene::new();
    let first = scene.plan();
    scene.open(&first).unwrap();
    let second = scene.plan();
    scene.open(&second).unwrap();
    let guardian = scene.guardian.insecure_clone();
    scene.cancel(&second, &guardian).unwrap();
    assert_refused(scene.close(&second), SettlementError::NotItsTurn);
    scene.cancel(&first, &guardian).unwrap();
    scene.close(&first).unwrap();
    scene.close(&second).unwrap();
    assert_eq!(scene.state().settled, 2);
}

#[test]
fn a_batch_of_another_settlement_is_refused() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    scene.open(&plan).unwrap();
    let other = scene.user();
    scene.initialize(&other).unwrap();
    scene.world.config = config_of(&other.pubkey());
    let guardian = scene.guardian.insecure_clone();
    assert_refused(scene.cancel(&plan, &guardian), SettlementError::WrongConfig);
}
