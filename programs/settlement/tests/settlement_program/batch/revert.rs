//! `revert_deltas`, `revert_items` and `close_batch`: a batch that is not settled in time gives everything back.

use settlement::error::SettlementError;
use settlement::events::{BatchClosed, DeltasReverted};
use settlement::state::Vault;

use super::plan::{Delta, Plan};
use super::scene::Scene;
use crate::world::*;

/// A batch of which both debits are applied, and the time to settle it is over.
fn expired() -> (Scene, Plan) {
    let (mut scene, plan) = Scene::with_open();
    scene.apply(&plan, 0..2);
    scene.advance(LIMITS.settle_window.into());
    (scene, plan)
}

#[test]
fn every_debit_is_given_back_and_the_batch_closed() {
    let (mut scene, plan) = expired();
    let asset = scene.asset;
    assert_refused(scene.close(&plan), SettlementError::BatchApplied);
    let done = scene.revert_chunk(&plan, 0..2).unwrap();
    assert_eq!(scene.balances(), [1_000; 3]);
    let vault: Vault = scene.read(&asset.vault);
    assert_eq!((vault.total, vault.batch.in_flight()), (3_000, 0));
    let [event] = events::by_call::<DeltasReverted>(&done).try_into().ok().unwrap();
    let entries: Vec<_> = event
        .entries
        .iter()
        .map(|e| (e.owner, e.amount, e.balance))
        .collect();
    let owners = [&scene.alice, &scene.bob].map(|trader| trader.address());
    assert_eq!(entries, [(owners[0], 100, 1_000), (owners[1], 20, 1_000)]);

    let done = scene.close(&plan).unwrap();
    let [event] = events::by_log::<BatchClosed>(&done).try_into().ok().unwrap();
    assert_eq!((event.sequence, event.cancelled), (1, false));
    let next = scene.plan();
    scene.settle(&next);
    assert_eq!(scene.balances(), [900, 980, 1_120]);
}

#[test]
fn a_chunk_is_given_back_once() {
    let (mut scene, plan) = expired();
    scene.revert_chunk(&plan, 1..2).unwrap();
    scene.revert_chunk(&plan, 1..2).unwrap();
    assert_eq!(scene.balances(), [900, 1_000, 1_000]);
    let done = scene.revert_chunk(&plan, 0..2).unwrap();
    scene.revert_chunk(&plan, 0..2).unwrap();
    assert_eq!(scene.balances(), [1_000; 3]);
    assert_eq!(events::by_call::<DeltasReverted>(&done)[0].entries.len(), 1);
    assert_eq!(scene.batch(&plan).deltas_applied, 0);
}

#[test]
fn what_was_not_applied_is_not_given_back() {
    let (mut scene, plan) = Scene::with_open();
    scene.apply(&plan, 0..1);
    scene.advance(LIMITS.settle_window.into());
    scene.revert_chunk(&plan, 0..2).unwrap();
    assert_eq!(scene.balances(), [1_000; 3]);
}

#[test]
fn it_is_given_back_though_the_session_is_gone() {
    let (mut scene, plan) = expired();
    let grants = scene.alice.session.grants;
    scene.svm.set_account(grants, Default::default()).unwrap();
    scene.revert_chunk(&plan, 0..2).unwrap();
    assert_eq!(scene.balances(), [1_000; 3]);
}

#[test]
fn before_the_settle_window_is_over_it_is_refused() {
    let (mut scene, plan) = Scene::with_open();
    scene.apply(&plan, 0..2);
    scene.advance(i64::from(LIMITS.settle_window) - 1);
    assert_refused(scene.revert_chunk(&plan, 0..2), SettlementError::BatchInTime);
}

#[test]
fn a_paused_settlement_gives_back_as_well() {
    let (mut scene, plan) = expired();
    let guardian = scene.guardian.insecure_clone();
    scene.pause(&guardian).unwrap();
    scene.revert_chunk(&plan, 0..2).unwrap();
    scene.close(&plan).unwrap();
}

#[test]
fn what_was_not_signed_is_not_given_back() {
    let (mut scene, plan) = expired();
    let asset = scene.asset;
    // Another amount, another session, another ledger, a credit.
    let carol = scene.carol.debit(&asset, 100);
    let more = scene.alice.debit(&asset, 101);
    let session = Delta {
        session: Some(scene.bob.session),
        ..scene.alice.debit(&asset, 100)
    };
    for wrong in [carol, more, session] {
        let mut lie = plan.clone();
        lie.deltas[0] = wrong;
        assert_refused(scene.revert_chunk(&lie, 0..2), SettlementError::WrongProof);
    }
    let mut lie = plan.clone();
    lie.deltas[2] = Delta {
        session: Some(Session {
            key: SYSTEM_PROGRAM,
            ..scene.carol.session
        }),
        ..scene.carol.credit(&asset, 120)
    };
    scene.revert_chunk(&lie, 2..3).unwrap(); // it was never applied: nothing to do
    assert_refused(scene.revert_chunk(&lie, 1..3), SettlementError::WrongProof);
    assert_eq!(scene.balances(), [900, 980, 1_000]);
}
