//! `withdraw` with accounts that do not belong together: refused, whichever it is.

use crate::world::*;
use anchor_lang::error::ErrorCode;
use anchor_spl::token_2022::spl_token_2022::error::TokenError;
use settlement::accounts;
use settlement::error::SettlementError;
use settlement::instruction as call;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;

/// Alice's withdrawal of 10 with these accounts is refused, and nobody's money has moved.
#[track_caller]
fn refused<Kind>(
    mut world: World,
    (asset, alice, bob): (&Asset, &Depositor, &Depositor),
    accounts: accounts::Withdraw,
    error: impl Reason<Kind>,
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
fn the_owner_must_sign() {
    let (mut world, asset, alice, _) = World::with_alice_and_bob();
    let mut withdraw = instruction(
        world.withdraw_accounts(&asset, &alice),
        call::Withdraw { amount: 10 },
    );
    withdraw.accounts[0].is_signer = false;
    let payer = world.user();
    assert_refused(world.send(&[withdraw], &[&payer]), ErrorCode::AccountNotSigner);
}

#[test]
fn a_ledger_of_another_owner_is_refused() {
    let (world, asset, alice, bob) = World::with_alice_and_bob();
    let accounts = accounts::Withdraw {
        ledger: bob.ledger,
        ..world.withdraw_accounts(&asset, &alice)
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
    let tokens = tokens::account(world, &asset.mint, &alice.owner.pubkey(), 1_000);
    let opened = open_ledger(&alice.owner, &alice.owner.pubkey(), asset.vault);
    world.call(opened, call::OpenLedger {}, &[&alice.owner]).unwrap();
    let holder = Depositor {
        owner: alice.owner.insecure_clone(),
        tokens,
        ledger: opened.ledger,
    };
    world.deposit(&asset, &holder, 1_000).unwrap();
    (asset, holder)
}

#[test]
fn a_ledger_of_a_worthless_vault_does_not_open_another() {
    let (mut world, asset, alice, bob) = World::with_alice_and_bob();
    let (_, holder) = worthless(&mut world, &alice);
    let accounts = accounts::Withdraw {
        ledger: holder.ledger,
        ..world.withdraw_accounts(&asset, &alice)
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
    let (mut world, asset, alice, bob) = World::with_alice_and_bob();
    let (other, holder) = worthless(&mut world, &alice);
    let vault_tokens = asset.vault_tokens;
    let accounts = accounts::Withdraw {
        vault_tokens,
        ..world.withdraw_accounts(&other, &holder)
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
    let (mut world, asset, alice, bob) = World::with_alice_and_bob();
    let (other, _) = worthless(&mut world, &alice);
    let accounts = accounts::Withdraw {
        mint: other.mint,
        ..world.withdraw_accounts(&asset, &alice)
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
    let (mut world, asset, alice, bob) = World::with_alice_and_bob();
    let (_, holder) = worthless(&mut world, &alice);
    let accounts = accounts::Withdraw {
        destination: holder.tokens,
        ..world.withdraw_accounts(&asset, &alice)
    };
    refused(world, (&asset, &alice, &bob), accounts, TokenError::MintMismatch);
}

#[test]
fn the_vaults_own_tokens_as_the_destination_are_refused() {
    let (world, asset, alice, bob) = World::with_alice_and_bob();
    let accounts = accounts::Withdraw {
        destination: asset.vault_tokens,
        ..world.withdraw_accounts(&asset, &alice)
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
    let (world, asset, alice, bob) = World::with_alice_and_bob();
    let token_program = anchor_spl::token_2022::ID;
    let accounts = accounts::Withdraw {
        token_program,
        ..world.withdraw_accounts(&asset, &alice)
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
    let (world, asset, alice, bob) = World::with_alice_and_bob();
    let accounts = accounts::Withdraw {
        token_program: SYSTEM_PROGRAM,
        ..world.withdraw_accounts(&asset, &alice)
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
    let (world, asset, alice, bob) = World::with_alice_and_bob();
    let accounts = accounts::Withdraw {
        ledger: asset.vault,
        ..world.withdraw_accounts(&asset, &alice)
    };
    refused(
        world,
        (&asset, &alice, &bob),
        accounts,
        ErrorCode::AccountDiscriminatorMismatch,
    );

    let (world, asset, alice, bob) = World::with_alice_and_bob();
    let accounts = accounts::Withdraw {
        vault: world.config,
        ..world.withdraw_accounts(&asset, &alice)
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
    let (mut world, asset, alice, bob) = World::with_alice_and_bob();
    let ledger = world.copy_of(&alice.ledger, SYSTEM_PROGRAM);
    let accounts = accounts::Withdraw {
        ledger,
        ..world.withdraw_accounts(&asset, &alice)
    };
    refused(
        world,
        (&asset, &alice, &bob),
        accounts,
        ErrorCode::AccountOwnedByWrongProgram,
    );

    let (mut world, asset, alice, bob) = World::with_alice_and_bob();
    let vault = world.copy_of(&asset.vault, SYSTEM_PROGRAM);
    let accounts = accounts::Withdraw {
        vault,
        ..world.withdraw_accounts(&asset, &alice)
    };
    refused(
        world,
        (&asset, &alice, &bob),
        accounts,
        ErrorCode::AccountOwnedByWrongProgram,
    );
}
