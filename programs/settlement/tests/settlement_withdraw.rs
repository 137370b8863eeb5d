//! `withdraw`: the owner takes from their own ledger, at any time, and nobody takes from another's.

mod common;

use anchor_lang::error::ErrorCode;
use anchor_spl::token_2022::spl_token_2022::error::TokenError;
use common::*;
use settlement::accounts;
use settlement::error::SettlementError;
use settlement::events::Withdrawn;
use settlement::instruction as call;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;

/// A vault in which Alice and Bob hold 1,000 base units each.
fn alice_and_bob_hold_1000() -> (World, Asset, Depositor, Depositor) {
    let mut world = World::new();
    let asset = world.asset();
    let [alice, bob] = [0; 2].map(|_| {
        let depositor = world.depositor(&asset, 1_000);
        let accounts = world.deposit(&asset, &depositor);
        world
            .call(accounts, call::Deposit { amount: 1_000 }, &[&depositor.owner])
            .unwrap();
        depositor
    });
    (world, asset, alice, bob)
}

/// Alice's withdrawal of 10 with these accounts is refused, and nobody's money has moved.
#[track_caller]
fn refused(
    mut world: World,
    (asset, alice, bob): (&Asset, &Depositor, &Depositor),
    accounts: accounts::Withdraw,
    error: impl Into<Refusal>,
) {
    let result = world.call(accounts, call::Withdraw { amount: 10 }, &[&alice.owner]);
    assert_refused(result, error);
    assert_eq!(
        (world.balance(alice), world.balance(bob), world.total(asset)),
        (1_000, 1_000, 2_000)
    );
    assert_eq!(tokens::amount(&world, &asset.vault_tokens), 2_000);
}

#[test]
fn the_ledger_is_debited_and_tokens_move() {
    for token_program in [anchor_spl::token::ID, anchor_spl::token_2022::ID] {
        let mut world = World::new();
        let mint = tokens::mint(&mut world, &token_program, &[]);
        let asset = world.asset_of(mint, token_program);
        let alice = world.depositor(&asset, 1_000);
        let deposit = call::Deposit { amount: 1_000 };
        world
            .call(world.deposit(&asset, &alice), deposit, &[&alice.owner])
            .unwrap();
        let withdraw = call::Withdraw { amount: 400 };
        let done = world
            .call(world.withdraw(&asset, &alice), withdraw, &[&alice.owner])
            .unwrap();

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
        ("Token-2022", anchor_spl::token_2022::ID, 12_000),
    ] {
        let mut world = World::new();
        let mint = tokens::mint(&mut world, &token_program, &[]);
        let asset = world.asset_of(mint, token_program);
        let alice = world.depositor(&asset, 1_000);
        let deposit = call::Deposit { amount: 1_000 };
        world
            .call(world.deposit(&asset, &alice), deposit, &[&alice.owner])
            .unwrap();
        let accounts = world.withdraw(&asset, &alice);
        let done = world
            .call(accounts, call::Withdraw { amount: 1 }, &[&alice.owner])
            .unwrap();
        println!("withdraw, {name}: {} compute units", done.compute_units_consumed);
        assert!(done.compute_units_consumed <= limit);
    }
}

#[test]
fn the_owner_may_pay_somebody_else() {
    let (mut world, asset, alice, bob) = alice_and_bob_hold_1000();
    let accounts = accounts::Withdraw {
        destination: bob.tokens,
        ..world.withdraw(&asset, &alice)
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
    let (mut world, asset, alice, _) = alice_and_bob_hold_1000();
    let guardian = world.guardian.insecure_clone();
    let pause = accounts::Pause {
        by: guardian.pubkey(),
        config: world.config,
    };
    world.call(pause, call::Pause {}, &[&guardian]).unwrap();
    world
        .call(
            world.withdraw(&asset, &alice),
            call::Withdraw { amount: 1_000 },
            &[&alice.owner],
        )
        .unwrap();
    assert_eq!(tokens::amount(&world, &alice.tokens), 1_000);
}

#[test]
fn nothing_is_refused() {
    let (mut world, asset, alice, _) = alice_and_bob_hold_1000();
    let result = world.call(
        world.withdraw(&asset, &alice),
        call::Withdraw { amount: 0 },
        &[&alice.owner],
    );
    assert_refused(result, SettlementError::ZeroAmount);
}

#[test]
fn more_than_the_ledger_holds_is_refused_though_the_vault_has_it() {
    let (mut world, asset, alice, _) = alice_and_bob_hold_1000();
    for amount in [1_001, 2_000, u64::MAX] {
        let result = world.call(
            world.withdraw(&asset, &alice),
            call::Withdraw { amount },
            &[&alice.owner],
        );
        assert_refused(result, SettlementError::InsufficientBalance);
    }
    assert_eq!(world.balance(&alice), 1_000);
}

#[test]
fn the_owner_must_sign() {
    let (mut world, asset, alice, _) = alice_and_bob_hold_1000();
    let mut withdraw = instruction(world.withdraw(&asset, &alice), call::Withdraw { amount: 10 });
    withdraw.accounts[0].is_signer = false;
    let payer = world.user();
    assert_refused(world.send(&[withdraw], &[&payer]), ErrorCode::AccountNotSigner);
}

#[test]
fn neither_admin_nor_guardian_can_take_an_owners_balance() {
    let (mut world, asset, alice, _) = alice_and_bob_hold_1000();
    for powerful in [world.admin.insecure_clone(), world.guardian.insecure_clone()] {
        let destination = tokens::account(&mut world, &asset, &powerful.pubkey(), 0);
        let accounts = accounts::Withdraw {
            owner: powerful.pubkey(),
            destination,
            ..world.withdraw(&asset, &alice)
        };
        let result = world.call(accounts, call::Withdraw { amount: 10 }, &[&powerful]);
        assert_refused(result, SettlementError::NotLedgerOwner);
    }
    assert_eq!(world.balance(&alice), 1_000);
}

#[test]
fn a_ledger_of_another_owner_is_refused() {
    let (world, asset, alice, bob) = alice_and_bob_hold_1000();
    let accounts = accounts::Withdraw {
        ledger: bob.ledger,
        ..world.withdraw(&asset, &alice)
    };
    refused(
        world,
        (&asset, &alice, &bob),
        accounts,
        SettlementError::NotLedgerOwner,
    );
}

/// A mint of Alice's own making, with a vault in which she holds 1,000 base units of it.
fn worthless(world: &mut World, alice: &Depositor) -> (Asset, Depositor) {
    let asset = world.asset();
    let tokens = tokens::account(world, &asset, &alice.owner.pubkey(), 1_000);
    let opened = open_ledger(&alice.owner, &alice.owner.pubkey(), asset.vault);
    world.call(opened, call::OpenLedger {}, &[&alice.owner]).unwrap();
    let holder = Depositor {
        owner: alice.owner.insecure_clone(),
        tokens,
        ledger: opened.ledger,
    };
    world
        .call(
            world.deposit(&asset, &holder),
            call::Deposit { amount: 1_000 },
            &[&alice.owner],
        )
        .unwrap();
    (asset, holder)
}

#[test]
fn a_ledger_of_a_worthless_vault_does_not_open_another() {
    let (mut world, asset, alice, bob) = alice_and_bob_hold_1000();
    let (_, holder) = worthless(&mut world, &alice);
    let accounts = accounts::Withdraw {
        ledger: holder.ledger,
        ..world.withdraw(&asset, &alice)
    };
    refused(
        world,
        (&asset, &alice, &bob),
        accounts,
        SettlementError::WrongVault,
    );
}

#[test]
fn tokens_of_another_vault_are_refused() {
    let (mut world, asset, alice, bob) = alice_and_bob_hold_1000();
    let (other, holder) = worthless(&mut world, &alice);
    let vault_tokens = asset.vault_tokens;
    let accounts = accounts::Withdraw {
        vault_tokens,
        ..world.withdraw(&other, &holder)
    };
    refused(
        world,
        (&asset, &alice, &bob),
        accounts,
        SettlementError::WrongVaultTokens,
    );
}

#[test]
fn another_mint_is_refused() {
    let (mut world, asset, alice, bob) = alice_and_bob_hold_1000();
    let (other, _) = worthless(&mut world, &alice);
    let accounts = accounts::Withdraw {
        mint: other.mint,
        ..world.withdraw(&asset, &alice)
    };
    refused(
        world,
        (&asset, &alice, &bob),
        accounts,
        SettlementError::WrongMint,
    );
}

#[test]
fn a_destination_of_another_mint_is_refused() {
    let (mut world, asset, alice, bob) = alice_and_bob_hold_1000();
    let (_, holder) = worthless(&mut world, &alice);
    let accounts = accounts::Withdraw {
        destination: holder.tokens,
        ..world.withdraw(&asset, &alice)
    };
    refused(world, (&asset, &alice, &bob), accounts, TokenError::MintMismatch);
}

#[test]
fn the_vaults_own_tokens_as_the_destination_are_refused() {
    let (world, asset, alice, bob) = alice_and_bob_hold_1000();
    let accounts = accounts::Withdraw {
        destination: asset.vault_tokens,
        ..world.withdraw(&asset, &alice)
    };
    refused(
        world,
        (&asset, &alice, &bob),
        accounts,
        SettlementError::WrongDestination,
    );
}

#[test]
fn the_other_token_program_is_refused() {
    let (world, asset, alice, bob) = alice_and_bob_hold_1000();
    let token_program = anchor_spl::token_2022::ID;
    let accounts = accounts::Withdraw {
        token_program,
        ..world.withdraw(&asset, &alice)
    };
    refused(
        world,
        (&asset, &alice, &bob),
        accounts,
        InstructionError::IncorrectProgramId,
    );
}

#[test]
fn a_program_that_is_no_token_program_is_refused() {
    let (world, asset, alice, bob) = alice_and_bob_hold_1000();
    let accounts = accounts::Withdraw {
        token_program: SYSTEM_PROGRAM,
        ..world.withdraw(&asset, &alice)
    };
    refused(
        world,
        (&asset, &alice, &bob),
        accounts,
        ErrorCode::InvalidProgramId,
    );
}

#[test]
fn accounts_of_another_type_are_refused() {
    let (world, asset, alice, bob) = alice_and_bob_hold_1000();
    let accounts = accounts::Withdraw {
        ledger: asset.vault,
        ..world.withdraw(&asset, &alice)
    };
    refused(
        world,
        (&asset, &alice, &bob),
        accounts,
        ErrorCode::AccountDiscriminatorMismatch,
    );

    let (world, asset, alice, bob) = alice_and_bob_hold_1000();
    let accounts = accounts::Withdraw {
        vault: world.config,
        ..world.withdraw(&asset, &alice)
    };
    refused(
        world,
        (&asset, &alice, &bob),
        accounts,
        ErrorCode::AccountDiscriminatorMismatch,
    );
}

#[test]
fn a_ledger_or_vault_made_by_another_program_is_refused() {
    let (mut world, asset, alice, bob) = alice_and_bob_hold_1000();
    let ledger = world.copy_of(&alice.ledger, SYSTEM_PROGRAM);
    let accounts = accounts::Withdraw {
        ledger,
        ..world.withdraw(&asset, &alice)
    };
    refused(
        world,
        (&asset, &alice, &bob),
        accounts,
        ErrorCode::AccountOwnedByWrongProgram,
    );

    let (mut world, asset, alice, bob) = alice_and_bob_hold_1000();
    let vault = world.copy_of(&asset.vault, SYSTEM_PROGRAM);
    let accounts = accounts::Withdraw {
        vault,
        ..world.withdraw(&asset, &alice)
    };
    refused(
        world,
        (&asset, &alice, &bob),
        accounts,
        ErrorCode::AccountOwnedByWrongProgram,
    );
}

#[test]
fn a_vault_that_would_not_cover_the_other_ledgers_pays_nothing() {
    let (mut world, asset, alice, _) = alice_and_bob_hold_1000();
    // Tokens vanish behind the program's back: the amount follows mint and owner.
    world.overwrite(&asset.vault_tokens, 32 + 32, &1_999u64.to_le_bytes());
    let result = world.call(
        world.withdraw(&asset, &alice),
        call::Withdraw { amount: 10 },
        &[&alice.owner],
    );
    assert_refused(result, SettlementError::VaultShort);
}
