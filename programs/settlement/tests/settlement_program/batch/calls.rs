//! The calls by which anybody brings a batch about.

use std::ops::Range;

use anchor_lang::{InstructionData, ToAccountMetas};
use litesvm::types::TransactionResult;
use settlement::accounts;
use settlement::instruction as call;
use settlement::instructions::{ApplyDeltasArgs, ApplyItemsArgs, RevertDeltasArgs, RevertItemsArgs, Side};
use settlement::state::Batch;
use solana_address::Address;
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_signer::Signer;

use super::plan::Plan;
use crate::world::*;

/// The sysvar with the instructions of the transaction.
pub const INSTRUCTIONS: Address = solana_sdk_ids::sysvar::instructions::ID;

impl World {
    /// Opens the batch, signed by the authority and paid by the admin.
    pub fn open(&mut self, plan: &Plan) -> TransactionResult {
        let authority = self.authority.insecure_clone();
        self.open_signed(plan, &authority, &plan.header.solana_message())
    }

    /// Opens the batch with another message or signature.
    pub fn open_signed(&mut self, plan: &Plan, signer: &Keypair, message: &[u8]) -> TransactionResult {
        let payer = self.admin.insecure_clone();
        let open = self.open_batch(plan, &payer.pubkey());
        self.send(&[ed25519::verify(signer, message), open], &[&payer])
    }

    /// Opens the batch and lets the challenge window pass.
    pub fn open_for_good(&mut self, plan: &Plan) {
        self.open(plan).unwrap();
        self.advance(LIMITS.challenge_window.into());
    }

    /// Applies everything, in order.
    pub fn settle(&mut self, plan: &Plan) {
        self.open_for_good(plan);
        self.apply(plan, plan.debits());
        if !plan.moves.is_empty() {
            self.apply_items(plan, 0..plan.moves.len()).unwrap();
        }
        self.apply(plan, plan.credits());
        self.finalize(plan).unwrap();
    }

    /// Applies these leaves, one transaction for each asset and side.
    pub fn apply(&mut self, plan: &Plan, range: Range<usize>) {
        for chunk in plan.chunks(range) {
            self.apply_chunk(plan, chunk).unwrap();
        }
    }

    /// A stranger applies these leaves of one asset and side.
    pub fn apply_chunk(&mut self, plan: &Plan, range: Range<usize>) -> TransactionResult {
        let stranger = self.user();
        let apply = self.apply_deltas(plan, range);
        self.send(&[apply], &[&stranger])
    }

    pub fn apply_items(&mut self, plan: &Plan, range: Range<usize>) -> TransactionResult {
        let stranger = self.user();
        let apply = self.apply_items_call(plan, range);
        self.send(&[apply], &[&stranger])
    }

    pub fn revert_chunk(&mut self, plan: &Plan, range: Range<usize>) -> TransactionResult {
        let stranger = self.user();
        let revert = self.revert_deltas(plan, range);
        self.send(&[revert], &[&stranger])
    }

    pub fn revert_items(&mut self, plan: &Plan, range: Range<usize>) -> TransactionResult {
        let stranger = self.user();
        let revert = self.revert_items_call(plan, range);
        self.send(&[revert], &[&stranger])
    }

    pub fn finalize(&mut self, plan: &Plan) -> TransactionResult {
        let stranger = self.user();
        let finalize = self.finalize_batch(plan);
        self.send(&[finalize], &[&stranger])
    }

    pub fn cancel(&mut self, plan: &Plan, guardian: &Keypair) -> TransactionResult {
        let accounts = accounts::CancelBatch {
            guardian: guardian.pubkey(),
            config: self.config,
            batch: plan.address,
        };
        self.call(accounts, call::CancelBatch {}, &[guardian])
    }

    pub fn close(&mut self, plan: &Plan) -> TransactionResult {
        let stranger = self.user();
        let accounts = accounts::CloseBatch {
            config: self.config,
            batch: plan.address,
            payer: self.admin.pubkey(),
        };
        self.call(accounts, call::CloseBatch {}, &[&stranger])
    }

    pub fn abandon(&mut self, plan: &Plan, by: &Keypair) -> TransactionResult {
        let abandon = self.abandon_batch(plan, &by.pubkey());
        self.send(&[abandon], &[by])
    }

    pub fn batch(&self, plan: &Plan) -> Batch {
        self.read_zero_copy(&plan.address)
    }

    pub fn open_batch(&self, plan: &Plan, payer: &Address) -> Instruction {
        let accounts = accounts::OpenBatch {
            payer: *payer,
            config: self.config,
            batch: plan.address,
            instructions: INSTRUCTIONS,
            system_program: SYSTEM_PROGRAM,
        };
        instruction(accounts, call::OpenBatch {})
    }

    pub fn apply_deltas(&self, plan: &Plan, range: Range<usize>) -> Instruction {
        let deltas = &plan.deltas[range.clone()];
        let first = &deltas[0];
        let mut entries = Vec::new();
        let mut remaining: Vec<_> = deltas
            .iter()
            .map(|d| AccountMeta::new(d.ledger(), false))
            .collect();
        if first.session.is_some() {
            remaining.extend([
                AccountMeta::new_readonly(self.config, false),
                AccountMeta::new_readonly(event_authority(session_keys::ID), false),
                AccountMeta::new_readonly(session_keys::ID, false),
            ]);
        }
        for delta in deltas {
            if let Some(session) = delta.session {
                entries.push(session.slot);
                remaining.push(AccountMeta::new(session.grants, false));
            }
            entries.extend(delta.size());
        }
        let args = ApplyDeltasArgs {
            first: range.start as u32,
            side: match first.session {
                Some(_) => Side::Debit,
                None => Side::Credit,
            },
            entries,
            proof: plan.delta_proof(&range),
        };
        let accounts = accounts::ApplyDeltas {
            config: self.config,
            batch: plan.address,
            vault: first.asset.vault,
            event_authority: event_authority(settlement::ID),
            program: settlement::ID,
        };
        with_remaining(accounts, call::ApplyDeltas { args }, remaining)
    }

    pub fn revert_deltas(&self, plan: &Plan, range: Range<usize>) -> Instruction {
        let deltas = &plan.deltas[range.clone()];
        let entry = |delta: &super::plan::Delta| {
            let session = delta.session.map(|session| session.key).unwrap_or_default();
            [session.as_ref(), &delta.size()].concat()
        };
        let args = RevertDeltasArgs {
            first: range.start as u32,
            entries: deltas.iter().flat_map(entry).collect(),
            proof: plan.delta_proof(&range),
        };
        let accounts = accounts::RevertDeltas {
            config: self.config,
            batch: plan.address,
            vault: deltas[0].asset.vault,
            event_authority: event_authority(settlement::ID),
            program: settlement::ID,
        };
        let remaining = deltas.iter().map(|d| AccountMeta::new(d.ledger(), false));
        with_remaining(accounts, call::RevertDeltas { args }, remaining.collect())
    }

    /// Each item with the newest session of its holder.
    pub fn apply_items_call(&self, plan: &Plan, range: Range<usize>) -> Instruction {
        let moves = &plan.moves[range.clone()];
        let entry = |m: &super::plan::Move| {
            let slot = [self.newest_slot(&m.from)];
            [&slot[..], m.from.as_ref(), m.to.as_ref()].concat()
        };
        let args = ApplyItemsArgs {
            first: range.start as u32,
            entries: moves.iter().flat_map(entry).collect(),
            proof: plan.item_proof(&range),
        };
        let accounts = accounts::ApplyItems {
            config: self.config,
            batch: plan.address,
            event_authority: event_authority(settlement::ID),
            program: settlement::ID,
        };
        let items = moves.iter().map(|m| AccountMeta::new(m.item, false));
        let grants = moves
            .iter()
            .map(|m| AccountMeta::new_readonly(grants_of(&m.from), false));
        let remaining = items.chain(grants).collect();
        with_remaining(accounts, call::ApplyItems { args }, remaining)
    }

    pub fn revert_items_call(&self, plan: &Plan, range: Range<usize>) -> Instruction {
        let moves = &plan.moves[range.clone()];
        let entry = |m: &super::plan::Move| [m.from.as_ref(), m.to.as_ref()].concat();
        let args = RevertItemsArgs {
            first: range.start as u32,
            entries: moves.iter().flat_map(entry).collect(),
            proof: plan.item_proof(&range),
        };
        let accounts = accounts::RevertItems {
            config: self.config,
            batch: plan.address,
            event_authority: event_authority(settlement::ID),
            program: settlement::ID,
        };
        let items = moves.iter().map(|m| AccountMeta::new(m.item, false));
        with_remaining(accounts, call::RevertItems { args }, items.collect())
    }

    pub fn abandon_batch(&self, plan: &Plan, by: &Address) -> Instruction {
        let accounts = accounts::AbandonBatch {
            by: *by,
            config: self.config,
            batch: plan.address,
            payer: self.admin.pubkey(),
            event_authority: event_authority(settlement::ID),
            program: settlement::ID,
        };
        let vaults = plan.vaults().into_iter();
        let remaining = vaults.map(|vault| AccountMeta::new(vault, false));
        with_remaining(accounts, call::AbandonBatch {}, remaining.collect())
    }

    pub fn finalize_batch(&self, plan: &Plan) -> Instruction {
        let accounts = accounts::FinalizeBatch {
            config: self.config,
            batch: plan.address,
            payer: self.admin.pubkey(),
            event_authority: event_authority(settlement::ID),
            program: settlement::ID,
        };
        let vaults = plan.vaults().into_iter();
        let remaining = vaults.map(|vault| AccountMeta::new_readonly(vault, false));
        with_remaining(accounts, call::FinalizeBatch {}, remaining.collect())
    }
}

fn with_remaining(
    accounts: impl ToAccountMetas,
    data: impl InstructionData,
    remaining: Vec<AccountMeta>,
) -> Instruction {
    let mut call = instruction(accounts, data);
    call.accounts.extend(remaining);
    call
}
