//! The queue of batches that are opened and not over: it is bounded, and what waits in it can be cancelled.

use settlement::error::SettlementError;
use settlement::state::MAX_WAITING;

use super::plan::Plan;
use super::scene::Scene;
use crate::world::*;

/// As many as may wait, opened in the same second.
fn full() -> (Scene, Vec<Plan>) {
    let mut scene = Scene::new();
    let plans = (0..MAX_WAITING).map(|_| {
        let plan = scene.plan();
        scene.open(&plan).unwrap();
        plan
    });
    let plans = plans.collect();
    (scene, plans)
}

#[test]
fn eight_may_be_open_and_no_more() {
    let (mut scene, plans) = full();
    assert_eq!((scene.state().opened, scene.state().settled), (8, 0));
    let before = scene.data(&scene.config);
    let ninth = scene.plan();
    assert_refused_at(scene.open(&ninth), 1, SettlementError::TooManyWaiting);
    assert_eq!(scene.data(&scene.config), before);
    assert!(!scene.exists(&ninth.address));

    // Every one that is over makes room for one, whatever the sequence.
    scene.advance(LIMITS.challenge_window.into());
    for (over, first) in plans.iter().enumerate().take(2) {
        scene.apply(first, 0..3);
        scene.finalize(first).unwrap();
        let next = scene.plan();
        assert_eq!(next.header.sequence, 9 + over as u64);
        scene.open(&next).unwrap();
        let another = scene.plan();
        assert_refused_at(scene.open(&another), 1, SettlementError::TooManyWaiting);
    }
}

#[test]
fn one_that_is_cancelled_takes_its_place_until_it_is_closed() {
    let (mut scene, plans) = full();
    let guardian = scene.guardian.insecure_clone();
    scene.cancel(&plans[7], &guardian).unwrap();
    scene.cancel(&plans[0], &guardian).unwrap();
    let ninth = scene.plan();
    assert_refused_at(scene.open(&ninth), 1, SettlementError::TooManyWaiting);
    scene.close(&plans[0]).unwrap();
    scene.open(&ninth).unwrap();
}

#[test]
fn what_a_thief_has_queued_costs_one_settle_window() {
    let (mut scene, plans) = full();
    let guardian = scene.guardian.insecure_clone();
    // Nobody looks until the window of all of them is over.
    scene.advance(LIMITS.challenge_window.into());
    for waiting in &plans[1..] {
        scene.cancel(waiting, &guardian).unwrap();
    }
    assert_refused(scene.cancel(&plans[0], &guardian), SettlementError::ChallengeOver);
    scene.pause(&guardian).unwrap();
    scene.advance(LIMITS.settle_window.into());
    for plan in &plans {
        scene.close(plan).unwrap();
    }
    assert_eq!(scene.balances(), [1_000; 3]);

    let admin = scene.admin.insecure_clone();
    scene.unpause(&admin).unwrap();
    let plan = scene.plan();
    scene.settle(&plan);
}

#[test]
fn one_that_waits_is_cancelled_after_its_window_and_never_applied() {
    let (mut scene, first) = Scene::with_open();
    let second = scene.plan();
    scene.open(&second).unwrap();
    let guardian = scene.guardian.insecure_clone();
    // Past its point of no return the first one waits for its end as long as it takes.
    scene.apply(&first, 0..3);
    scene.advance(1_000_000);
    scene.cancel(&second, &guardian).unwrap();
    assert_refused(scene.cancel(&second, &guardian), SettlementError::BatchCancelled);
    for by in [scene.admin.insecure_clone(), scene.user()] {
        assert_refused(scene.cancel(&second, &by), SettlementError::NotGuardian);
    }

    scene.finalize(&first).unwrap();
    assert_refused(scene.apply_chunk(&second, 0..2), SettlementError::BatchCancelled);
    scene.close(&second).unwrap();
    assert_eq!(scene.balances(), [900, 980, 1_120]);
}

#[test]
fn in_its_turn_it_is_cancelled_up_to_the_end_of_its_window() {
    let mut scene = Scene::new();
    let first = scene.plan();
    scene.open(&first).unwrap();
    scene.advance(300);
    let second = scene.plan();
    scene.open(&second).unwrap();
    let guardian = scene.guardian.insecure_clone();
    let apply_from = scene.batch(&second).apply_from;
    scene.advance(300);
    scene.apply(&first, 0..3);
    scene.finalize(&first).unwrap();

    scene.set_time(apply_from);
    assert_refused(scene.cancel(&second, &guardian), SettlementError::ChallengeOver);
    scene.set_time(apply_from - 1);
    scene.cancel(&second, &guardian).unwrap();
}

#[test]
fn as_soon_as_it_is_its_turn_only_the_window_counts() {
    let (mut scene, first) = Scene::with_open();
    let second = scene.plan();
    scene.open_for_good(&second);
    let guardian = scene.guardian.insecure_clone();
    scene.apply(&first, 0..3);
    scene.finalize(&first).unwrap();
    assert_refused(scene.cancel(&second, &guardian), SettlementError::ChallengeOver);
    scene.apply(&second, 0..3);
    scene.finalize(&second).unwrap();
}
