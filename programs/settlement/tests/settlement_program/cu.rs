//! Compute units of every instruction, against `docs/compute-units.md`, and the bounds that they must keep.

use litesvm::types::TransactionResult;
use program_testing::cu::Figures;
use program_testing::units;
use solana_signer::Signer;

use crate::batch::crowd::Crowd;
use crate::batch::plan::Plan;
use crate::batch::scene::Scene;
use crate::market::{self, Market};
use crate::world::*;
use crate::{escape_withdraw, orders};

/// What a figure may be at most, whatever the table says.
#[track_caller]
fn at_most(limit: u64, units: u64) {
    assert!(units <= limit, "{units} of {limit}");
}

#[test]
fn compute_units() {
    let mut figures = Figures::of("settlement");
    tokens_in_and_out(&mut figures);
    roles(&mut figures);
    batches(&mut figures);
    entries(&mut figures);
    items(&mut figures);
    figures.record("checkpoint_orders", &orders::keep_first(&mut World::new()));
    figures.record("order_completed", &orders::prove_one());
    market::cu::record(&mut figures);
    figures.compare();
}

fn tokens_in_and_out(figures: &mut Figures) {
    let mut world = World::untouched();
    let admin = world.admin.insecure_clone();
    figures.record("initialize", &world.initialize(&admin));
    let mint = tokens::mint(&mut world, &anchor_spl::token::ID, &[]);
    let accounts = world.create_vault(mint, anchor_spl::token::ID);
    let created = world.call(accounts, settlement::instruction::CreateVault {}, &[&admin]);
    figures.record("create_vault", &created);
    let owner = world.user();
    let accounts = open_ledger(&owner, &owner.pubkey(), accounts.vault);
    let opened = world.call(accounts, settlement::instruction::OpenLedger {}, &[&owner]);
    figures.record("open_ledger", &opened);

    let mut world = World::new();
    let asset = world.asset();
    let alice = world.depositor(&asset, 1_000);
    at_most(
        8_000,
        figures.record("deposit", &world.deposit(&asset, &alice, 500)),
    );
    at_most(
        8_000,
        figures.record("withdraw", &world.withdraw(&asset, &alice, 100)),
    );
    let (mut world, accounts) = escape_withdraw::ready();
    figures.record("escape_withdraw", &escape_withdraw::escape(&mut world, accounts));

    let mut world = World::new();
    let mint = tokens::mint(
        &mut world,
        &anchor_spl::token_2022::ID,
        &[crate::create_vault::METADATA],
    );
    let asset = world.asset_of(mint, anchor_spl::token_2022::ID);
    let alice = world.depositor(&asset, 1_000);
    let (deposited, withdrawn) = (
        world.deposit(&asset, &alice, 500),
        world.withdraw(&asset, &alice, 100),
    );
    at_most(11_000, units(&deposited));
    at_most(11_000, units(&withdrawn));
    figures.units("deposit_token_2022", units(&deposited));
    figures.units("withdraw_token_2022", units(&withdrawn));
}

fn roles(figures: &mut Figures) {
    let mut world = World::new();
    let (admin, other) = (world.admin.insecure_clone(), world.user());
    let asset = world.asset();
    figures.record("pause", &world.pause(&admin));
    figures.record("unpause", &world.unpause(&admin));
    figures.record("set_limits", &world.set_limits(&admin, LIMITS));
    figures.record("set_fees", &world.set_fees(&admin, 10, other.pubkey()));
    figures.record("set_batch_limit", &world.set_batch_limit(&admin, &asset, 10));
    figures.record("set_guardian", &world.set_guardian(&admin, other.pubkey()));
    figures.record(
        "propose_authority",
        &world.propose_authority(&admin, other.pubkey()),
    );
    figures.record("cancel_authority", &world.cancel_authority(&admin));
    world.propose_authority(&admin, other.pubkey()).unwrap();
    world.advance(LIMITS.authority_delay.into());
    figures.record("activate_authority", &world.activate_authority(&other));
    figures.record("propose_admin", &world.propose_admin(&admin, other.pubkey()));
    figures.record("accept_admin", &world.accept_admin(&other));
}

/// A batch of two debits and a credit: settled, cancelled, taken back and abandoned.
fn batches(figures: &mut Figures) {
    let mut scene = Scene::new();
    let plan = scene.plan();
    at_most(12_000, figures.record("open_batch", &scene.open(&plan)));
    scene.advance(LIMITS.challenge_window.into());
    figures.record("apply_deltas", &scene.apply_chunk(&plan, 0..2));
    scene.apply(&plan, 2..3);
    figures.record("finalize_batch", &scene.finalize(&plan));

    let plan = scene.plan();
    scene.open(&plan).unwrap();
    let guardian = scene.guardian.insecure_clone();
    figures.record("cancel_batch", &scene.cancel(&plan, &guardian));
    figures.record("close_batch", &scene.close(&plan));

    let plan = scene.plan();
    scene.open_for_good(&plan);
    scene.apply(&plan, 0..2);
    scene.advance(LIMITS.settle_window.into());
    figures.record("revert_deltas", &scene.revert_chunk(&plan, 0..2));

    let mut scene = Scene::new();
    let asset = scene.asset;
    let deltas = vec![scene.alice.debit(&asset, 2), scene.bob.credit(&asset, 1)];
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.open_for_good(&plan);
    scene.apply(&plan, 0..2);
    scene.advance(i64::from(LIMITS.settle_window + LIMITS.escape_delay) + 1);
    let admin = scene.admin.insecure_clone();
    figures.record("abandon_batch", &scene.abandon(&plan, &admin));
}

/// What one more entry costs, of 20 against 1, in a tree of 5,000 leaves, and how many fit one transaction.
fn entries(figures: &mut Figures) {
    let mut crowd = Crowd::new();
    let plan = crowd.plan();
    crowd.world.open_for_good(&plan);
    let payer = crowd.world.user();
    let debit = marginal(0, |range| crowd.send(&plan, range, &payer));
    at_most(1_600, debit);
    figures.units("apply_deltas_entry", debit);
    at_most(1_650, debit);
    let chunks = crowd.packed(&plan, plan.debits());
    let most = chunks.iter().map(|chunk| chunk.len()).max().unwrap_or(0);
    assert!(most >= 28, "{most}");
    figures.count("apply_deltas_entries_per_tx", most as u64, "entries");
    for chunk in chunks {
        crowd.send(&plan, chunk, &payer).unwrap();
    }
    let first = plan.credits().start;
    let credit = marginal(first, |range| crowd.send(&plan, range, &payer));
    at_most(900, credit);
    figures.units("apply_deltas_entry_no_session", credit);
    at_most(900, credit);
    let chunks = crowd.packed(&plan, plan.credits());
    let most = chunks.iter().map(|chunk| chunk.len()).max().unwrap_or(0);
    assert!(most >= 58, "{most}");
    figures.count("apply_deltas_entries_per_tx_no_session", most as u64, "entries");
}

fn marginal(first: usize, mut send: impl FnMut(std::ops::Range<usize>) -> TransactionResult) -> u64 {
    let one = units(&send(first..first + 1));
    let twenty = units(&send(first + 1..first + 21));
    (twenty - one) / 19
}

fn items(figures: &mut Figures) {
    let mut market = Market::new();
    let (alice, bob) = (market.trader(0), market.trader(0));
    market.session(&alice.owner, &[], 0);
    // Two, so that there is a way back when one of them is applied.
    let moves = [(); 2].map(|()| {
        let nft = market.item(&alice);
        crate::batch::plan::Move {
            item: nft.item,
            mint: nft.mint,
            from: alice.owner.pubkey(),
            to: bob.owner.pubkey(),
        }
    });
    let plan = Plan::as_given(&market, vec![], moves.to_vec());
    market.open_for_good(&plan);
    figures.record("apply_items", &market.apply_items(&plan, 0..1));
    market.advance(LIMITS.settle_window.into());
    figures.record("revert_items", &market.revert_items(&plan, 0..1));
}
