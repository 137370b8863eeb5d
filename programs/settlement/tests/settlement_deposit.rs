//! `deposit`: the owner's ledger is credited with what reached the vault, or nothing happens.

mod common;

use anchor_lang::error::ErrorCode;
use anchor_lang::event::EVENT_IX_TAG_LE;
use anchor_spl::token_2022::spl_token_2022::error::TokenError;
use common::*;
use settlement::error::SettlementError;
use settlement::events::Deposited;
use settlement::instruction as call;
use settlement::{accounts, seeds};
use solana_instruction::error::InstructionError;
use solana_instruction::{AccountMeta, Instruction};
use solana_signer::Signer;

/// A vault, and an owner with 1,000 base units and an open ledger.
fn alice_has_1000() -> (World, Asset, Depositor) {
    let mut world = World::new();
    let asset = world.asset();
    let alice = world.depositor(&asset, 1_000);
    (world, asset, alice)
}

/// Alice's deposit of 10 with these accounts is refused, and nobody's money has moved.
#[track_caller]
fn refused(
    mut world: World,
    (asset, alice): (&Asset, &Depositor),
    accounts: accounts::Deposit,
    error: impl Into<Refusal>,
) {
    let result = world.call(accounts, call::Deposit { amount: 10 }, &[&alice.owner]);
    assert_refused(result, error);
    assert_eq!((world.balance(alice), world.total(asset)), (0, 0));
    assert_eq!(
        (
            tokens::amount(&world, &alice.tokens),
            tokens::amount(&world, &asset.vault_tokens)
        ),
        (1_000, 0)
    );
}

#[test]
fn tokens_move_and_the_ledger_is_credited() {
    for token_program in [anchor_spl::token::ID, anchor_spl::token_2022::ID] {
        let mut world = World::new();
        let mint = tokens::mint(&mut world, &token_program, &[]);
        let asset = world.asset_of(mint, token_program);
        let (alice, bob) = (world.depositor(&asset, 1_000), world.depositor(&asset, 50));
        world
            .call(
                world.deposit(&asset, &bob),
                call::Deposit { amount: 50 },
                &[&bob.owner],
            )
            .unwrap();
        let deposit = call::Deposit { amount: 600 };
        let done = world
            .call(world.deposit(&asset, &alice), deposit, &[&alice.owner])
            .unwrap();

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
        ("Token-2022", anchor_spl::token_2022::ID, 12_000),
    ] {
        let mut world = World::new();
        let mint = tokens::mint(&mut world, &token_program, &[]);
        let asset = world.asset_of(mint, token_program);
        let alice = world.depositor(&asset, 1_000);
        let accounts = world.deposit(&asset, &alice);
        let done = world
            .call(accounts, call::Deposit { amount: 1 }, &[&alice.owner])
            .unwrap();
        println!("deposit, {name}: {} compute units", done.compute_units_consumed);
        assert!(done.compute_units_consumed <= limit);
    }
}

#[test]
fn tokens_that_were_sent_past_the_program_are_nobodys() {
    let (mut world, asset, alice) = alice_has_1000();
    // A stranger's gift lands between two deposits.
    world
        .call(
            world.deposit(&asset, &alice),
            call::Deposit { amount: 10 },
            &[&alice.owner],
        )
        .unwrap();
    tokens::mint_to(&mut world, &asset, &asset.vault_tokens, 77).unwrap();
    world
        .call(
            world.deposit(&asset, &alice),
            call::Deposit { amount: 10 },
            &[&alice.owner],
        )
        .unwrap();
    assert_eq!((world.balance(&alice), world.total(&asset)), (20, 20));
    assert_eq!(tokens::amount(&world, &asset.vault_tokens), 97);
}

#[test]
fn nothing_is_refused() {
    let (mut world, asset, alice) = alice_has_1000();
    let result = world.call(
        world.deposit(&asset, &alice),
        call::Deposit { amount: 0 },
        &[&alice.owner],
    );
    assert_refused(result, SettlementError::ZeroAmount);
}

#[test]
fn more_than_the_source_holds_is_refused() {
    let (mut world, asset, alice) = alice_has_1000();
    let result = world.call(
        world.deposit(&asset, &alice),
        call::Deposit { amount: 1_001 },
        &[&alice.owner],
    );
    assert!(result.is_err());
    assert_eq!((world.balance(&alice), world.total(&asset)), (0, 0));
}

#[test]
fn a_pause_stops_it() {
    let (mut world, asset, alice) = alice_has_1000();
    let pause = accounts::Pause {
        by: world.guardian.pubkey(),
        config: world.config,
    };
    let guardian = world.guardian.insecure_clone();
    world.call(pause, call::Pause {}, &[&guardian]).unwrap();
    let accounts = world.deposit(&asset, &alice);
    refused(world, (&asset, &alice), accounts, SettlementError::Paused);
}

#[test]
fn another_settlement_that_is_open_does_not_lift_the_pause() {
    let (mut world, asset, alice) = alice_has_1000();
    let other = world.user();
    world.initialize(&other).unwrap();
    let accounts = accounts::Deposit {
        config: config_of(&other.pubkey()),
        ..world.deposit(&asset, &alice)
    };
    refused(world, (&asset, &alice), accounts, SettlementError::WrongConfig);
}

#[test]
fn the_owner_must_sign() {
    let (mut world, asset, alice) = alice_has_1000();
    let mut deposit = instruction(world.deposit(&asset, &alice), call::Deposit { amount: 10 });
    deposit.accounts[0].is_signer = false;
    let payer = world.user();
    assert_refused(world.send(&[deposit], &[&payer]), ErrorCode::AccountNotSigner);
}

#[test]
fn a_ledger_of_another_owner_is_refused() {
    let (mut world, asset, alice) = alice_has_1000();
    let bob = world.depositor(&asset, 0);
    let accounts = accounts::Deposit {
        ledger: bob.ledger,
        ..world.deposit(&asset, &alice)
    };
    refused(world, (&asset, &alice), accounts, SettlementError::NotLedgerOwner);
}

#[test]
fn tokens_of_another_owner_are_refused() {
    let (mut world, asset, alice) = alice_has_1000();
    let bob = world.depositor(&asset, 500);
    let accounts = accounts::Deposit {
        source: bob.tokens,
        ..world.deposit(&asset, &alice)
    };
    refused(world, (&asset, &alice), accounts, TokenError::OwnerMismatch);
}

#[test]
fn a_ledger_of_another_vault_is_refused() {
    let (mut world, asset, alice) = alice_has_1000();
    let worthless = world.asset();
    let opened = open_ledger(&alice.owner, &alice.owner.pubkey(), worthless.vault);
    world.call(opened, call::OpenLedger {}, &[&alice.owner]).unwrap();
    let accounts = accounts::Deposit {
        ledger: opened.ledger,
        ..world.deposit(&asset, &alice)
    };
    refused(world, (&asset, &alice), accounts, SettlementError::WrongVault);
}

#[test]
fn another_mint_is_refused() {
    let (mut world, asset, alice) = alice_has_1000();
    let worthless = world.asset();
    let accounts = accounts::Deposit {
        mint: worthless.mint,
        ..world.deposit(&asset, &alice)
    };
    refused(world, (&asset, &alice), accounts, SettlementError::WrongMint);
}

#[test]
fn tokens_of_another_mint_are_refused() {
    let (mut world, asset, alice) = alice_has_1000();
    let worthless = world.asset();
    let source = tokens::account(&mut world, &worthless, &alice.owner.pubkey(), 1_000);
    let accounts = accounts::Deposit {
        source,
        ..world.deposit(&asset, &alice)
    };
    refused(world, (&asset, &alice), accounts, TokenError::MintMismatch);
}

#[test]
fn a_token_account_that_is_not_the_vaults_is_refused() {
    let (mut world, asset, alice) = alice_has_1000();
    // Alice would pay herself and be credited for it.
    let vault_tokens = tokens::account(&mut world, &asset, &alice.owner.pubkey(), 0);
    let accounts = accounts::Deposit {
        vault_tokens,
        ..world.deposit(&asset, &alice)
    };
    refused(
        world,
        (&asset, &alice),
        accounts,
        SettlementError::WrongVaultTokens,
    );
}

#[test]
fn the_vaults_own_tokens_as_the_source_are_refused() {
    let (mut world, asset, alice) = alice_has_1000();
    tokens::mint_to(&mut world, &asset, &asset.vault_tokens, 500).unwrap();
    let accounts = accounts::Deposit {
        source: asset.vault_tokens,
        ..world.deposit(&asset, &alice)
    };
    let result = world.call(accounts, call::Deposit { amount: 10 }, &[&alice.owner]);
    assert_refused(result, TokenError::OwnerMismatch);
    assert_eq!(world.balance(&alice), 0);
}

#[test]
fn the_other_token_program_is_refused() {
    let (world, asset, alice) = alice_has_1000();
    let token_program = anchor_spl::token_2022::ID;
    let accounts = accounts::Deposit {
        token_program,
        ..world.deposit(&asset, &alice)
    };
    refused(
        world,
        (&asset, &alice),
        accounts,
        InstructionError::IncorrectProgramId,
    );
}

#[test]
fn a_program_that_is_no_token_program_is_refused() {
    let (world, asset, alice) = alice_has_1000();
    let accounts = accounts::Deposit {
        token_program: SYSTEM_PROGRAM,
        ..world.deposit(&asset, &alice)
    };
    refused(world, (&asset, &alice), accounts, ErrorCode::InvalidProgramId);
}

#[test]
fn accounts_of_another_type_are_refused() {
    for of_another_type in [
        (|asset, _, a| accounts::Deposit {
            ledger: asset.vault,
            ..a
        }) as fn(Asset, &World, accounts::Deposit) -> _,
        |_, world, a| accounts::Deposit {
            vault: world.config,
            ..a
        },
        |asset, _, a| accounts::Deposit {
            config: asset.vault,
            ..a
        },
    ] {
        let (world, asset, alice) = alice_has_1000();
        let accounts = of_another_type(asset, &world, world.deposit(&asset, &alice));
        refused(
            world,
            (&asset, &alice),
            accounts,
            ErrorCode::AccountDiscriminatorMismatch,
        );
    }
}

#[test]
fn look_alikes_of_another_program_are_refused() {
    type Change = fn(&mut World, accounts::Deposit) -> accounts::Deposit;
    let changes: [(Change, Refusal); 5] = [
        (
            |world, a| accounts::Deposit {
                ledger: world.copy_of(&a.ledger, SYSTEM_PROGRAM),
                ..a
            },
            ErrorCode::AccountOwnedByWrongProgram.into(),
        ),
        (
            |world, a| accounts::Deposit {
                vault: world.copy_of(&a.vault, SYSTEM_PROGRAM),
                ..a
            },
            ErrorCode::AccountOwnedByWrongProgram.into(),
        ),
        (
            |world, a| accounts::Deposit {
                config: world.copy_of(&a.config, SYSTEM_PROGRAM),
                ..a
            },
            ErrorCode::AccountOwnedByWrongProgram.into(),
        ),
        (
            |world, a| accounts::Deposit {
                vault_tokens: world.copy_of(&a.vault_tokens, a.mint),
                ..a
            },
            ErrorCode::AccountOwnedByWrongProgram.into(),
        ),
        (
            |world, a| accounts::Deposit {
                source: world.copy_of(&a.source, a.mint),
                ..a
            },
            InstructionError::ExternalAccountDataModified.into(),
        ),
    ];
    for (change, reason) in changes {
        let (mut world, asset, alice) = alice_has_1000();
        let accounts = world.deposit(&asset, &alice);
        let accounts = change(&mut world, accounts);
        refused(world, (&asset, &alice), accounts, reason);
    }
}

#[test]
fn a_balance_beyond_64_bits_is_refused() {
    let (mut world, asset, alice) = alice_has_1000();
    // No mint can issue so much, so the ledger is edited: discriminator, vault and owner come before it.
    world.overwrite(&alice.ledger, 8 + 32 + 32, &(u64::MAX - 9).to_le_bytes());
    let result = world.call(
        world.deposit(&asset, &alice),
        call::Deposit { amount: 10 },
        &[&alice.owner],
    );
    assert_refused(result, SettlementError::Overflow);
    world
        .call(
            world.deposit(&asset, &alice),
            call::Deposit { amount: 9 },
            &[&alice.owner],
        )
        .unwrap();
}

#[test]
fn a_total_beyond_64_bits_is_refused() {
    let (mut world, asset, alice) = alice_has_1000();
    world.overwrite(&asset.vault, 8 + 3 * 32, &(u64::MAX - 9).to_le_bytes());
    let result = world.call(
        world.deposit(&asset, &alice),
        call::Deposit { amount: 10 },
        &[&alice.owner],
    );
    assert_refused(result, SettlementError::Overflow);
}

#[test]
fn a_vault_that_does_not_cover_its_ledgers_takes_no_more() {
    let (mut world, asset, alice) = alice_has_1000();
    world.overwrite(&asset.vault, 8 + 3 * 32, &1u64.to_le_bytes());
    let result = world.call(
        world.deposit(&asset, &alice),
        call::Deposit { amount: 10 },
        &[&alice.owner],
    );
    assert_refused(result, SettlementError::VaultShort);
}

#[test]
fn nobody_can_forge_an_event() {
    let mut world = World::new();
    let mallory = world.user();
    let event_authority = derive(&[b"__event_authority"]);
    let forged = Instruction {
        program_id: settlement::ID,
        accounts: vec![AccountMeta::new_readonly(event_authority, false)],
        data: [EVENT_IX_TAG_LE, seeds::VAULT_SEED].concat(),
    };
    assert_refused(world.send(&[forged], &[&mallory]), ErrorCode::ConstraintSigner);
}
