use program_testing::ed25519;
use program_testing::substitution::STRANGER;
use settlement::{accounts, instruction as call};
use solana_address::Address;
use solana_signer::Signer;

use super::{elsewhere, of};
use crate::batch::plan::{Move, Plan, batch_of};
use crate::batch::scene::Scene;
use crate::market::{Market, Nft};
use crate::world::*;

/// A second batch, which is open too.
fn next(world: &mut World) -> Address {
    let plan = Plan::as_given(world, vec![], vec![]);
    world.open(&plan).unwrap();
    plan.address
}

#[test]
fn open_batch() {
    let mut scene = Scene::new();
    let (there, _) = elsewhere(&mut scene.world);
    let plan = scene.plan();
    let payer = scene.user();
    let authority = scene.authority.insecure_clone();
    let next = batch_of(&scene.config, 2);
    of(&scene.open_batch(&plan, &payer.pubkey()), &[&payer])
        .after(&[ed25519::verify(&authority, &plan.header.solana_message())])
        .wrong("config", there)
        .wrong("batch", next)
        .harmless("payer", STRANGER)
        .assert_refused(&mut scene.world);
}

#[test]
fn cancel_batch() {
    let mut scene = Scene::new();
    let (there, _) = elsewhere(&mut scene.world);
    let plan = scene.plan();
    scene.open(&plan).unwrap();
    let guardian = scene.guardian.insecure_clone();
    let accounts = accounts::CancelBatch {
        guardian: guardian.pubkey(),
        config: scene.config,
        batch: plan.address,
    };
    of(&instruction(accounts, call::CancelBatch {}), &[&guardian])
        .wrong("config", there)
        .assert_refused(&mut scene.world);
}

#[test]
fn apply_deltas() {
    let (mut scene, plan) = Scene::with_open();
    let next = next(&mut scene.world);
    let (there, asset_there) = elsewhere(&mut scene.world);
    let alice = scene.alice.depositor.owner.insecure_clone();
    let ledger_there = scene.ledger(&asset_there, &alice);
    let other = scene.asset();
    let debit = of(&scene.apply_deltas(&plan, 0..1), &[])
        .wrong("config", there)
        .wrong("batch", next)
        .wrong("vault", other.vault)
        .wrong("vault", asset_there.vault)
        .wrong("remaining_0", scene.bob.depositor.ledger)
        .wrong("remaining_0", ledger_there)
        .wrong("remaining_1", there)
        .wrong("remaining_4", scene.bob.session.grants);
    debit.assert_refused(&mut scene.world);

    scene.apply(&plan, 1..2);
    let credit = of(&scene.apply_deltas(&plan, 2..3), &[])
        .wrong("config", there)
        .wrong("batch", next)
        .wrong("vault", other.vault)
        .wrong("remaining_0", scene.alice.depositor.ledger)
        .wrong("remaining_0", ledger_there);
    credit.assert_refused(&mut scene.world);
    assert_eq!(scene.balances(), [900, 980, 1_120]);
}

#[test]
fn revert_deltas() {
    let (mut scene, plan) = Scene::with_open();
    let next = next(&mut scene.world);
    let (there, asset_there) = elsewhere(&mut scene.world);
    let other = scene.asset();
    scene.apply(&plan, 0..2);
    scene.advance(LIMITS.settle_window.into());
    of(&scene.revert_deltas(&plan, 0..1), &[])
        .wrong("config", there)
        .wrong("batch", next)
        .wrong("vault", other.vault)
        .wrong("vault", asset_there.vault)
        .wrong("remaining_0", scene.bob.depositor.ledger)
        .assert_refused(&mut scene.world);
    assert_eq!(scene.balances(), [1_000, 980, 1_000]);
}

/// A batch that moves the seller's item to the buyer, a second item of the seller, and one of another settlement.
fn items() -> (Market, Plan, Nft, Nft, Nft) {
    let (mut market, nft, seller, buyer) = Market::with_item();
    let other = market.item(&seller);
    let there = market.elsewhere(|market| {
        let there = market.nft_of(nft.mint, nft.wallet);
        market.create_item(&there).unwrap();
        there
    });
    let moved = Move {
        item: nft.item,
        mint: nft.mint,
        from: seller.owner.pubkey(),
        to: buyer.owner.pubkey(),
    };
    let last = Move {
        item: other.item,
        mint: other.mint,
        ..moved
    };
    market.session(&seller.owner, &[], 0);
    market.session(&buyer.owner, &[], 0);
    // Two, so that there is a way back when one of them is applied.
    let plan = Plan::as_given(&market, vec![], vec![moved, last]);
    market.open_for_good(&plan);
    (market, plan, nft, other, there)
}

#[test]
fn apply_items() {
    let (mut market, plan, _, other, item_there) = items();
    let next = next(&mut market);
    let (there, _) = elsewhere(&mut market);
    let call = market.apply_items_call(&plan, 0..1);
    let buyer = grants_of(&plan.moves[0].to);
    of(&call, &[])
        .wrong("config", there)
        .wrong("batch", next)
        .wrong("remaining_0", other.item)
        .wrong("remaining_0", item_there.item)
        .wrong("remaining_1", buyer)
        .assert_refused(&mut market);
}

#[test]
fn revert_items() {
    let (mut market, plan, nft, other, item_there) = items();
    let next = next(&mut market);
    let (there, _) = elsewhere(&mut market);
    let before = market.whose(&nft);
    market.apply_items(&plan, 0..1).unwrap();
    assert_ne!(market.whose(&nft), before);
    market.advance(LIMITS.settle_window.into());
    let call = market.revert_items_call(&plan, 0..1);
    of(&call, &[])
        .wrong("config", there)
        .wrong("batch", next)
        .wrong("remaining_0", other.item)
        .wrong("remaining_0", item_there.item)
        .assert_refused(&mut market);
    assert_eq!(market.whose(&nft), before);
}

#[test]
fn finalize_batch() {
    let (mut scene, plan) = Scene::with_open();
    let next = next(&mut scene.world);
    let (there, asset_there) = elsewhere(&mut scene.world);
    let other = scene.asset();
    scene.apply(&plan, 0..3);
    of(&scene.finalize_batch(&plan), &[])
        .wrong("config", there)
        .wrong("batch", next)
        .wrong("payer", scene.alice.address())
        .wrong("remaining_0", other.vault)
        .wrong("remaining_0", asset_there.vault)
        .assert_refused(&mut scene.world);
}

#[test]
fn close_batch() {
    let (mut scene, plan) = Scene::with_open();
    let next = next(&mut scene.world);
    let (there, _) = elsewhere(&mut scene.world);
    scene.advance(LIMITS.settle_window.into());
    let accounts = accounts::CloseBatch {
        config: scene.config,
        batch: plan.address,
        payer: scene.admin.pubkey(),
    };
    of(&instruction(accounts, call::CloseBatch {}), &[])
        .wrong("config", there)
        .wrong("batch", next)
        .wrong("payer", scene.alice.address())
        .assert_refused(&mut scene.world);
}

#[test]
fn abandon_batch() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    // One more is debited than credited.
    let deltas = vec![scene.alice.debit(&asset, 100), scene.bob.credit(&asset, 99)];
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.open_for_good(&plan);
    let next = next(&mut scene.world);
    let (there, asset_there) = elsewhere(&mut scene.world);
    let other = scene.asset();
    scene.apply(&plan, 0..2);
    scene.advance(i64::from(LIMITS.settle_window + LIMITS.escape_delay) + 1);
    let admin = scene.admin.insecure_clone();
    of(&scene.abandon_batch(&plan, &admin.pubkey()), &[&admin])
        .wrong("config", there)
        .wrong("batch", next)
        .wrong("payer", scene.alice.address())
        .wrong("remaining_0", other.vault)
        .wrong("remaining_0", asset_there.vault)
        .assert_refused(&mut scene.world);
}
