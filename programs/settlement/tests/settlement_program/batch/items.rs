//! `apply_items` and `revert_items`: each item moves once, from who holds it, and is nobody's to use meanwhile.

use anchor_lang::error::ErrorCode;
use anchor_lang::{AnchorDeserialize, Discriminator, InstructionData};
use settlement::error::SettlementError;
use settlement::events::{ItemsApplied, ItemsReverted};
use settlement::instruction as call;
use settlement::instructions::ApplyItemsArgs;
use settlement::state::Item;
use solana_address::Address;
use solana_instruction::Instruction;
use solana_signer::Signer;

use super::plan::{Move, Plan};
use crate::market::{Market, Nft};
use crate::world::*;

/// Two items of Alice that a batch moves to Bob and to Carol, open and past its challenge window.
pub struct Scene {
    pub market: Market,
    pub alice: Depositor,
    pub bob: Depositor,
    pub items: [Nft; 2],
    pub plan: Plan,
}

impl Scene {
    pub fn new() -> Self {
        let mut market = Market::new();
        let [alice, bob, carol] = [(); 3].map(|()| market.trader(0));
        let items = [(); 2].map(|()| market.item(&alice));
        market.session(&alice.owner, &[], 0);
        let moves = vec![
            movement(&items[0], &alice, bob.owner.pubkey()),
            movement(&items[1], &alice, carol.owner.pubkey()),
        ];
        let plan = Plan::as_given(&market, vec![], moves);
        market.open_for_good(&plan);
        Self {
            market,
            alice,
            bob,
            items,
            plan,
        }
    }

    pub fn holders(&self) -> [Address; 2] {
        self.items.map(|nft| self.market.read::<Item>(&nft.item).holder)
    }
}

fn movement(nft: &Nft, from: &Depositor, to: Address) -> Move {
    Move {
        item: nft.item,
        mint: nft.mint,
        from: from.owner.pubkey(),
        to,
    }
}

/// The call with other arguments.
pub fn with_args(call: &Instruction, change: impl FnOnce(&mut ApplyItemsArgs)) -> Instruction {
    let data = call.data.strip_prefix(call::ApplyItems::DISCRIMINATOR).unwrap();
    let mut args = ApplyItemsArgs::try_from_slice(data).unwrap();
    change(&mut args);
    Instruction {
        data: call::ApplyItems { args }.data(),
        ..call.clone()
    }
}

#[test]
fn items_move_to_their_new_holders() {
    let Scene {
        mut market,
        alice,
        bob,
        items,
        plan,
    } = Scene::new();
    let done = market.apply_items(&plan, 0..2).unwrap();
    let [event] = events::by_call::<ItemsApplied>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.config, event.sequence, event.entries.len()),
        (market.config, 1, 2)
    );
    let entry = event.entries[0];
    assert_eq!(
        (entry.mint, entry.from, entry.to),
        (items[0].mint, alice.owner.pubkey(), bob.owner.pubkey())
    );
    let item: Item = market.read(&items[0].item);
    assert_eq!((item.holder, item.sequence), (bob.owner.pubkey(), 1));

    // In transit it is not to be listed; once the batch is settled it is.
    assert_refused(market.list(&items[0], &bob, 10), SettlementError::ItemInTransit);
    market.finalize(&plan).unwrap();
    assert_refused(market.list(&items[0], &alice, 10), SettlementError::NotHolder);
    market.list(&items[0], &bob, 10).unwrap();
}

#[test]
fn chunks_are_sent_again_and_overlap() {
    let mut scene = Scene::new();
    scene.market.apply_items(&scene.plan, 1..2).unwrap();
    let after = scene.holders();
    assert_eq!(after[0], scene.alice.owner.pubkey());
    let again = scene.market.apply_items(&scene.plan, 1..2).unwrap();
    assert!(events::by_call::<ItemsApplied>(&again).is_empty());
    assert_eq!(scene.holders(), after);
    let done = scene.market.apply_items(&scene.plan, 0..2).unwrap();
    assert_eq!(events::by_call::<ItemsApplied>(&done)[0].entries.len(), 1);
    assert_eq!(scene.holders()[0], scene.bob.owner.pubkey());
    assert_eq!(scene.market.batch(&scene.plan).items_applied, 2);
}

#[test]
fn credits_wait_for_the_items() {
    let mut market = Market::new();
    let asset = market.asset;
    let [buyer, seller] = [(); 2].map(|()| super::scene::Trader::new(&mut market.world, &asset));
    let nft = market.item(&seller.depositor);
    let deltas = vec![buyer.debit(&asset, 100), seller.credit(&asset, 100)];
    let moves = vec![movement(&nft, &seller.depositor, buyer.address())];
    let plan = Plan::as_given(&market, deltas, moves);
    market.open_for_good(&plan);
    market.apply(&plan, 0..1);
    assert_refused(
        market.apply_chunk(&plan, 1..2),
        SettlementError::CreditBeforeDebits,
    );
    market.apply_items(&plan, 0..1).unwrap();
    market.apply(&plan, 1..2);
    market.finalize(&plan).unwrap();
    assert_eq!(market.balance(&seller.depositor), 1_100);
}

#[test]
fn items_go_back_when_the_batch_is_not_settled_in_time() {
    let mut scene = Scene::new();
    scene.market.apply_items(&scene.plan, 0..1).unwrap();
    let early = scene.market.revert_items(&scene.plan, 0..1);
    assert_refused(early, SettlementError::BatchInTime);
    scene.market.advance(LIMITS.settle_window.into());
    let late = scene.market.apply_items(&scene.plan, 1..2);
    assert_refused(late, SettlementError::BatchTooLate);
    assert_refused(scene.market.close(&scene.plan), SettlementError::BatchApplied);

    let done = scene.market.revert_items(&scene.plan, 0..2).unwrap();
    let [event] = events::by_call::<ItemsReverted>(&done).try_into().ok().unwrap();
    let [entry] = event.entries.try_into().unwrap();
    assert_eq!(
        (entry.from, entry.to),
        (scene.bob.owner.pubkey(), scene.alice.owner.pubkey())
    );
    assert_eq!(scene.holders(), [scene.alice.owner.pubkey(); 2]);
    let again = scene.market.revert_items(&scene.plan, 0..2).unwrap();
    assert!(events::by_call::<ItemsReverted>(&again).is_empty());
    scene.market.close(&scene.plan).unwrap();
    scene.market.list(&scene.items[0], &scene.alice, 10).unwrap();
}

#[test]
fn when_all_items_of_a_batch_without_deltas_are_moved_there_is_no_way_back() {
    let mut scene = Scene::new();
    scene.market.apply_items(&scene.plan, 0..2).unwrap();
    scene.market.advance(LIMITS.settle_window.into());
    let result = scene.market.revert_items(&scene.plan, 0..2);
    assert_refused(result, SettlementError::PastReturn);
    scene.market.pause_all();
    scene.market.finalize(&scene.plan).unwrap();
}

#[test]
fn an_item_that_is_not_free_is_not_moved() {
    let mut scene = Scene::new();
    scene.market.list(&scene.items[0], &scene.alice, 10).unwrap();
    let result = scene.market.apply_items(&scene.plan, 0..2);
    assert_refused(result, SettlementError::ItemOnSale);
    assert_eq!(scene.holders(), [scene.alice.owner.pubkey(); 2]);
}

#[test]
fn one_batch_moves_an_item_once() {
    let mut market = Market::new();
    let [alice, bob] = [(); 2].map(|()| market.trader(0));
    for holder in [&alice, &bob] {
        market.session(&holder.owner, &[], 0);
    }
    let nft = market.item(&alice);
    let moves = vec![
        movement(&nft, &alice, bob.owner.pubkey()),
        movement(&nft, &bob, alice.owner.pubkey()),
    ];
    let plan = Plan::as_given(&market, vec![], moves);
    market.open_for_good(&plan);
    assert_refused(market.apply_items(&plan, 0..2), SettlementError::ItemInTransit);
    market.apply_items(&plan, 0..1).unwrap();
    assert_refused(market.apply_items(&plan, 1..2), SettlementError::ItemInTransit);
}

#[test]
fn what_was_not_signed_is_not_moved() {
    let mut scene = Scene::new();
    let thief = scene.market.user().pubkey();
    let mut lie = scene.plan.clone();
    lie.moves[0].to = thief;
    assert_refused(scene.market.apply_items(&lie, 0..2), SettlementError::WrongProof);
    // Another item, in the place of the one that was signed.
    let mut lie = scene.plan.clone();
    lie.moves[0].item = scene.items[1].item;
    assert_refused(scene.market.apply_items(&lie, 0..1), SettlementError::WrongProof);
    // Somebody who does not hold it.
    let mut lie = scene.plan.clone();
    lie.moves[0].from = thief;
    assert_refused(scene.market.apply_items(&lie, 0..1), SettlementError::NotHolder);
    assert_eq!(scene.holders(), [scene.alice.owner.pubkey(); 2]);
}

#[test]
fn wrong_chunks_and_accounts_are_refused() {
    let mut scene = Scene::new();
    let stranger = scene.market.user();
    let right = scene.market.apply_items_call(&scene.plan, 0..2);
    let mut short = right.clone();
    short.accounts.pop();
    let result = scene.market.send(&[short], &[&stranger]);
    assert_refused(result, SettlementError::WrongAccountCount);
    let mut listing = right.clone();
    listing.accounts[4].pubkey = scene.market.asset.vault;
    let result = scene.market.send(&[listing], &[&stranger]);
    assert_refused(result, ErrorCode::AccountDiscriminatorMismatch);
    let behind = with_args(&right, |args| args.first = 1);
    let result = scene.market.send(&[behind], &[&stranger]);
    assert_refused(result, SettlementError::LeafOutOfRange);
    let half = with_args(&right, |args| {
        args.entries.pop();
    });
    let result = scene.market.send(&[half], &[&stranger]);
    assert_refused(result, SettlementError::MalformedChunk);
}
