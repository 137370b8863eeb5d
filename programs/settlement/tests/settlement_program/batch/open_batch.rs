//! `open_batch`: the header that the authority signed for this settlement, once, in order.

use anchor_lang::AnchorSerialize;
use anchor_lang::error::ErrorCode;
use novate_protocol::batch::BatchHeader;
use settlement::error::SettlementError;
use settlement::events::BatchOpened;
use settlement::state::{Batch, NO_CREDIT};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_transaction::TransactionError;

use super::calls::INSTRUCTIONS;
use super::plan::{Plan, batch_of};
use super::scene::Scene;
use crate::world::*;

#[test]
fn the_signed_header_becomes_the_next_batch() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let done = scene.open(&plan).unwrap();

    let now = scene.now();
    let batch = scene.batch(&plan);
    assert_eq!((batch.config, batch.payer), (scene.config, scene.admin.pubkey()));
    assert_eq!((batch.sequence, batch.opened_at), (1, now));
    assert_eq!(batch.deltas_root, plan.header.deltas_root);
    assert_eq!((batch.apply_from, batch.settle_window), (now + 600, 3_600));
    assert_eq!((batch.delta_count, batch.item_count), (3, 0));
    assert_eq!((batch.deltas_applied, batch.first_credit), (0, NO_CREDIT));
    assert_eq!(scene.data(&plan.address).len(), Batch::space(3, 0));
    assert_eq!((scene.state().opened, scene.state().settled), (1, 0));

    let [event] = events::by_log::<BatchOpened>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.config, event.batch, event.sequence),
        (scene.config, plan.address, 1)
    );
    assert_eq!((event.blob_cid, event.delta_count), (vec![7; 36], 3));
}

#[test]
fn a_stranger_may_open_it_and_several_may_wait() {
    let mut scene = Scene::new();
    let authority = scene.authority.insecure_clone();
    for sequence in 1..=3 {
        let (plan, stranger) = (scene.plan(), scene.user());
        let open = scene.open_batch(&plan, &stranger.pubkey());
        let signed = ed25519::verify(&authority, &plan.header.solana_message());
        scene.send(&[signed, open], &[&stranger]).unwrap();
        assert_eq!(scene.state().opened, sequence);
    }
}

#[test]
fn the_largest_batch_fits_an_account() {
    let mut scene = Scene::new();
    let mut plan = scene.plan();
    plan.header.delta_count = LIMITS.max_deltas;
    plan.header.intent_count = LIMITS.max_intents;
    plan.header.item_count = LIMITS.max_items;
    plan.header.items_root = [9; 32];
    scene.open(&plan).unwrap();
    assert!(Batch::space(settlement::state::MAX_DELTAS, settlement::state::MAX_ITEMS) <= 10_240);
}

#[test]
fn lamports_sent_ahead_do_not_block_it() {
    for lamports in [900_000, 1_000_000_000] {
        let mut scene = Scene::new();
        let plan = scene.plan();
        scene.svm.airdrop(&plan.address, lamports).unwrap();
        scene.open(&plan).unwrap();
        assert_eq!(scene.batch(&plan).sequence, 1);
    }
}

/// The header, changed like this and signed by the authority, is refused, and the config stays as it was.
#[track_caller]
fn refused(change: impl Fn(&mut BatchHeader), error: SettlementError) {
    let mut scene = Scene::new();
    let mut plan = scene.plan();
    change(&mut plan.header);
    plan.address = batch_of(&scene.config, plan.header.sequence);
    let before = scene.data(&scene.config);
    assert_refused_at(scene.open(&plan), 1, error);
    assert_eq!(scene.data(&scene.config), before);
    assert!(!scene.exists(&plan.address));
}

#[test]
fn another_chain_is_refused() {
    for chain in [0, CHAIN + 1, u64::MAX] {
        refused(|header| header.chain = chain, SettlementError::WrongChain);
    }
}

#[test]
fn another_settlement_is_refused() {
    refused(
        |header| header.settlement[31] ^= 1,
        SettlementError::WrongSettlement,
    );
    refused(
        |header| header.settlement = [0; 32],
        SettlementError::WrongSettlement,
    );
}

#[test]
fn another_sequence_than_the_next_is_refused() {
    for sequence in [0, 2, u64::MAX] {
        refused(
            |header| header.sequence = sequence,
            SettlementError::WrongSequence,
        );
    }
}

#[test]
fn the_same_sequence_again_is_refused_open_or_over() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    scene.open_for_good(&plan);
    assert_refused_at(scene.open(&plan), 1, SettlementError::WrongSequence);
    scene.apply(&plan, 0..3);
    scene.finalize(&plan).unwrap();
    assert_refused_at(scene.open(&plan), 1, SettlementError::WrongSequence);
}

#[test]
fn counts_out_of_bounds_are_refused() {
    let error = SettlementError::CountOutOfBounds;
    refused(|header| header.intent_count = 0, error);
    refused(|header| header.intent_count = LIMITS.max_intents + 1, error);
    for count in [LIMITS.max_deltas + 1, u32::MAX] {
        refused(|header| header.delta_count = count, error);
    }
    for count in [LIMITS.max_items + 1, u32::MAX] {
        refused(|header| header.item_count = count, error);
    }
}

#[test]
fn a_count_of_zero_goes_with_the_empty_root_and_no_other() {
    let error = SettlementError::RootMismatch;
    refused(|header| header.delta_count = 0, error);
    refused(|header| header.deltas_root = [0; 32], error);
    refused(|header| header.item_count = 1, error);
    refused(|header| header.items_root = [1; 32], error);
    refused(|header| header.intents_root = [0; 32], error);
}

#[test]
fn a_batch_whose_debts_cancel_out_is_opened() {
    let mut scene = Scene::new();
    let plan = Plan::as_given(&scene, vec![], vec![]);
    scene.open_for_good(&plan);
    scene.finalize(&plan).unwrap();
}

/// Other bytes, signed by the authority, are refused.
#[track_caller]
fn refused_message(message: &[u8], error: SettlementError) {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let authority = scene.authority.insecure_clone();
    assert_refused_at(scene.open_signed(&plan, &authority, message), 1, error);
}

#[test]
fn an_unknown_version_is_refused() {
    let message = Scene::new().plan().header.solana_message();
    for version in [*b"0\n", *b"2\n", *b"11", *b"1 "] {
        let mut message = message;
        message[14..16].copy_from_slice(&version);
        refused_message(&message, SettlementError::UnknownVersion);
    }
}

#[test]
fn other_messages_of_the_authority_are_refused() {
    let header = Scene::new().plan().header;
    let message = header.solana_message();
    let body = borsh(&header);
    let wrong = SettlementError::WrongMessage;
    refused_message(&[b"Novate order v1\n", body.as_slice()].concat(), wrong);
    refused_message(&body, wrong);
    refused_message(&message[..message.len() - 1], wrong);
    refused_message(&[message.as_slice(), &[0]].concat(), wrong);
    refused_message(&[], wrong);
}

fn borsh(header: &BatchHeader) -> Vec<u8> {
    let mut bytes = Vec::new();
    AnchorSerialize::serialize(header, &mut bytes).unwrap();
    bytes
}

#[test]
fn another_key_is_refused() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let message = plan.header.solana_message();
    for signer in [
        scene.admin.insecure_clone(),
        scene.guardian.insecure_clone(),
        scene.key(),
    ] {
        let result = scene.open_signed(&plan, &signer, &message);
        assert_refused_at(result, 1, SettlementError::WrongAuthority);
    }
}

#[test]
fn a_wrong_signature_fails_the_transaction() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let (payer, authority) = (scene.admin.insecure_clone(), scene.authority.insecure_clone());
    let message = plan.header.solana_message();
    let forged = ed25519::verify_signature(&authority, &message, &[1; 64]);
    let open = scene.open_batch(&plan, &payer.pubkey());
    assert!(scene.send(&[forged, open], &[&payer]).is_err());
    assert!(!scene.exists(&plan.address));
}

/// The batch is not opened when it stands behind these instructions.
#[track_caller]
fn not_signed(scene: &mut Scene, plan: &Plan, before: &[Instruction]) {
    let payer = scene.admin.insecure_clone();
    let mut all = before.to_vec();
    all.push(scene.open_batch(plan, &payer.pubkey()));
    let result = scene.send(&all, &[&payer]);
    assert_refused_at(result, before.len() as u8, SettlementError::NotSigned);
}

#[test]
fn without_a_signature_right_before_it_is_refused() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let signed = ed25519::verify(&scene.authority, &plan.header.solana_message());
    let other = solana_system_interface::instruction::transfer(&scene.admin.pubkey(), &scene.config, 1);
    not_signed(&mut scene, &plan, &[]);
    not_signed(&mut scene, &plan, std::slice::from_ref(&other));
    not_signed(&mut scene, &plan, &[signed, other]);
}

#[test]
fn two_signatures_or_none_in_the_instruction_are_refused() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let signed = ed25519::verify(&scene.authority, &plan.header.solana_message());
    // Two of the same: the second group of offsets stands behind the first, so all of them move by its length.
    let mut offsets: [u8; 14] = signed.data[2..16].try_into().unwrap();
    for at in [0, 4, 8] {
        let offset = u16::from_le_bytes([offsets[at], offsets[at + 1]]) + 14;
        offsets[at..at + 2].copy_from_slice(&offset.to_le_bytes());
    }
    let data = [&[2, 0], offsets.as_slice(), &offsets, &signed.data[16..]].concat();
    not_signed(
        &mut scene,
        &plan,
        &[Instruction {
            data,
            ..signed.clone()
        }],
    );
    let none = Instruction {
        data: vec![0, 0],
        ..signed
    };
    not_signed(&mut scene, &plan, &[none]);
}

/// Where `instruction` keeps which instruction holds the signature, the key and the message.
const SIGNATURE_AT: usize = 2 + 2;
const KEY_AT: usize = 2 + 6;
const MESSAGE_AT: usize = 2 + 12;

/// Instruction 0 is verified and harmless. So is `lying`, behind it, because one part of what it verifies is what
/// instruction 0 has in that place, and not its own bytes there, which say that the authority signed the header.
#[track_caller]
fn part_of_another(scene: &mut Scene, plan: &Plan, harmless: Instruction, mut lying: Instruction, at: usize) {
    let unchanged = lying.clone();
    lying.data[at..at + 2].copy_from_slice(&0u16.to_le_bytes());
    not_signed(scene, plan, &[harmless.clone(), lying]);
    // Its own bytes alone are no signature.
    let payer = scene.admin.insecure_clone();
    let open = scene.open_batch(plan, &payer.pubkey());
    let failed = scene.send(&[harmless, unchanged, open], &[&payer]).unwrap_err();
    let invalid = InstructionError::Custom(2); // InvalidSignature, of `PrecompileError`
    assert_eq!(failed.err, TransactionError::InstructionError(1, invalid));
}

#[test]
fn a_key_in_another_instruction_does_not_count() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let (mallory, message) = (scene.key(), plan.header.solana_message());
    let harmless = ed25519::verify(&mallory, &message);
    let signature = mallory.sign_message(&message);
    let lying = ed25519::verify_signature(&scene.authority, &message, signature.as_array());
    part_of_another(&mut scene, &plan, harmless, lying, KEY_AT);
}

#[test]
fn a_message_in_another_instruction_does_not_count() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let earlier = BatchHeader {
        blob_cid: [8; 36],
        ..plan.header
    };
    let harmless = ed25519::verify(&scene.authority, &earlier.solana_message());
    let signature = scene.authority.sign_message(&earlier.solana_message());
    let message = plan.header.solana_message();
    let lying = ed25519::verify_signature(&scene.authority, &message, signature.as_array());
    part_of_another(&mut scene, &plan, harmless, lying, MESSAGE_AT);
}

#[test]
fn a_signature_in_another_instruction_does_not_count() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let message = plan.header.solana_message();
    let harmless = ed25519::verify(&scene.authority, &message);
    let lying = ed25519::verify_signature(&scene.authority, &message, &[0; 64]);
    part_of_another(&mut scene, &plan, harmless, lying, SIGNATURE_AT);
}

#[test]
fn all_parts_in_another_instruction_do_not_count() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let message = plan.header.solana_message();
    let harmless = ed25519::verify(&scene.key(), &message);
    let mut lying = ed25519::verify_signature(&scene.authority, &message, &[0; 64]);
    for at in [SIGNATURE_AT, KEY_AT, MESSAGE_AT] {
        lying.data[at..at + 2].copy_from_slice(&0u16.to_le_bytes());
    }
    not_signed(&mut scene, &plan, &[harmless, lying]);
}

#[test]
fn a_forged_sysvar_is_refused() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let payer = scene.admin.insecure_clone();
    let signed = ed25519::verify(&scene.authority, &plan.header.solana_message());
    let mut open = scene.open_batch(&plan, &payer.pubkey());
    let sysvar = open
        .accounts
        .iter_mut()
        .find(|meta| meta.pubkey == INSTRUCTIONS)
        .unwrap();
    sysvar.pubkey = scene.asset.vault;
    let result = scene.send(&[signed, open], &[&payer]);
    assert_refused_at(result, 1, InstructionError::UnsupportedSysvar);
}

#[test]
fn another_address_than_the_derived_one_is_refused() {
    let mut scene = Scene::new();
    let mut plan = scene.plan();
    plan.address = batch_of(&scene.config, 2);
    assert_refused_at(scene.open(&plan), 1, SettlementError::WrongAddress);
}

#[test]
fn a_pause_stops_it() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let guardian = scene.guardian.insecure_clone();
    scene.pause(&guardian).unwrap();
    assert_refused_at(scene.open(&plan), 1, SettlementError::Paused);
}

#[test]
fn something_that_is_not_a_config_is_refused() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    scene.world.config = scene.asset.vault;
    assert_refused_at(scene.open(&plan), 1, ErrorCode::AccountDiscriminatorMismatch);
}

#[test]
fn a_message_for_the_new_authority_counts_from_its_activation_on() {
    let mut scene = Scene::new();
    let new = Keypair::new();
    let (admin, anybody) = (scene.admin.insecure_clone(), scene.user());
    scene.propose_authority(&admin, new.pubkey()).unwrap();
    scene.advance(LIMITS.authority_delay.into());
    let plan = scene.plan();
    let message = plan.header.solana_message();
    assert_refused_at(
        scene.open_signed(&plan, &new, &message),
        1,
        SettlementError::WrongAuthority,
    );
    scene.activate_authority(&anybody).unwrap();
    assert_refused_at(scene.open(&plan), 1, SettlementError::WrongAuthority);
    scene.open_signed(&plan, &new, &message).unwrap();
}
