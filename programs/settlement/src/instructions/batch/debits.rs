//! Debits of a chunk: each is charged to the session that signed for it.

use anchor_lang::InstructionData;
use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::program::invoke_signed_unchecked;
use session_keys::actions;
use session_keys::instructions::ConsumeManyArgs;
use solana_address::address_eq;

use super::apply_deltas::{ApplyDeltas, ApplyDeltasArgs, Side};
use super::chunk::Chunk;
use super::consent::session_of;
use super::deltas::{Done, Plan};
use crate::error::SettlementError;
use crate::events::Deltas;
use crate::state::{Ledger, OpenBatch};

/// Slot and amount: the bytes of an entry of `consume_many`.
const ENTRY: usize = session_keys::instructions::Entry::LEN;

/// Accounts of `consume_many` before the grants.
const CALLEE_ACCOUNTS: usize = 3;

pub(super) fn apply<'info>(
    accounts: &ApplyDeltas<'info>,
    remaining: &'info [AccountInfo<'info>],
    args: &ApplyDeltasArgs,
) -> Result<()> {
    let batch_account = accounts.batch.as_ref();
    let mut data = batch_account.try_borrow_mut_data()?;
    let OpenBatch {
        batch, mut deltas, ..
    } = OpenBatch::of(&mut data)?;
    batch.require_applicable(&*accounts.config.load()?, Clock::get()?.unix_timestamp)?;
    let chunk = Chunk::<ENTRY>::new(args.first, &args.entries, batch.delta_count)?;
    if chunk.is_done(&deltas, true) {
        return Ok(());
    }
    require!(
        remaining.len() == CALLEE_ACCOUNTS + 2 * chunk.len(),
        SettlementError::WrongAccountCount
    );
    let (ledgers, callee) = remaining.split_at(chunk.len());
    let (_, grants) = callee.split_at(CALLEE_ACCOUNTS);

    let mut vault = accounts.vault.load_mut()?;
    let plan = Plan {
        chunk,
        side: Side::Debit,
        bit: true,
        vault: accounts.vault.key(),
        mint: vault.mint,
        root: batch.deltas_root,
        proof: &args.proof,
        ledgers,
        change: Ledger::subtract,
    };
    let done = plan.run(&mut deltas, |n, [slot, amount @ ..], owner, key| {
        let grants = grants.get(n).ok_or(SettlementError::WrongAccountCount)?;
        session_of(grants, *slot, owner, |_, session| {
            *key = session.key.to_bytes();
            Ok(())
        })?;
        Ok(u64::from_le_bytes(*amount))
    })?;

    if let Some(n) = done.new_of(plan.chunk.len()).next_back() {
        batch.note_debit(plan.chunk.index(n))?;
    }
    batch.deltas_applied = batch.deltas_applied.saturating_add(done.entries.len() as u32);
    vault.debit_for(batch, done.sum)?;
    charge(accounts, &vault.mint, &plan.chunk, &done, callee)?;
    let event = Deltas {
        config: &batch.config,
        sequence: batch.sequence,
        vault: &plan.vault,
        mint: &vault.mint,
        entries: &done.entries,
    };
    event.emit_applied(&accounts.event_authority)
}

/// Charges the debits that are applied now to their sessions, all of them by one call that the config signs.
fn charge<'info>(
    accounts: &ApplyDeltas<'info>,
    mint: &Pubkey,
    chunk: &Chunk<ENTRY>,
    done: &Done,
    callee: &[AccountInfo<'info>],
) -> Result<()> {
    let (head, grants) = callee.split_at(CALLEE_ACCOUNTS);
    // Whoever else signs here would be charged for as a consumer of the sessions, instead of this settlement.
    let consumer = head.first().map(|account| account.key);
    require!(
        consumer.is_some_and(|consumer| address_eq(consumer, accounts.config.as_ref().key)),
        SettlementError::WrongConsumer
    );
    let mut metas = Vec::with_capacity(CALLEE_ACCOUNTS + chunk.len());
    for (account, is_signer) in head.iter().zip([true, false, false]) {
        metas.push(AccountMeta::new_readonly(*account.key, is_signer));
    }
    let charges = if done.skipped.is_empty() {
        metas.extend(grants.iter().map(writable));
        chunk.entries.as_flattened().to_vec()
    } else {
        let new = || done.new_of(chunk.len());
        metas.extend(new().filter_map(|n| grants.get(n)).map(writable));
        let entries = new().filter_map(|n| chunk.entries.get(n));
        entries.flatten().copied().collect()
    };
    let args = ConsumeManyArgs {
        mint: *mint,
        any_of: actions::PAY | actions::BUY,
        charges,
    };
    let call = Instruction {
        program_id: session_keys::ID,
        accounts: metas,
        data: session_keys::instruction::ConsumeMany { args }.data(),
    };
    // A copy: whoever is called may read the config. Nothing else of the slice is borrowed: ledgers and batch
    // are not in it. So the check of every account against every other, which costs more than the charges, is
    // left out.
    let config = *accounts.config.load()?;
    config.with_seeds(|seeds| invoke_signed_unchecked(&call, callee, &[seeds]))?;
    Ok(())
}

fn writable(account: &AccountInfo) -> AccountMeta {
    AccountMeta::new(*account.key, false)
}
