use program_testing::substitution::STRANGER;
use program_testing::{SYSTEM_PROGRAM, event_authority, tokens};
use settlement::{accounts, instruction as call};
use solana_signer::Signer;

use super::{elsewhere, of};
use crate::world::*;

#[test]
fn initialize() {
    let mut world = World::untouched();
    let admin = world.admin.insecure_clone();
    let (elsewhere, _) = elsewhere(&mut world);
    let accounts = accounts::Initialize {
        admin: admin.pubkey(),
        config: world.config,
        system_program: SYSTEM_PROGRAM,
    };
    let args = world.initialize_args();
    of(&instruction(accounts, call::Initialize { args }), &[&admin])
        .wrong("config", elsewhere)
        .assert_refused(&mut world);
}

#[test]
fn create_vault() {
    let (mut world, asset, _) = World::with_alice();
    let (there, asset_there) = elsewhere(&mut world);
    let admin = world.admin.insecure_clone();
    let mint = tokens::mint(&mut world, &anchor_spl::token::ID, &[]);
    let accounts = world.create_vault(mint, anchor_spl::token::ID);
    of(&instruction(accounts, call::CreateVault {}), &[&admin])
        .wrong("config", there)
        .wrong("mint", asset.mint)
        .wrong("vault", asset.vault)
        .wrong("vault", asset_there.vault)
        .wrong("vault_tokens", asset.vault_tokens)
        .assert_refused(&mut world);
}

#[test]
fn open_ledger() {
    let (mut world, asset, alice) = World::with_alice();
    let (_, there) = elsewhere(&mut world);
    let (payer, owner) = (world.user(), world.address());
    let accounts = crate::world::open_ledger(&payer, &owner, asset.vault);
    of(&instruction(accounts, call::OpenLedger {}), &[&payer])
        .wrong("owner", alice.owner.pubkey())
        .wrong("vault", there.vault)
        .wrong("ledger", alice.ledger)
        .harmless("payer", STRANGER)
        .assert_refused(&mut world);
}

#[test]
fn deposit() {
    let (mut world, asset, alice, bob) = World::with_alice_and_bob();
    let (there, asset_there) = elsewhere(&mut world);
    let ledger_there = world.ledger(&asset_there, &alice.owner);
    tokens::mint_to(&mut world, &asset.mint, &alice.tokens, 10).unwrap();
    tokens::mint_to(&mut world, &asset.mint, &bob.tokens, 10).unwrap();
    let call = instruction(
        world.deposit_accounts(&asset, &alice),
        call::Deposit { amount: 10 },
    );
    of(&call, &[&alice.owner])
        .wrong("config", there)
        .wrong("vault", asset_there.vault)
        .wrong("ledger", bob.ledger)
        .wrong("ledger", ledger_there)
        .wrong("mint", asset_there.mint)
        .wrong("source", bob.tokens)
        .wrong("vault_tokens", asset_there.vault_tokens)
        .wrong("vault_tokens", bob.tokens)
        .assert_refused(&mut world);
}

#[test]
fn withdraw() {
    let (mut world, asset, alice, bob) = World::with_alice_and_bob();
    let (_, there) = elsewhere(&mut world);
    let ledger_there = world.ledger(&there, &alice.owner);
    let of_other_mint = tokens::account(&mut world, &there.mint, &alice.owner.pubkey(), 0);
    let call = instruction(
        world.withdraw_accounts(&asset, &alice),
        call::Withdraw { amount: 10 },
    );
    of(&call, &[&alice.owner])
        .wrong("vault", there.vault)
        .wrong("ledger", bob.ledger)
        .wrong("ledger", ledger_there)
        .wrong("mint", there.mint)
        .wrong("destination", of_other_mint)
        .wrong("vault_tokens", there.vault_tokens)
        .wrong("vault_tokens", bob.tokens)
        .assert_refused(&mut world);
}

#[test]
fn escape_withdraw() {
    let (mut world, asset, alice, bob) = World::with_alice_and_bob();
    let (there, asset_there) = elsewhere(&mut world);
    let ledger_there = world.ledger(&asset_there, &alice.owner);
    let owner = alice.owner.pubkey();
    let bobs = tokens::associated(&mut world, &asset.mint, &bob.owner.pubkey());
    let accounts = accounts::EscapeWithdraw {
        config: world.config,
        vault: asset.vault,
        ledger: alice.ledger,
        owner,
        mint: asset.mint,
        destination: tokens::associated(&mut world, &asset.mint, &owner),
        vault_tokens: asset.vault_tokens,
        token_program: asset.token_program,
        event_authority: event_authority(settlement::ID),
        program: settlement::ID,
    };
    world.advance(i64::from(LIMITS.escape_delay) + 1);
    of(&instruction(accounts, call::EscapeWithdraw {}), &[])
        .wrong("config", there)
        .wrong("vault", asset_there.vault)
        .wrong("ledger", bob.ledger)
        .wrong("ledger", ledger_there)
        .wrong("owner", bob.owner.pubkey())
        .wrong("mint", asset_there.mint)
        .wrong("destination", alice.tokens)
        .wrong("destination", bobs)
        .wrong("vault_tokens", asset_there.vault_tokens)
        .wrong("vault_tokens", alice.tokens)
        .assert_refused(&mut world);
}
