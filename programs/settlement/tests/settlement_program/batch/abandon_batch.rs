//! `abandon_batch`: the way out of a batch that its authority signed wrongly.

use settlement::error::SettlementError;
use settlement::events::BatchAbandoned;
use settlement::state::{ANYBODY_ABANDONS_AFTER, Limits, Vault};
use solana_instruction::AccountMeta;
use solana_signer::Signer;

use super::plan::Plan;
use super::scene::Scene;
use crate::world::*;

/// From the end of the challenge window: the first second in which a batch can be abandoned.
const LATE: i64 = (LIMITS.settle_window + LIMITS.escape_delay) as i64 + 1;

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
    scene.advance(LATE);
    let done = scene.abandon(&plan, &admin).unwrap();
    let [event] = events::by_call::<BatchAbandoned>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.sequence, event.deltas_applied, event.by),
        (1, 2, admin.pubkey())
    );
    let [stranded] = event.stranded.try_into().unwrap();
    assert_eq!((stranded.mint, stranded.amount), (asset.mint, 1));
    let vault: Vault = scene.read(&asset.vault);
    assert_eq!(
        (vault.total, vault.stranded, vault.batch.in_flight()),
        (3_000, 1, 0)
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
    scene.advance(LATE - 1);
    assert_refused(scene.abandon(&plan, &admin), SettlementError::TooEarlyToAbandon);
    scene.advance(1);
    scene.abandon(&plan, &admin).unwrap();
}

#[test]
fn others_than_the_admin_abandon_30_days_later() {
    let (mut scene, plan) = unbalanced();
    let others = [scene.guardian.insecure_clone(), scene.user()];
    for wait in [LATE, 30 * 86_400 - 1] {
        scene.advance(wait);
        for by in &others {
            assert_refused(scene.abandon(&plan, by), SettlementError::TooEarlyToAbandon);
        }
    }
    scene.advance(1);
    let [_, stranger] = others;
    let done = scene.abandon(&plan, &stranger).unwrap();
    let [event] = events::by_call::<BatchAbandoned>(&done).try_into().ok().unwrap();
    assert_eq!((event.sequence, event.by), (1, stranger.pubkey()));
    assert_eq!((event.stranded.len(), event.stranded[0].amount), (1, 1));
    assert_eq!(scene.state().settled, 1);
}

#[test]
fn a_former_admin_is_as_anybody() {
    let (mut scene, plan) = unbalanced();
    let (former, admin) = (scene.admin.insecure_clone(), scene.user());
    scene.propose_admin(&former, admin.pubkey()).unwrap();
    scene.accept_admin(&admin).unwrap();
    scene.advance(LATE);
    assert_refused(scene.abandon(&plan, &former), SettlementError::TooEarlyToAbandon);
    scene.abandon(&plan, &admin).unwrap();
}

#[test]
fn nobody_abandons_a_batch_that_can_be_taken_back_or_waits() {
    let (mut scene, plan) = Scene::with_open();
    let second = scene.plan();
    scene.open(&second).unwrap();
    scene.apply(&plan, 0..2);
    scene.advance(LATE + ANYBODY_ABANDONS_AFTER);
    for by in [scene.admin.insecure_clone(), scene.user()] {
        assert_refused(scene.abandon(&plan, &by), SettlementError::NotPastReturn);
        assert_refused(scene.abandon(&second, &by), SettlementError::NotItsTurn);
    }
}

#[test]
fn the_admin_cannot_shorten_the_wait_while_the_batch_is_open() {
    let mut scene = Scene::new();
    let admin = scene.admin.insecure_clone();
    let shorter = Limits {
        escape_delay: 4_200,
        ..LIMITS
    };
    // Before, it can: then the batch has at least that time, after its whole settle window.
    scene.set_limits(&admin, shorter).unwrap();
    let plan = scene.plan();
    scene.open_for_good(&plan);
    scene.apply(&plan, 0..2);
    let shortest = Limits {
        escape_delay: 3_600,
        challenge_window: 0,
        settle_window: 60,
        ..LIMITS
    };
    assert_refused(scene.set_limits(&admin, shortest), SettlementError::BatchIsOpen);
    scene.advance((LIMITS.settle_window).into());
    assert_refused(scene.set_limits(&admin, shortest), SettlementError::BatchIsOpen);
}

#[test]
fn a_correct_batch_has_the_whole_delay_after_its_window_to_be_finished() {
    let mut scene = Scene::new();
    let (admin, asset) = (scene.admin.insecure_clone(), scene.asset);
    let deltas = vec![
        scene.alice.debit(&asset, 100),
        scene.bob.credit(&asset, 30),
        scene.carol.credit(&asset, 70),
    ];
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.open(&plan).unwrap();
    let end = scene.now() + i64::from(LIMITS.challenge_window + LIMITS.settle_window);
    // The first credit comes in the last second.
    scene.set_time(end - 1);
    scene.apply(&plan, 0..2);
    for at in [end - 1, end, end + i64::from(LIMITS.escape_delay)] {
        scene.set_time(at);
        assert_refused(scene.abandon(&plan, &admin), SettlementError::TooEarlyToAbandon);
    }
    scene.apply(&plan, 2..3);
    scene.finalize(&plan).unwrap();
}

#[test]
fn other_vaults_than_those_of_the_batch_are_refused() {
    let (mut scene, plan) = unbalanced();
    scene.advance(LATE);
    let (admin, right) = (scene.admin.insecure_clone(), scene.asset.vault);
    let other = scene.world.asset().vault;
    for vaults in [vec![], vec![other], vec![right, right], vec![right, other]] {
        let mut abandon = scene.abandon_batch(&plan, &admin.pubkey());
        abandon.accounts.truncate(6);
        let metas = vaults.into_iter().map(|vault| AccountMeta::new(vault, false));
        abandon.accounts.extend(metas);
        assert_refused(scene.send(&[abandon], &[&admin]), SettlementError::WrongVaults);
    }
    scene.abandon(&plan, &admin).unwrap();
}
