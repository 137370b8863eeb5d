//! Of the eleven classes of coral-xyz/sealevel-attacks those that concern several instructions at once; where the
//! others are tested is in `docs/security.md`.

use anchor_lang::error::ErrorCode;
use program_testing::{
    SYSTEM_PROGRAM, assert_refused, assert_refused_at, derive_with_lower_bump, ed25519, tokens,
};
use settlement::error::SettlementError;
use settlement::instructions::{BuyItemArgs, ListItemArgs};
use settlement::seeds::{
    AUCTION_SEED, BATCH_SEED, CONFIG_SEED, ITEM_SEED, LEDGER_SEED, LISTING_SEED, TOKENS_SEED, VAULT_SEED,
};
use settlement::{ID, accounts, instruction as call};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_signer::Signer;
use solana_system_interface::instruction::transfer;

use crate::batch::scene::Scene;
use crate::market::{HOUR, Market};
use crate::world::{World, instruction, open_ledger};

fn second(seeds: &[&[u8]]) -> Address {
    derive_with_lower_bump(ID, seeds)
}

// With two addresses there could be two settlements of one admin, two vaults of one mint, and so on.

#[test]
fn a_settlement_has_one_address() {
    let mut world = World::untouched();
    let admin = world.admin.insecure_clone();
    let accounts = accounts::Initialize {
        admin: admin.pubkey(),
        config: second(&[CONFIG_SEED, admin.pubkey().as_ref()]),
        system_program: SYSTEM_PROGRAM,
    };
    let args = world.initialize_args();
    let result = world.call(accounts, call::Initialize { args }, &[&admin]);
    assert_refused(result, ErrorCode::ConstraintSeeds);
}

#[test]
fn a_vault_and_its_tokens_have_one_address() {
    let mut world = World::new();
    let admin = world.admin.insecure_clone();
    let mint = tokens::mint(&mut world, &anchor_spl::token::ID, &[]);
    let right = world.create_vault(mint, anchor_spl::token::ID);
    let vault = second(&[VAULT_SEED, world.config.as_ref(), mint.as_ref()]);
    let vault_tokens = second(&[TOKENS_SEED, right.vault.as_ref()]);
    for accounts in [
        accounts::CreateVault { vault, ..right },
        accounts::CreateVault {
            vault_tokens,
            ..right
        },
    ] {
        let result = world.call(accounts, call::CreateVault {}, &[&admin]);
        assert_refused(result, ErrorCode::ConstraintSeeds);
    }
}

#[test]
fn a_ledger_has_one_address() {
    let (mut world, asset, alice) = World::with_alice();
    let owner = alice.owner.pubkey();
    let accounts = accounts::OpenLedger {
        ledger: second(&[LEDGER_SEED, asset.vault.as_ref(), owner.as_ref()]),
        ..open_ledger(&alice.owner, &owner, asset.vault)
    };
    let result = world.call(accounts, call::OpenLedger {}, &[&alice.owner]);
    assert_refused(result, ErrorCode::ConstraintSeeds);
}

#[test]
fn an_item_and_its_tokens_have_one_address() {
    let mut market = Market::new();
    let (owner, payer) = (market.address(), market.user());
    let nft = market.nft(&anchor_spl::token::ID, &owner);
    let right = market.create_item_accounts(&nft, &payer);
    let item = second(&[ITEM_SEED, market.config.as_ref(), nft.mint.as_ref()]);
    let item_tokens = second(&[TOKENS_SEED, nft.item.as_ref()]);
    for accounts in [
        accounts::CreateItem { item, ..right },
        accounts::CreateItem { item_tokens, ..right },
    ] {
        let result = market.call(accounts, call::CreateItem {}, &[&payer]);
        assert_refused(result, ErrorCode::ConstraintSeeds);
    }
}

#[test]
fn an_item_has_one_listing_and_one_auction() {
    let (mut market, nft, seller, _) = Market::with_item();
    let accounts = accounts::ListItem {
        listing: second(&[LISTING_SEED, nft.item.as_ref()]),
        ..market.list_accounts(&nft, &seller)
    };
    let args = ListItemArgs {
        price: 1,
        expires: market.now() + HOUR,
        max_fee_bps: 0,
    };
    let result = market.call(accounts, call::ListItem { args }, &[&seller.owner]);
    assert_refused(result, ErrorCode::ConstraintSeeds);
    let accounts = accounts::CreateAuction {
        auction: second(&[AUCTION_SEED, nft.item.as_ref()]),
        ..market.auction_accounts(&nft, &seller)
    };
    let args = market.auction_args();
    let result = market.call(accounts, call::CreateAuction { args }, &[&seller.owner]);
    assert_refused(result, ErrorCode::ConstraintSeeds);
}

#[test]
fn a_batch_has_one_address() {
    let mut scene = Scene::new();
    let mut plan = scene.plan();
    plan.address = second(&[BATCH_SEED, scene.config.as_ref(), &1u64.to_le_bytes()]);
    assert_refused_at(scene.open(&plan), 1, SettlementError::WrongAddress);
}

// Lamports sent within the transaction keep a closed account's bytes until its end.

#[test]
fn a_listing_that_was_cancelled_cannot_be_kept_alive_with_lamports() {
    let (mut market, nft, seller, buyer) = Market::with_listing(10);
    let accounts = market.cancel_listing_accounts(&nft, &seller, &seller);
    let cancel = instruction(accounts, call::CancelListing {});
    let args = BuyItemArgs { max_price: 10 };
    let buy = instruction(market.buy_accounts(&nft, &buyer), call::BuyItem { args });
    let result = market.send(
        &[cancel, revive(&buyer.owner.pubkey(), nft.listing), buy],
        &[&buyer.owner, &seller.owner],
    );
    assert_refused_at(result, 2, ErrorCode::AccountOwnedByWrongProgram);
}

#[test]
fn an_auction_that_was_cancelled_cannot_be_kept_alive_with_lamports() {
    let (mut market, nft, seller, buyer) = Market::with_auction(10);
    let accounts = market.cancel_auction_accounts(&nft, &seller);
    let cancel = instruction(accounts, call::CancelAuction {});
    let bid = instruction(market.bid_accounts(&nft, &buyer), call::Bid { amount: 10 });
    let result = market.send(
        &[cancel, revive(&buyer.owner.pubkey(), nft.auction), bid],
        &[&buyer.owner, &seller.owner],
    );
    assert_refused_at(result, 2, ErrorCode::AccountOwnedByWrongProgram);
}

#[test]
fn a_batch_that_is_over_can_neither_be_kept_alive_with_lamports_nor_opened_again() {
    let (mut scene, plan) = Scene::with_open();
    scene.apply(&plan, plan.debits());
    scene.apply(&plan, plan.credits());
    let before = scene.balances();
    let payer = scene.admin.insecure_clone();
    let finalize = scene.finalize_batch(&plan);
    let revived = revive(&payer.pubkey(), plan.address);
    let credit = scene.apply_deltas(&plan, plan.credits());
    let result = scene.send(&[finalize.clone(), revived.clone(), credit], &[&payer]);
    assert_refused_at(result, 2, ErrorCode::AccountOwnedByWrongProgram);

    // The authority's signature is still there, and so is an account for it.
    let authority = scene.authority.insecure_clone();
    let signed = ed25519::verify(&authority, &plan.header.solana_message());
    let open = scene.open_batch(&plan, &payer.pubkey());
    let result = scene.send(&[finalize, revived, signed, open], &[&payer]);
    assert_refused_at(result, 3, SettlementError::WrongSequence);
    assert_eq!(scene.balances(), before);
}

fn revive(by: &Address, account: Address) -> Instruction {
    transfer(by, &account, 10_000_000)
}
