//! `open_ledger`: anybody for anybody, once per owner and vault.

use crate::world::*;
use anchor_lang::error::ErrorCode;
use settlement::events::LedgerOpened;
use settlement::instruction as call;
use settlement::state::Ledger;
use solana_address::Address;
use solana_signer::Signer;

#[test]
fn a_ledger_opens_empty_for_somebody_who_does_not_sign() {
    let mut world = World::new();
    let asset = world.asset();
    let (payer, owner) = (world.user(), Address::new_unique());
    let accounts = open_ledger(&payer, &owner, asset.vault);
    let done = world.call(accounts, call::OpenLedger {}, &[&payer]).unwrap();

    let ledger: Ledger = world.read(&accounts.ledger);
    assert_eq!(
        (ledger.vault, ledger.owner, ledger.balance),
        (asset.vault, owner, 0)
    );
    let [event] = events::by_log::<LedgerOpened>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.vault, event.ledger, event.owner),
        (asset.vault, accounts.ledger, owner)
    );
}

#[test]
fn an_owner_has_one_ledger_per_vault() {
    let mut world = World::new();
    let (first, second) = (world.asset(), world.asset());
    let owner = world.user();
    for asset in [first, second] {
        let accounts = open_ledger(&owner, &owner.pubkey(), asset.vault);
        world.call(accounts, call::OpenLedger {}, &[&owner]).unwrap();
    }
    let again = open_ledger(&owner, &owner.pubkey(), first.vault);
    assert_refused(world.call(again, call::OpenLedger {}, &[&owner]), ALREADY_IN_USE);
}

#[test]
fn a_ledger_that_is_opened_again_keeps_its_balance() {
    let mut world = World::new();
    let asset = world.asset();
    let alice = world.depositor(&asset, 10);
    world.deposit(&asset, &alice, 10).unwrap();
    let stranger = world.user();
    let again = open_ledger(&stranger, &alice.owner.pubkey(), asset.vault);
    assert!(world.call(again, call::OpenLedger {}, &[&stranger]).is_err());
    assert_eq!(world.balance(&alice), 10);
}

#[test]
fn another_address_than_the_derived_one_is_refused() {
    let mut world = World::new();
    let asset = world.asset();
    let payer = world.user();
    let mut accounts = open_ledger(&payer, &payer.pubkey(), asset.vault);
    accounts.ledger = Address::new_unique();
    assert_refused(
        world.call(accounts, call::OpenLedger {}, &[&payer]),
        ErrorCode::ConstraintSeeds,
    );
}

#[test]
fn something_that_is_not_a_vault_is_refused() {
    let mut world = World::new();
    let asset = world.asset();
    let payer = world.user();
    let foreign = world.copy_of(&asset.vault, anchor_spl::token::ID);
    for (vault, error) in [
        (world.config, ErrorCode::AccountDiscriminatorMismatch),
        (foreign, ErrorCode::AccountOwnedByWrongProgram),
    ] {
        let accounts = open_ledger(&payer, &payer.pubkey(), vault);
        assert_refused(world.call(accounts, call::OpenLedger {}, &[&payer]), error);
    }
}
