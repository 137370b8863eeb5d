//! `deposit` with accounts that do not belong together: refused, whichever it is.

use crate::world::*;
use anchor_lang::error::ErrorCode;
use anchor_spl::token_2022::spl_token_2022::error::TokenError;
use settlement::accounts;
use settlement::error::SettlementError;
use settlement::instruction as call;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;

/// Alice's deposit of 10 with these accounts is refused, and nobody's money has moved.
#[track_caller]
fn refused<Kind>(
    mut world: World,
    (asset, alice): (&Asset, &Depositor),
    accounts: accounts::Deposit,
    error: impl Reason<Kind>,
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
fn another_settlement_that_is_open_does_not_lift_the_pause() {
    let (mut world, asset, alice) = World::with_alice();
    let other = world.user();
    world.initialize(&other).unwrap();
    let accounts = accounts::Deposit {
        config: config_of(&other.pubkey()),
        ..world.deposit_accounts(&asset, &alice)
    };
    refused(world, (&asset, &alice), accounts, SettlementError::WrongConfig);
}

#[test]
fn the_owner_must_sign() {
    let (mut world, asset, alice) = World::with_alice();
    let mut deposit = instruction(
        world.deposit_accounts(&asset, &alice),
        call::Deposit { amount: 10 },
    );
    deposit.accounts[0].is_signer = false;
    let payer = world.user();
    assert_refused(world.send(&[deposit], &[&payer]), ErrorCode::AccountNotSigner);
}

#[test]
fn a_ledger_of_another_owner_is_refused() {
    let (mut world, asset, alice) = World::with_alice();
    let bob = world.depositor(&asset, 0);
    let accounts = accounts::Deposit {
        ledger: bob.ledger,
        ..world.deposit_accounts(&asset, &alice)
    };
    refused(world, (&asset, &alice), accounts, SettlementError::NotLedgerOwner);
}

#[test]
fn tokens_of_another_owner_are_refused() {
    let (mut world, asset, alice) = World::with_alice();
    let bob = world.depositor(&asset, 500);
    let accounts = accounts::Deposit {
        source: bob.tokens,
        ..world.deposit_accounts(&asset, &alice)
    };
    refused(world, (&asset, &alice), accounts, TokenError::OwnerMismatch);
}

#[test]
fn a_ledger_of_another_vault_is_refused() {
    let (mut world, asset, alice) = World::with_alice();
    let worthless = world.asset();
    let opened = open_ledger(&alice.owner, &alice.owner.pubkey(), worthless.vault);
    world.call(opened, call::OpenLedger {}, &[&alice.owner]).unwrap();
    let accounts = accounts::Deposit {
        ledger: opened.ledger,
        ..world.deposit_accounts(&asset, &alice)
    };
    refused(world, (&asset, &alice), accounts, SettlementError::WrongVault);
}

#[test]
fn another_mint_is_refused() {
    let (mut world, asset, alice) = World::with_alice();
    let worthless = world.asset();
    let accounts = accounts::Deposit {
        mint: worthless.mint,
        ..world.deposit_accounts(&asset, &alice)
    };
    refused(world, (&asset, &alice), accounts, SettlementError::WrongMint);
}

#[test]
fn tokens_of_another_mint_are_refused() {
    let (mut world, asset, alice) = World::with_alice();
    let worthless = world.asset();
    let source = tokens::account(&mut world, &worthless.mint, &alice.owner.pubkey(), 1_000);
    let accounts = accounts::Deposit {
        source,
        ..world.deposit_accounts(&asset, &alice)
    };
    refused(world, (&asset, &alice), accounts, TokenError::MintMismatch);
}

#[test]
fn a_token_account_that_is_not_the_vaults_is_refused() {
    let (mut world, asset, alice) = World::with_alice();
    // Alice would pay herself and be credited for it.
    let vault_tokens = tokens::account(&mut world, &asset.mint, &alice.owner.pubkey(), 0);
    let accounts = accounts::Deposit {
        vault_tokens,
        ..world.deposit_accounts(&asset, &alice)
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
    let (mut world, asset, alice) = World::with_alice();
    tokens::mint_to(&mut world, &asset.mint, &asset.vault_tokens, 500).unwrap();
    let accounts = accounts::Deposit {
        source: asset.vault_tokens,
        ..world.deposit_accounts(&asset, &alice)
    };
    let result = world.call(accounts, call::Deposit { amount: 10 }, &[&alice.owner]);
    assert_refused(result, TokenError::OwnerMismatch);
    assert_eq!(world.balance(&alice), 0);
}

#[test]
fn the_other_token_program_is_refused() {
    let (world, asset, alice) = World::with_alice();
    let token_program = anchor_spl::token_2022::ID;
    let accounts = accounts::Deposit {
        token_program,
        ..world.deposit_accounts(&asset, &alice)
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
    let (world, asset, alice) = World::with_alice();
    let accounts = accounts::Deposit {
        token_program: SYSTEM_PROGRAM,
        ..world.deposit_accounts(&asset, &alice)
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
        let (world, asset, alice) = World::with_alice();
        let accounts = of_another_type(asset, &world, world.deposit_accounts(&asset, &alice));
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
        let (mut world, asset, alice) = World::with_alice();
        let accounts = world.deposit_accounts(&asset, &alice);
        let accounts = change(&mut world, accounts);
        refused(world, (&asset, &alice), accounts, reason);
    }
}
