//! `abandon_batch`: the way out of a batch that its authority signed wrongly.

use settlement::error::SettlementError;
use settlement::events::BatchAbandoned;
use settlement::state::Vault;
use solana_signer::Signer;

use super::plan::Plan;
use super::scene::Scene;
use crate::world::*;

/// A batch that debits one more than it credits, past the point of no return.
fn unbalanced() -> (Scene, Plan) {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let deltas = vec![scene.alice.debit(&asset, 100), scene.bob.credit(&asset, 99)];
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.open_for_good(&plan);
    scene.apply(&plan, 0..2);
    (scene, plan)
}

#[test]
fn the_next_batch_can_be_settled_and_the_difference_stays_in_the_vault() {
    let (mut scene, plan) = unbalanced();
    let (admin, asset) = (scene.admin.insecure_clone(), scene.asset);
    scene.advance(i64::from(LIMITS.escape_delay) + 1);
    let done = scene.abandon(&plan, &admin).unwrap();
    let [event] = events::by_log::<BatchAbandoned>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.sequence, event.deltas_applied, event.by),
        (1, 2, admin.pubkey())
    );
    assert_eq!(scene.state().settled, 1);

    // The sessions of the scene have lasted a day by now.
    let owner = scene.alice.depositor.owner.insecure_clone();
    scene.alice.session = scene.world.session(&owner, &[asset], 500);
    let owner = scene.bob.depositor.owner.insecure_clone();
    scene.bob.session = scene.world.session(&owner, &[asset], 500);
    let next = scene.plan();
    scene.settle(&next);
    assert_eq!(scene.balances(), [800, 1_079, 1_120]);
    let vault: Vault = scene.read(&asset.vault);
    assert_eq!((vault.total, vault.stranded), (3_000, 1));
}

#[test]
fn before_the_escape_delay_is_over_it_is_refused() {
    let (mut scene, plan) = unbalanced();
    let admin = scene.admin.insecure_clone();
    scene.advance(i64::from(LIMITS.escape_delay - LIMITS.challenge_window));
    assert_refused(scene.abandon(&plan, &admin), SettlementError::BatchInTime);
    scene.advance(1);
    scene.abandon(&plan, &admin).unwrap();
}

#[test]
fn a_batch_that_can_be_taken_back_is_not_abandoned() {
    let (mut scene, plan) = Scene::with_open();
    let admin = scene.admin.insecure_clone();
    scene.apply(&plan, 0..2);
    scene.advance(i64::from(LIMITS.escape_delay) + 1);
    assert_refused(scene.abandon(&plan, &admin), SettlementError::NotPastReturn);
}

#[test]
fn nobody_but_the_admin_abandons() {
    let (mut scene, plan) = unbalanced();
    scene.advance(i64::from(LIMITS.escape_delay) + 1);
    for by in [scene.guardian.insecure_clone(), scene.user()] {
        assert_refused(scene.abandon(&plan, &by), SettlementError::NotAdmin);
    }
}
