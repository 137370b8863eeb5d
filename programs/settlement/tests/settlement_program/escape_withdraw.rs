//! `escape_withdraw`: when the operator is gone, anybody pays owners out, and only to them.

use anchor_lang::error::ErrorCode;
use litesvm::types::TransactionResult;
use settlement::error::SettlementError;
use settlement::events::Withdrawn;
use settlement::state::Limits;
use settlement::{accounts, instruction as call};
use solana_address::Address;
use solana_signer::Signer;

use crate::batch::plan::Plan;
use crate::batch::scene::Scene;
use crate::world::*;

/// In seconds.
const DELAY: i64 = LIMITS.escape_delay as i64;
const SETTLE: i64 = LIMITS.settle_window as i64;

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

/// When the batch that was opened last, in this second, is to be taken back if nothing comes in between.
fn opened_last(world: &World) -> i64 {
    world.now() + i64::from(LIMITS.challenge_window) + SETTLE
}

/// Alice of the scene can be paid out.
fn of_alice(scene: &mut Scene) -> accounts::EscapeWithdraw {
    let (asset, owner) = (scene.asset, scene.alice.address());
    let destination = tokens::associated(scene, &asset.mint, &owner);
    escape_accounts(scene, &asset, &scene.alice.depositor, destination)
}

/// It is refused now and up to that second, and not any more in the next one.
#[track_caller]
fn refused_up_to(world: &mut World, accounts: accounts::EscapeWithdraw, second: i64) {
    assert!(second >= world.now());
    for at in [world.now(), second] {
        world.set_time(at);
        assert_refused(escape(world, accounts), SettlementError::OperatorIsThere);
    }
    world.set_time(second + 1);
    escape(world, accounts).unwrap();
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
    let mut scene = Scene::new();
    scene.advance(i64::from(LIMITS.escape_delay) + 1);
    let plan = scene.plan();
    scene.open(&plan).unwrap();
    let until = opened_last(&scene) + DELAY;
    let accounts = of_alice(&mut scene);
    refused_up_to(&mut scene, accounts, until);
}

#[test]
fn no_batch_fails_by_it_that_waited_and_is_in_time() {
    let mut scene = Scene::new();
    let accounts = of_alice(&mut scene);
    let (asset, expires) = (scene.asset, scene.now() + 30 * 86_400);
    for trader in [&mut scene.alice, &mut scene.bob] {
        let owner = &trader.depositor.owner;
        trader.session = scene
            .world
            .session_with(owner, &[asset], |args| args.expires = expires);
    }
    let first = scene.plan();
    scene.open(&first).unwrap();
    let second = scene.plan();
    scene.open(&second).unwrap();
    // The first one is closed when the escape delay has long passed; so it is the second one's turn only now.
    scene.advance(3 * DELAY);
    scene.close(&first).unwrap();
    let closed = scene.now();
    assert_refused(escape(&mut scene, accounts), SettlementError::OperatorIsThere);
    scene.set_time(closed + SETTLE - 1);
    assert_refused(escape(&mut scene, accounts), SettlementError::OperatorIsThere);
    scene.apply(&second, 0..3);
    refused_up_to(&mut scene, accounts, closed + SETTLE + DELAY);
}

#[test]
fn it_does_not_hit_what_waits_behind_a_batch_that_has_just_failed() {
    // The settle window of the first batch ends with the escape delay.
    let mut scene = Scene::new();
    let admin = scene.admin.insecure_clone();
    let tight = Limits {
        escape_delay: LIMITS.challenge_window + LIMITS.settle_window,
        ..LIMITS
    };
    scene.set_limits(&admin, tight).unwrap();
    let accounts = of_alice(&mut scene);
    for _ in 0..2 {
        let plan = scene.plan();
        scene.open(&plan).unwrap();
    }
    let second = opened_last(&scene) + i64::from(tight.escape_delay);
    refused_up_to(&mut scene, accounts, second);
}

#[test]
fn it_opens_when_a_batch_blocks_the_others_for_ever() {
    let mut scene = Scene::new();
    let (asset, accounts) = (scene.asset, of_alice(&mut scene));
    // More is debited than credited, past the point of no return.
    let deltas = vec![scene.bob.debit(&asset, 100), scene.carol.credit(&asset, 99)];
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.open(&plan).unwrap();
    let until = opened_last(&scene) + DELAY;
    scene.advance(LIMITS.challenge_window.into());
    scene.apply(&plan, 0..2);
    refused_up_to(&mut scene, accounts, until);
}

#[test]
fn when_no_batch_is_open_the_end_of_the_last_one_does_not_count() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    scene.open(&plan).unwrap();
    let opened = scene.now();
    scene.advance(DELAY);
    scene.close(&plan).unwrap();
    assert_eq!(scene.state().turn_from, opened + DELAY);
    let accounts = of_alice(&mut scene);
    refused_up_to(&mut scene, accounts, opened + DELAY);
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
