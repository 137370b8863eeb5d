//! `withdraw`: the owner takes from their own ledger, at any time, and nobody takes from another's.

use crate::world::*;
use anchor_spl::token_2022::spl_token_2022::error::TokenError;
use anchor_spl::token_2022::spl_token_2022::instruction as token;
use settlement::accounts;
use settlement::error::SettlementError;
use settlement::events::Withdrawn;
use settlement::instruction as call;
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

#[test]
fn the_ledger_is_debited_and_tokens_move() {
    for token_program in [anchor_spl::token::ID, anchor_spl::token_2022::ID] {
        let mut world = World::new();
        let mint = tokens::mint(&mut world, &token_program, &[]);
        let asset = world.asset_of(mint, token_program);
        let alice = world.depositor(&asset, 1_000);
        world.deposit(&asset, &alice, 1_000).unwrap();
        let done = world.withdraw(&asset, &alice, 400).unwrap();

        assert_eq!((world.balance(&alice), world.total(&asset)), (600, 600));
        assert_eq!(tokens::amount(&world, &asset.vault_tokens), 600);
        assert_eq!(tokens::amount(&world, &alice.tokens), 400);

        let [event] = events::by_call::<Withdrawn>(&done).try_into().ok().unwrap();
        assert_eq!(
            (event.vault, event.mint, event.owner),
            (asset.vault, mint, alice.owner.pubkey())
        );
        assert_eq!(event.destination, alice.tokens);
        assert_eq!((event.amount, event.balance, event.total), (400, 600, 600));
    }
}

#[test]
fn it_costs_at_most_8000_compute_units_with_spl_token() {
    for (name, token_program, limit) in [
        ("SPL Token", anchor_spl::token::ID, 8_000),
        ("Token-2022", anchor_spl::token_2022::ID, 11_000),
    ] {
        let mut world = World::new();
        let mint = tokens::mint(&mut world, &token_program, &[]);
        let asset = world.asset_of(mint, token_program);
        let alice = world.depositor(&asset, 1_000);
        world.deposit(&asset, &alice, 1_000).unwrap();
        let done = world.withdraw(&asset, &alice, 1).unwrap();
        println!("withdraw, {name}: {} compute units", done.compute_units_consumed);
        assert!(done.compute_units_consumed <= limit);
    }
}

#[test]
fn the_owner_may_pay_somebody_else() {
    let (mut world, asset, alice, bob) = World::with_alice_and_bob();
    let accounts = accounts::Withdraw {
        destination: bob.tokens,
        ..world.withdraw_accounts(&asset, &alice)
    };
    world
        .call(accounts, call::Withdraw { amount: 10 }, &[&alice.owner])
        .unwrap();
    assert_eq!(
        (
            tokens::amount(&world, &bob.tokens),
            world.balance(&alice),
            world.balance(&bob)
        ),
        (10, 990, 1_000)
    );
}

#[test]
fn a_pause_does_not_stop_it() {
    let (mut world, asset, alice, _) = World::with_alice_and_bob();
    let guardian = world.guardian.insecure_clone();
    world.pause(&guardian).unwrap();
    world.withdraw(&asset, &alice, 1_000).unwrap();
    assert_eq!(tokens::amount(&world, &alice.tokens), 1_000);
}

#[test]
fn an_amount_of_zero_is_refused() {
    let (mut world, asset, alice, _) = World::with_alice_and_bob();
    let result = world.withdraw(&asset, &alice, 0);
    assert_refused(result, SettlementError::ZeroAmount);
}

#[test]
fn more_than_the_ledger_holds_is_refused_though_the_vault_has_it() {
    let (mut world, asset, alice, _) = World::with_alice_and_bob();
    for amount in [1_001, 2_000, u64::MAX] {
        let result = world.withdraw(&asset, &alice, amount);
        assert_refused(result, SettlementError::InsufficientBalance);
    }
    assert_eq!(world.balance(&alice), 1_000);
}

#[test]
fn neither_admin_nor_guardian_can_take_an_owners_balance() {
    let (mut world, asset, alice, _) = World::with_alice_and_bob();
    for powerful in [world.admin.insecure_clone(), world.guardian.insecure_clone()] {
        let destination = tokens::account(&mut world, &asset.mint, &powerful.pubkey(), 0);
        let accounts = accounts::Withdraw {
            owner: powerful.pubkey(),
            destination,
            ..world.withdraw_accounts(&asset, &alice)
        };
        let result = world.call(accounts, call::Withdraw { amount: 10 }, &[&powerful]);
        assert_refused(result, SettlementError::NotLedgerOwner);
    }
    assert_eq!(world.balance(&alice), 1_000);
}

#[test]
fn a_vault_that_would_not_cover_the_other_ledgers_pays_nothing() {
    let (mut world, asset, alice, _) = World::with_alice_and_bob();
    // Tokens vanish behind the program's back: the amount follows mint and owner.
    world.overwrite(&asset.vault_tokens, 32 + 32, &1_999u64.to_le_bytes());
    let result = world.withdraw(&asset, &alice, 10);
    assert_refused(result, SettlementError::VaultShort);
}

/// A vault of a mint that somebody can freeze, and an owner with all of their 1,000 base units in it.
fn freezable(token_program: Address) -> (World, Asset, Depositor, Keypair) {
    let mut world = World::new();
    let freezer = world.user();
    let key = freezer.pubkey();
    let mint = tokens::mint_with(&mut world, &token_program, 6, Some(&key), &[]);
    let asset = world.asset_of(mint, token_program);
    let alice = world.depositor(&asset, 1_000);
    world.deposit(&asset, &alice, 1_000).unwrap();
    (world, asset, alice, freezer)
}

#[test]
fn a_frozen_account_holds_a_payment_up_until_it_is_thawed() {
    for token_program in tokens::TOKEN_PROGRAMS {
        let (mut world, asset, alice, freezer) = freezable(token_program);
        let (mint, key) = (asset.mint, freezer.pubkey());
        for frozen in [asset.vault_tokens, alice.tokens] {
            let freeze = token::freeze_account(&token_program, &frozen, &mint, &key, &[]).unwrap();
            world.send(&[freeze], &[&freezer]).unwrap();
            let result = world.withdraw(&asset, &alice, 400);
            assert_refused(result, TokenError::AccountFrozen);
            assert_eq!((world.balance(&alice), world.total(&asset)), (1_000, 1_000));

            let thaw = token::thaw_account(&token_program, &frozen, &mint, &key, &[]).unwrap();
            world.send(&[thaw], &[&freezer]).unwrap();
            world.withdraw(&asset, &alice, 400).unwrap();
            world.deposit(&asset, &alice, 400).unwrap();
        }
    }
}

#[test]
fn another_mint_authority_changes_nothing_for_who_is_in_the_vault() {
    for authority in [None, Some(SYSTEM_PROGRAM)] {
        let (mut world, asset, alice, _) = World::with_alice_and_bob();
        world.withdraw(&asset, &alice, 500).unwrap();
        tokens::set_mint_authority(&mut world, &asset.mint, authority.as_ref()).unwrap();
        world.deposit(&asset, &alice, 200).unwrap();
        world.withdraw(&asset, &alice, 700).unwrap();
        assert_eq!((world.balance(&alice), world.total(&asset)), (0, 1_000));
        assert_eq!(tokens::amount(&world, &alice.tokens), 1_000);
    }
}
