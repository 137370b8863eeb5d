//! `escape_withdraw`: when the operator is gone, anybody pays owners out, and only to them.

use anchor_lang::error::ErrorCode;
use litesvm::types::TransactionResult;
use settlement::error::SettlementError;
use settlement::events::Withdrawn;
use settlement::{accounts, instruction as call};
use solana_address::Address;
use solana_signer::Signer;

use crate::world::*;

/// Alice holds 1,000 in the vault; her associated token account is empty.
fn scene() -> (World, Asset, Depositor, Address) {
    let (mut world, asset, alice) = World::with_alice();
    world.deposit(&asset, &alice, 1_000).unwrap();
    let destination = tokens::associated(&mut world, &asset.mint, &alice.owner.pubkey());
    (world, asset, alice, destination)
}

fn escape_accounts(world: &World, asset: &Asset, of: &Depositor, to: Address) -> accounts::EscapeWithdraw {
    accounts::EscapeWithdraw {
        config: world.config,
        vault: asset.vault,
        ledger: of.ledger,
        owner: of.owner.pubkey(),
        mint: asset.mint,
        destination: to,
        vault_tokens: asset.vault_tokens,
        token_program: asset.token_program,
        event_authority: event_authority(settlement::ID),
        program: settlement::ID,
    }
}

pub fn escape(world: &mut World, accounts: accounts::EscapeWithdraw) -> TransactionResult {
    let stranger = world.user();
    world.call(accounts, call::EscapeWithdraw {}, &[&stranger])
}

/// Alice can be paid out.
pub fn ready() -> (World, accounts::EscapeWithdraw) {
    let (mut world, asset, alice, destination) = scene();
    world.advance(i64::from(LIMITS.escape_delay) + 1);
    let accounts = escape_accounts(&world, &asset, &alice, destination);
    (world, accounts)
}

#[test]
fn the_whole_ledger_is_paid_to_its_owner() {
    let (mut world, asset, alice, destination) = scene();
    world.advance(i64::from(LIMITS.escape_delay) + 1);
    let admin = world.admin.insecure_clone();
    world.pause(&admin).unwrap();
    let accounts = escape_accounts(&world, &asset, &alice, destination);
    let done = escape(&mut world, accounts).unwrap();
    assert_eq!(tokens::amount(&world, &destination), 1_000);
    assert_eq!((world.balance(&alice), world.total(&asset)), (0, 0));
    let [event] = events::by_call::<Withdrawn>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.owner, event.destination),
        (alice.owner.pubkey(), destination)
    );
    assert_eq!((event.amount, event.balance, event.total), (1_000, 0, 0));

    let accounts = escape_accounts(&world, &asset, &alice, destination);
    assert_refused(escape(&mut world, accounts), SettlementError::ZeroAmount);
}

#[test]
fn until_the_escape_delay_is_over_it_is_refused() {
    let (mut world, asset, alice, destination) = scene();
    world.advance(LIMITS.escape_delay.into());
    let accounts = escape_accounts(&world, &asset, &alice, destination);
    assert_refused(escape(&mut world, accounts), SettlementError::OperatorIsThere);
    world.advance(1);
    escape(&mut world, accounts).unwrap();
}

#[test]
fn a_batch_starts_the_delay_anew() {
    let mut scene = crate::batch::scene::Scene::new();
    scene.advance(i64::from(LIMITS.escape_delay) + 1);
    let plan = scene.plan();
    scene.open(&plan).unwrap();
    let (asset, owner) = (scene.asset, scene.alice.address());
    let destination = tokens::associated(&mut scene, &asset.mint, &owner);
    let accounts = escape_accounts(&scene, &asset, &scene.alice.depositor, destination);
    assert_refused(escape(&mut scene, accounts), SettlementError::OperatorIsThere);
    scene.advance(i64::from(LIMITS.escape_delay) + 1);
    escape(&mut scene, accounts).unwrap();
}

#[test]
fn the_owner_withdraws_at_any_time() {
    let (mut world, asset, alice, _) = scene();
    world.advance(i64::from(LIMITS.escape_delay) + 1);
    world.withdraw(&asset, &alice, 1_000).unwrap();
}

#[test]
fn nobody_elses_token_account_is_paid() {
    let (mut world, asset, alice, destination) = scene();
    world.advance(i64::from(LIMITS.escape_delay) + 1);
    let thief = world.user();
    let thiefs = tokens::associated(&mut world, &asset.mint, &thief.pubkey());
    // Alice's own, but not the associated one: it may be a contract's deposit address or anything.
    for wrong in [thiefs, alice.tokens, asset.vault_tokens] {
        let accounts = escape_accounts(&world, &asset, &alice, wrong);
        assert!(escape(&mut world, accounts).is_err());
    }
    let accounts = accounts::EscapeWithdraw {
        owner: thief.pubkey(),
        destination: thiefs,
        ..escape_accounts(&world, &asset, &alice, destination)
    };
    assert_refused(escape(&mut world, accounts), SettlementError::NotLedgerOwner);
    assert_eq!(world.balance(&alice), 1_000);
}

#[test]
fn an_associated_account_that_was_given_away_is_not_paid() {
    let (mut world, asset, alice, destination) = scene();
    world.advance(i64::from(LIMITS.escape_delay) + 1);
    let thief = world.user();
    // The owner of a token account is behind its mint.
    world.overwrite(&destination, 32, thief.pubkey().as_ref());
    let accounts = escape_accounts(&world, &asset, &alice, destination);
    assert_refused(escape(&mut world, accounts), ErrorCode::ConstraintTokenOwner);
}

#[test]
fn accounts_that_do_not_belong_together_are_refused() {
    let (mut world, asset, alice, destination) = scene();
    world.advance(i64::from(LIMITS.escape_delay) + 1);
    let right = escape_accounts(&world, &asset, &alice, destination);
    let other = world.user();
    world.initialize(&other).unwrap();
    let second = world.asset();
    for (accounts, error) in [
        (
            accounts::EscapeWithdraw {
                config: config_of(&other.pubkey()),
                ..right
            },
            SettlementError::WrongConfig,
        ),
        (
            accounts::EscapeWithdraw {
                vault: second.vault,
                ..right
            },
            SettlementError::WrongMint,
        ),
        (
            accounts::EscapeWithdraw {
                vault_tokens: second.vault_tokens,
                ..right
            },
            SettlementError::WrongVaultTokens,
        ),
    ] {
        assert_refused(escape(&mut world, accounts), error);
    }
}
