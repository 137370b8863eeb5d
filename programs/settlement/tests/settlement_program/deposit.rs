//! `deposit`: the owner's ledger is credited with what reached the vault, or nothing happens.

use crate::world::*;
use anchor_lang::error::ErrorCode;
use anchor_lang::event::EVENT_IX_TAG_LE;
use anchor_spl::token_2022::spl_token_2022::error::TokenError;
use settlement::error::SettlementError;
use settlement::events::Deposited;
use settlement::seeds;
use solana_instruction::{AccountMeta, Instruction};
use solana_signer::Signer;

#[test]
fn tokens_move_and_the_ledger_is_credited() {
    for token_program in [anchor_spl::token::ID, anchor_spl::token_2022::ID] {
        let mut world = World::new();
        let mint = tokens::mint(&mut world, &token_program, &[]);
        let asset = world.asset_of(mint, token_program);
        let (alice, bob) = (world.depositor(&asset, 1_000), world.depositor(&asset, 50));
        world.deposit(&asset, &bob, 50).unwrap();
        let done = world.deposit(&asset, &alice, 600).unwrap();

        assert_eq!(
            (world.balance(&alice), world.balance(&bob), world.total(&asset)),
            (600, 50, 650)
        );
        assert_eq!(tokens::amount(&world, &alice.tokens), 400);
        assert_eq!(tokens::amount(&world, &asset.vault_tokens), 650);

        let [event] = events::by_call::<Deposited>(&done).try_into().ok().unwrap();
        assert_eq!(
            (event.vault, event.mint, event.owner),
            (asset.vault, mint, alice.owner.pubkey())
        );
        assert_eq!((event.amount, event.balance, event.total), (600, 600, 650));
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
        let done = world.deposit(&asset, &alice, 1).unwrap();
        println!("deposit, {name}: {} compute units", done.compute_units_consumed);
        assert!(done.compute_units_consumed <= limit);
    }
}

#[test]
fn tokens_that_were_sent_past_the_program_are_nobodys() {
    let (mut world, asset, alice) = World::with_alice();
    // A stranger's gift lands between two deposits.
    world.deposit(&asset, &alice, 10).unwrap();
    tokens::mint_to(&mut world, &asset.mint, &asset.vault_tokens, 77).unwrap();
    world.deposit(&asset, &alice, 10).unwrap();
    assert_eq!((world.balance(&alice), world.total(&asset)), (20, 20));
    assert_eq!(tokens::amount(&world, &asset.vault_tokens), 97);
}

#[test]
fn an_amount_of_zero_is_refused() {
    let (mut world, asset, alice) = World::with_alice();
    let result = world.deposit(&asset, &alice, 0);
    assert_refused(result, SettlementError::ZeroAmount);
}

#[test]
fn more_than_the_source_holds_is_refused() {
    let (mut world, asset, alice) = World::with_alice();
    let result = world.deposit(&asset, &alice, 1_001);
    assert_refused(result, TokenError::InsufficientFunds);
    assert_eq!((world.balance(&alice), world.total(&asset)), (0, 0));
}

#[test]
fn a_pause_stops_it() {
    let (mut world, asset, alice) = World::with_alice();
    let guardian = world.guardian.insecure_clone();
    world.pause(&guardian).unwrap();
    assert_refused(world.deposit(&asset, &alice, 10), SettlementError::Paused);
    assert_eq!(
        (world.balance(&alice), tokens::amount(&world, &alice.tokens)),
        (0, 1_000)
    );
}

#[test]
fn a_balance_beyond_64_bits_is_refused() {
    let (mut world, asset, alice) = World::with_alice();
    // No mint can issue so much, so the ledger is edited: discriminator, vault and owner come before it.
    world.overwrite(&alice.ledger, 8 + 32 + 32, &(u64::MAX - 9).to_le_bytes());
    let result = world.deposit(&asset, &alice, 10);
    assert_refused(result, SettlementError::Overflow);
    world.deposit(&asset, &alice, 9).unwrap();
}

#[test]
fn a_total_beyond_64_bits_is_refused() {
    let (mut world, asset, alice) = World::with_alice();
    world.overwrite(&asset.vault, 8 + 3 * 32, &(u64::MAX - 9).to_le_bytes());
    let result = world.deposit(&asset, &alice, 10);
    assert_refused(result, SettlementError::Overflow);
}

#[test]
fn a_vault_that_does_not_cover_its_ledgers_takes_no_more() {
    let (mut world, asset, alice) = World::with_alice();
    world.overwrite(&asset.vault, 8 + 3 * 32, &1u64.to_le_bytes());
    let result = world.deposit(&asset, &alice, 10);
    assert_refused(result, SettlementError::VaultShort);
}

#[test]
fn nobody_can_forge_an_event() {
    let mut world = World::new();
    let mallory = world.user();
    let event_authority = event_authority(settlement::ID);
    let forged = Instruction {
        program_id: settlement::ID,
        accounts: vec![AccountMeta::new_readonly(event_authority, false)],
        data: [EVENT_IX_TAG_LE, seeds::VAULT_SEED].concat(),
    };
    assert_refused(world.send(&[forged], &[&mallory]), ErrorCode::ConstraintSigner);
}
