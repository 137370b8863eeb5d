//! `apply_deltas` with what the authority did not sign, or with other accounts: nothing changes.

use anchor_lang::error::ErrorCode;
use anchor_lang::{AnchorDeserialize, Discriminator, InstructionData};
use novate_protocol::keccak::keccak256;
use settlement::error::SettlementError;
use settlement::instruction as call;
use settlement::instructions::{ApplyDeltasArgs, Side};
use settlement::state::{Batch, MAX_VAULTS};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;

use super::plan::Plan;
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
pub(super) fn refused<Kind>(scene: &mut Scene, plan: &Plan, call: Instruction, error: impl Reason<Kind>) {
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
