//! `apply_deltas` with what the authority did not sign, or an owner did not allow: nothing changes.

use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::Clock;
use anchor_lang::{AnchorDeserialize, Discriminator, InstructionData};
use novate_protocol::keccak::keccak256;
use session_keys::actions::{self, APPROVE, BUY, CANCEL, LIST, PAY};
use session_keys::error::SessionKeysError;
use session_keys::instructions::{CreateSessionArgs, RevokeSessionArgs};
use settlement::error::SettlementError;
use settlement::instruction as call;
use settlement::instructions::{ApplyDeltasArgs, Side};
use settlement::state::{Batch, MAX_VAULTS};
use solana_address::Address;
use solana_instruction::error::InstructionError;
use solana_instruction::{AccountMeta, Instruction};
use solana_signer::Signer;

use super::plan::{Delta, Plan};
use super::scene::{Scene, Trader};
use crate::world::*;

/// Where accounts of `apply_deltas` stand, for a chunk of two debits.
const CONFIG: usize = 0;
const VAULT: usize = 2;
const LEDGER: usize = 5;
const CONSUMER: usize = 7;
const SESSION_KEYS: usize = 9;
const GRANTS: usize = 10;

/// Sends the call, which must be refused and change nothing.
#[track_caller]
fn refused<Kind>(scene: &mut Scene, plan: &Plan, call: Instruction, error: impl Reason<Kind>) {
    let stranger = scene.user();
    let before = (
        scene.balances(),
        scene.data(&plan.address),
        scene.data(&scene.asset.vault),
    );
    assert_refused(scene.send(&[call], &[&stranger]), error);
    let after = (
        scene.balances(),
        scene.data(&plan.address),
        scene.data(&scene.asset.vault),
    );
    assert_eq!(before, after);
}

/// The chunk of both debits with other arguments.
fn with_args(call: &Instruction, change: impl FnOnce(&mut ApplyDeltasArgs)) -> Instruction {
    let data = call.data.strip_prefix(call::ApplyDeltas::DISCRIMINATOR).unwrap();
    let mut args = ApplyDeltasArgs::try_from_slice(data).unwrap();
    change(&mut args);
    Instruction {
        data: call::ApplyDeltas { args }.data(),
        ..call.clone()
    }
}

/// The chunk of both debits with other arguments is refused.
#[track_caller]
fn refused_args(change: impl FnOnce(&mut ApplyDeltasArgs), error: SettlementError) {
    let (mut scene, plan) = Scene::with_open();
    let apply = with_args(&scene.apply_deltas(&plan, 0..2), change);
    refused(&mut scene, &plan, apply, error);
}

/// The chunk of both debits with another account is refused.
#[track_caller]
fn refused_account<Kind>(at: usize, instead: impl FnOnce(&mut Scene) -> Address, error: impl Reason<Kind>) {
    let (mut scene, plan) = Scene::with_open();
    let mut apply = scene.apply_deltas(&plan, 0..2);
    apply.accounts[at].pubkey = instead(&mut scene);
    refused(&mut scene, &plan, apply, error);
}

#[test]
fn an_amount_that_was_not_signed_is_refused() {
    for amount in [0u64, 99, 101, u64::MAX] {
        let (mut scene, plan) = Scene::with_open();
        let apply = with_args(&scene.apply_deltas(&plan, 2..3), |args| {
            args.entries = amount.to_le_bytes().to_vec();
        });
        scene.apply(&plan, 0..2);
        let error = match amount {
            u64::MAX => SettlementError::Overflow,
            _ => SettlementError::WrongProof,
        };
        refused(&mut scene, &plan, apply, error);
    }
    refused_args(|args| args.entries[1] ^= 1, SettlementError::WrongProof);
}

#[test]
fn a_corrupt_proof_is_refused() {
    let (mut scene, plan) = Scene::with_open();
    let chunk = scene.apply_deltas(&plan, 0..1);
    let len = plan.delta_proof(&(0..1)).len();
    for at in 0..len {
        let apply = with_args(&chunk, |args| args.proof[at] ^= 1);
        refused(&mut scene, &plan, apply, SettlementError::WrongProof);
    }
    for cut in [1, 31, 32, len] {
        let apply = with_args(&chunk, |args| args.proof.truncate(len - cut));
        refused(&mut scene, &plan, apply, SettlementError::WrongProof);
    }
    for more in [1, 32] {
        let apply = with_args(&chunk, |args| args.proof.resize(len + more, 0));
        refused(&mut scene, &plan, apply, SettlementError::WrongProof);
    }
}

#[test]
fn leaves_at_another_index_are_refused() {
    let (mut scene, plan) = Scene::with_open();
    let chunk = scene.apply_deltas(&plan, 0..1);
    let apply = with_args(&chunk, |args| args.first = 1);
    refused(&mut scene, &plan, apply, SettlementError::WrongProof);
}

#[test]
fn leaves_behind_the_last_are_refused() {
    for first in [2, 3, u32::MAX - 1, u32::MAX] {
        refused_args(|args| args.first = first, SettlementError::LeafOutOfRange);
    }
}

#[test]
fn a_malformed_chunk_is_refused() {
    let error = SettlementError::MalformedChunk;
    refused_args(|args| args.entries.clear(), error);
    refused_args(|args| args.entries.truncate(17), error);
    refused_args(|args| args.entries.push(0), error);
}

#[test]
fn a_debit_is_no_credit() {
    refused_args(
        |args| {
            args.side = Side::Credit;
            args.entries = [100u64.to_le_bytes(), 20u64.to_le_bytes()].concat();
        },
        SettlementError::WrongAccountCount,
    );
    let (mut scene, plan) = Scene::with_open();
    let mut apply = with_args(&scene.apply_deltas(&plan, 0..2), |args| {
        args.side = Side::Credit;
        args.entries = [100u64.to_le_bytes(), 20u64.to_le_bytes()].concat();
    });
    apply.accounts.truncate(CONSUMER);
    refused(&mut scene, &plan, apply, SettlementError::WrongProof);
}

#[test]
fn an_inner_node_is_no_leaf() {
    // Sorted pairs and a leaf's own index: a proof that is one short leads nowhere.
    let (mut scene, plan) = Scene::with_open();
    let inner = keccak256(&[&[1; 32], &[2; 32]]);
    let apply = with_args(&scene.apply_deltas(&plan, 0..2), |args| {
        args.proof = inner.to_vec()
    });
    refused(&mut scene, &plan, apply, SettlementError::WrongProof);
}

#[test]
fn too_few_or_too_many_accounts_are_refused() {
    let (mut scene, plan) = Scene::with_open();
    let chunk = scene.apply_deltas(&plan, 0..2);
    for len in LEDGER..chunk.accounts.len() {
        let mut apply = chunk.clone();
        apply.accounts.truncate(len);
        refused(&mut scene, &plan, apply, SettlementError::WrongAccountCount);
    }
    let mut apply = chunk;
    apply.accounts.push(apply.accounts[LEDGER].clone());
    refused(&mut scene, &plan, apply, SettlementError::WrongAccountCount);
}

#[test]
fn a_ledger_of_another_owner_is_refused() {
    let carol = |scene: &mut Scene| scene.carol.depositor.ledger;
    refused_account(LEDGER, carol, SettlementError::WrongGrants);
}

#[test]
fn a_ledger_of_another_vault_is_refused() {
    let other = |scene: &mut Scene| {
        let other = scene.world.asset();
        let owner = scene.alice.depositor.owner.insecure_clone();
        scene.world.ledger(&other, &owner)
    };
    refused_account(LEDGER, other, SettlementError::WrongVault);
}

#[test]
fn what_is_no_ledger_is_refused() {
    let config = |scene: &mut Scene| scene.config;
    refused_account(LEDGER, config, ErrorCode::AccountDidNotDeserialize);
    let missing = |scene: &mut Scene| scene.address();
    refused_account(LEDGER, missing, ErrorCode::AccountOwnedByWrongProgram);
    let foreign = |scene: &mut Scene| {
        let ledger = scene.alice.depositor.ledger;
        scene.copy_of(&ledger, session_keys::ID)
    };
    refused_account(LEDGER, foreign, ErrorCode::AccountOwnedByWrongProgram);
}

#[test]
fn grants_of_another_owner_are_refused() {
    let bob = |scene: &mut Scene| scene.bob.session.grants;
    refused_account(GRANTS, bob, SettlementError::WrongGrants);
}

#[test]
fn what_are_no_grants_is_refused() {
    let foreign = |scene: &mut Scene| {
        let grants = scene.alice.session.grants;
        scene.copy_of(&grants, settlement::ID)
    };
    refused_account(GRANTS, foreign, ErrorCode::AccountOwnedByWrongProgram);
    let missing = |scene: &mut Scene| scene.address();
    refused_account(GRANTS, missing, ErrorCode::AccountOwnedByWrongProgram);
}

#[test]
fn another_vault_of_the_settlement_is_refused() {
    let other = |scene: &mut Scene| scene.world.asset().vault;
    refused_account(VAULT, other, SettlementError::WrongVault);
}

#[test]
fn another_settlement_is_refused() {
    let other = |scene: &mut Scene| {
        let admin = scene.user();
        scene.initialize(&admin).unwrap();
        config_of(&admin.pubkey())
    };
    refused_account(CONFIG, other, SettlementError::WrongConfig);
}

#[test]
fn nobody_but_the_config_charges_the_sessions() {
    let vault = |scene: &mut Scene| scene.asset.vault;
    refused_account(CONSUMER, vault, SettlementError::WrongConsumer);
    let program = |_: &mut Scene| settlement::ID;
    refused_account(SESSION_KEYS, program, InstructionError::MissingAccount);
}

#[test]
fn a_session_that_does_not_sign_for_the_leaf_is_refused() {
    let (mut scene, plan) = Scene::with_open();
    let owner = scene.alice.depositor.owner.insecure_clone();
    let asset = scene.asset;
    let second = scene.session(&owner, &[asset], 500);
    let apply = with_args(&scene.apply_deltas(&plan, 0..2), |args| {
        args.entries[0] = second.slot
    });
    refused(&mut scene, &plan, apply, SettlementError::WrongProof);
    for slot in [2, u8::MAX] {
        let apply = with_args(&scene.apply_deltas(&plan, 0..2), |args| args.entries[0] = slot);
        refused(&mut scene, &plan, apply, SettlementError::NoSuchSession);
    }
}

/// The authority signs for debits of Alice, and a credit of Bob by as much; they are refused.
#[track_caller]
fn refused_debits<Kind>(mut scene: Scene, debits: Vec<Delta>, error: impl Reason<Kind>) {
    let sum: i128 = debits.iter().map(|delta| -delta.amount).sum();
    let count = debits.len();
    let mut deltas = debits;
    deltas.push(scene.bob.credit(&scene.asset, sum as u64));
    let plan = Plan::as_given(&scene, deltas, vec![]);
    scene.open_for_good(&plan);
    let apply = scene.apply_deltas(&plan, 0..count);
    refused(&mut scene, &plan, apply, error);
}

#[test]
fn more_than_the_session_allows_is_refused() {
    let scene = Scene::new();
    let debit = scene.alice.debit(&scene.asset, 501);
    refused_debits(scene, vec![debit], SessionKeysError::OverLimit);
}

#[test]
fn more_than_the_ledger_holds_is_refused() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let owner = scene.alice.depositor.owner.insecure_clone();
    let large = scene.session(&owner, &[asset], 10_000);
    let debit = Delta::debit(&asset, scene.alice.address(), large, 1_001);
    refused_debits(scene, vec![debit], SettlementError::InsufficientBalance);
}

#[test]
fn more_than_the_ledger_holds_in_two_debits_is_refused() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let owner = scene.alice.depositor.owner.insecure_clone();
    let large = scene.session(&owner, &[asset], 10_000);
    let address = scene.alice.address();
    let debits = vec![
        scene.alice.debit(&asset, 500),
        Delta::debit(&asset, address, large, 501),
    ];
    refused_debits(scene, debits, SettlementError::InsufficientBalance);
}

#[test]
fn a_debit_of_zero_is_refused() {
    let scene = Scene::new();
    let debit = scene.alice.debit(&scene.asset, 0);
    refused_debits(scene, vec![debit], SessionKeysError::ZeroAmount);
}

#[test]
fn a_session_that_is_over_is_refused() {
    let mut scene = Scene::new();
    let debit = scene.alice.debit(&scene.asset, 10);
    scene.advance(86_400 - i64::from(LIMITS.challenge_window));
    refused_debits(scene, vec![debit], SessionKeysError::SessionExpired);
}

/// A second session of Alice's, which allows these actions.
fn session_for(scene: &mut Scene, actions: u32) -> Session {
    let (key, asset) = (scene.address(), scene.asset);
    let owner = scene.alice.depositor.owner.insecure_clone();
    let mut create = scene.create_session(&owner, key, &[asset], 500);
    let discriminator = session_keys::instruction::CreateSession::DISCRIMINATOR;
    let args = create.data.strip_prefix(discriminator).unwrap();
    let args = CreateSessionArgs {
        actions,
        ..CreateSessionArgs::try_from_slice(args).unwrap()
    };
    create.data = session_keys::instruction::CreateSession { args }.data();
    scene.send(&[create], &[&owner]).unwrap();
    Session {
        slot: 1,
        key,
        ..scene.alice.session
    }
}

#[test]
fn a_session_that_allows_neither_to_pay_nor_to_buy_is_refused() {
    for actions in [LIST, CANCEL, APPROVE, actions::ALL - PAY - BUY] {
        let mut scene = Scene::new();
        let session = session_for(&mut scene, actions);
        let debit = Delta::debit(&scene.asset, scene.alice.address(), session, 10);
        refused_debits(scene, vec![debit], SessionKeysError::ActionNotAllowed);
    }
}

#[test]
fn a_session_that_allows_to_pay_or_to_buy_is_charged() {
    for actions in [PAY, BUY] {
        let mut scene = Scene::new();
        let (session, asset) = (session_for(&mut scene, actions), scene.asset);
        let deltas = vec![
            Delta::debit(&asset, scene.alice.address(), session, 10),
            scene.bob.credit(&asset, 10),
        ];
        let plan = Plan::as_given(&scene, deltas, vec![]);
        scene.open_for_good(&plan);
        scene.apply_chunk(&plan, 0..1).unwrap();
        assert_eq!(scene.spent(&session, &asset), 10);
    }
}

/// Alice takes back what she has granted; both calls for it take the same accounts.
fn take_back(scene: &mut Scene, call: impl InstructionData) {
    let owner = scene.alice.depositor.owner.insecure_clone();
    let call = Instruction {
        program_id: session_keys::ID,
        accounts: vec![
            AccountMeta::new_readonly(owner.pubkey(), true),
            AccountMeta::new(scene.alice.session.grants, false),
            AccountMeta::new_readonly(event_authority(session_keys::ID), false),
            AccountMeta::new_readonly(session_keys::ID, false),
        ],
        data: call.data(),
    };
    scene.send(&[call], &[&owner]).unwrap();
}

/// Alice takes her session back.
fn revoke(scene: &mut Scene) {
    let args = RevokeSessionArgs {
        key: scene.alice.session.key,
    };
    take_back(scene, session_keys::instruction::RevokeSession { args });
}

/// Alice takes all her sessions back.
fn revoke_all(scene: &mut Scene) {
    take_back(scene, session_keys::instruction::RevokeAll {});
}

#[test]
fn a_session_that_is_revoked_is_refused() {
    let mut scene = Scene::new();
    let debit = scene.alice.debit(&scene.asset, 10);
    revoke(&mut scene);
    refused_debits(scene, vec![debit], SessionKeysError::SessionRevoked);
}

#[test]
fn a_session_of_an_epoch_that_is_over_is_refused() {
    let mut scene = Scene::new();
    let debit = scene.alice.debit(&scene.asset, 10);
    revoke_all(&mut scene);
    refused_debits(scene, vec![debit], SessionKeysError::EpochOver);
}

#[test]
fn a_session_that_is_revoked_between_two_chunks_of_a_slot_is_refused_in_the_second() {
    type Case = (fn(&mut Scene), SessionKeysError);
    let cases: [Case; 2] = [
        (revoke, SessionKeysError::SessionRevoked),
        (revoke_all, SessionKeysError::EpochOver),
    ];
    for (withdraw_consent, error) in cases {
        let mut scene = Scene::new();
        let asset = scene.asset;
        let deltas = vec![
            scene.alice.debit(&asset, 10),
            scene.alice.debit(&asset, 20),
            scene.bob.credit(&asset, 30),
        ];
        let plan = Plan::as_given(&scene, deltas, vec![]);
        scene.open_for_good(&plan);
        scene.apply_chunk(&plan, 0..1).unwrap();
        let slot = scene.svm.get_sysvar::<Clock>().slot;
        withdraw_consent(&mut scene);
        let apply = scene.apply_deltas(&plan, 1..2);
        refused(&mut scene, &plan, apply, error);
        assert_eq!(scene.svm.get_sysvar::<Clock>().slot, slot);
        assert_eq!(scene.spent(&scene.alice.session, &asset), 10);
    }
}

#[test]
fn a_session_for_another_settlement_is_refused() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let owner = scene.alice.depositor.owner.insecure_clone();
    let config = std::mem::replace(&mut scene.world.config, config_of(&SYSTEM_PROGRAM));
    let elsewhere = scene.session(&owner, &[asset], 500);
    scene.world.config = config;
    let debit = Delta::debit(&asset, scene.alice.address(), elsewhere, 10);
    refused_debits(scene, vec![debit], SessionKeysError::NotConsumer);
}

#[test]
fn a_session_without_a_limit_for_the_mint_is_refused() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let owner = scene.alice.depositor.owner.insecure_clone();
    let nothing = scene.session(&owner, &[], 500);
    let debit = Delta::debit(&asset, scene.alice.address(), nothing, 10);
    refused_debits(scene, vec![debit], SessionKeysError::NoLimit);
}

#[test]
fn more_than_the_vaults_limit_for_a_batch_is_refused() {
    let mut scene = Scene::new();
    let asset = scene.asset;
    let admin = scene.admin.insecure_clone();
    scene.set_batch_limit(&admin, &asset, 119).unwrap();
    let plan = scene.plan();
    scene.open_for_good(&plan);
    scene.apply_chunk(&plan, 0..1).unwrap();
    let apply = scene.apply_deltas(&plan, 1..2);
    refused(&mut scene, &plan, apply, SettlementError::OverBatchLimit);
    scene.set_batch_limit(&admin, &asset, 120).unwrap();
    scene.apply_chunk(&plan, 1..2).unwrap();
}

#[test]
fn more_than_32_vaults_are_refused() {
    let (mut scene, plan) = Scene::with_open();
    // The batch is edited, as if it had debited 32 others.
    let at = 8 + std::mem::offset_of!(Batch, vaults);
    scene.overwrite(&plan.address, at, &MAX_VAULTS.to_le_bytes());
    let apply = scene.apply_deltas(&plan, 0..2);
    refused(&mut scene, &plan, apply, SettlementError::TooManyVaults);
    scene.overwrite(&plan.address, at, &(MAX_VAULTS - 1).to_le_bytes());
    scene.apply_chunk(&plan, 0..2).unwrap();
}

#[test]
fn a_trader_of_another_settlement_is_not_reached() {
    let (mut scene, plan) = Scene::with_open();
    let (admin, here) = (scene.user(), scene.config);
    scene.initialize(&admin).unwrap();
    let mine = std::mem::replace(&mut scene.world.admin, admin.insecure_clone());
    scene.world.config = config_of(&admin.pubkey());
    let asset = scene.world.asset();
    let victim = Trader::new(&mut scene.world, &asset);
    (scene.world.config, scene.world.admin) = (here, mine);
    let mut apply = scene.apply_deltas(&plan, 0..1);
    apply.accounts[VAULT].pubkey = asset.vault;
    apply.accounts[LEDGER].pubkey = victim.depositor.ledger;
    refused(&mut scene, &plan, apply, SettlementError::WrongConfig);
}
