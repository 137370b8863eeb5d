//! `apply_deltas`: each leaf once, whoever sends it and however often.

use program_testing::events;
use session_keys::events::Charged;
use settlement::events::DeltasApplied;
use settlement::state::{NO_CREDIT, Vault};

use super::plan::{Delta, Plan};
use super::scene::{Scene, Trader};

#[test]
fn debits_are_taken_and_charged_and_credits_given() {
    let (mut scene, plan) = Scene::with_open();
    let done = scene.apply_chunk(&plan, 0..2).unwrap();
    assert_eq!(scene.balances(), [900, 980, 1_000]);
    let asset = scene.asset;
    assert_eq!(scene.spent(&scene.alice.session, &asset), 100);
    assert_eq!(scene.spent(&scene.bob.session, &asset), 20);
    let vault: Vault = scene.read(&asset.vault);
    assert_eq!((vault.total, vault.batch.in_flight()), (3_000, 120));

    let [event] = events::by_call::<DeltasApplied>(&done).try_into().ok().unwrap();
    assert_eq!((event.config, event.sequence), (scene.config, 1));
    assert_eq!((event.vault, event.mint), (asset.vault, asset.mint));
    let entries: Vec<_> = event
        .entries
        .iter()
        .map(|e| (e.owner, e.amount, e.balance))
        .collect();
    let (alice, bob) = (scene.alice.address(), scene.bob.address());
    assert_eq!(entries, [(alice, -100, 900), (bob, -20, 980)]);
    assert_eq!(event.entries[0].session, scene.alice.session.key);
    assert_eq!(events::by_call::<Charged>(&done).len(), 1);

    let done = scene.apply_chunk(&plan, 2..3).unwrap();
    assert_eq!(scene.balances(), [900, 980, 1_120]);
    assert_eq!(scene.read::<Vault>(&asset.vault).batch.in_flight(), 0);
    assert_eq!(scene.batch(&plan).first_credit, 2);
    let [event] = events::by_call::<DeltasApplied>(&done).try_into().ok().unwrap();
    assert_eq!((event.entries[0].amount, event.entries[0].balance), (120, 1_120));
}

#[test]
fn a_chunk_that_is_sent_again_changes_nothing() {
    let (mut scene, plan) = Scene::with_open();
    for range in [0..2, 2..3] {
        scene.apply_chunk(&plan, range.clone()).unwrap();
        let accounts = [plan.address, scene.asset.vault, scene.alice.session.grants];
        let before = accounts.map(|address| scene.data(&address));
        let balances = scene.balances();
        let done = scene.apply_chunk(&plan, range).unwrap();
        assert_eq!(scene.balances(), balances);
        assert_eq!(accounts.map(|address| scene.data(&address)), before);
        assert!(events::by_call::<DeltasApplied>(&done).is_empty());
    }
    scene.apply_chunk(&plan, 0..2).unwrap();
    assert_eq!(scene.balances(), [900, 980, 1_120]);
}

#[test]
fn a_chunk_that_overlaps_applies_the_rest() {
    let (mut scene, plan) = Scene::with_open();
    scene.apply_chunk(&plan, 1..2).unwrap();
    let done = scene.apply_chunk(&plan, 0..2).unwrap();
    assert_eq!(scene.balances(), [900, 980, 1_000]);
    let asset = scene.asset;
    assert_eq!(scene.spent(&scene.alice.session, &asset), 100);
    assert_eq!(scene.spent(&scene.bob.session, &asset), 20);
    let [event] = events::by_call::<DeltasApplied>(&done).try_into().ok().unwrap();
    let [entry] = event.entries.try_into().unwrap();
    assert_eq!((entry.owner, entry.amount), (scene.alice.address(), -100));
    assert_eq!(scene.batch(&plan).deltas_applied, 2);
}

#[test]
fn one_ledger_may_come_again_in_a_chunk() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let owner = scene.alice.depositor.owner.insecure_clone();
    let second = scene.session(&owner, &[asset], 300);
    let deltas = vec![
        scene.alice.debit(&asset, 400),
        Delta::debit(&asset, scene.alice.address(), second, 300),
        scene.bob.credit(&asset, 100),
        scene.carol.credit(&asset, 50),
        scene.bob.credit(&asset, 550),
    ];
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.settle(&plan);
    assert_eq!(scene.balances(), [300, 1_650, 1_050]);
    assert_eq!(scene.spent(&scene.alice.session, &asset), 400);
    assert_eq!(scene.spent(&second, &asset), 300);
}

#[test]
fn a_debit_takes_the_whole_ledger() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let owner = scene.alice.depositor.owner.insecure_clone();
    let second = scene.session(&owner, &[asset], 500);
    let deltas = vec![
        scene.alice.debit(&asset, 500),
        Delta::debit(&asset, scene.alice.address(), second, 500),
        scene.bob.credit(&asset, 1_000),
    ];
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.settle(&plan);
    assert_eq!(scene.balances(), [0, 2_000, 1_000]);
}

#[test]
fn several_assets_are_settled_in_one_batch() {
    let mut scene = Scene::new();
    let (one, two) = (scene.asset, scene.world.asset());
    let dave = Trader::new(&mut scene.world, &two);
    let ledger = scene
        .world
        .ledger(&two, &scene.alice.depositor.owner.insecure_clone());
    let other = scene.world.ledger(&one, &dave.depositor.owner.insecure_clone());
    let deltas = vec![
        scene.alice.debit(&one, 10),
        dave.debit(&two, 20),
        scene.alice.credit(&two, 20),
        dave.credit(&one, 10),
    ];
    let plan = Plan::next(&scene, deltas, vec![]);
    scene.settle(&plan);
    assert_eq!(scene.balances(), [990, 1_000, 1_000]);
    assert_eq!((scene.balance_at(&ledger), scene.balance_at(&other)), (20, 10));
    assert_eq!(scene.balance(&dave.depositor), 980);
}

#[test]
fn the_next_batch_begins_when_the_one_before_is_over() {
    let mut scene = Scene::new();
    for sequence in 1..=3 {
        let plan = scene.plan();
        scene.settle(&plan);
        assert_eq!(scene.state().settled, sequence);
        assert!(!scene.exists(&plan.address));
    }
    assert_eq!(scene.balances(), [700, 940, 1_360]);
}

#[test]
fn a_debit_alone_is_not_the_point_of_no_return() {
    let (mut scene, plan) = Scene::with_open();
    scene.apply_chunk(&plan, 0..2).unwrap();
    assert_eq!(scene.batch(&plan).first_credit, NO_CREDIT);
}
