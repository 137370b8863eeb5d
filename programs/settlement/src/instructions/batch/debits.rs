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
        ledgers,
        change: Ledger::subtract,
    };
    let mut done = plan.run(&mut deltas, |n, [slot, amount @ ..], owner| {
        let session = session_at(grants.get(n), *slot, owner)?;
        Ok((session, u64::from_le_bytes(*amount)))
    })?;
    plan.chunk.require_proved(
        &batch.deltas_root,
        batch.delta_count,
        &mut done.hashes,
        &args.proof,
    )?;

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

/// Key of the session in a slot of the owner's grants.
fn session_at(grants: Option<&AccountInfo>, slot: u8, owner: &Pubkey) -> Result<Pubkey> {
    let grants = grants.ok_or(SettlementError::WrongAccountCount)?;
    if !address_eq(grants.owner, &session_keys::ID) {
        return err!(ErrorCode::AccountOwnedByWrongProgram);
    }
    let data = grants.try_borrow_data()?;
    let (grants, sessions) = session_keys::state::view(&data)?;
    if !address_eq(&grants.owner, owner) {
        return err!(SettlementError::WrongGrants);
    }
    let session = sessions.get(usize::from(slot));
    Ok(session.ok_or(SettlementError::NoSuchSession)?.key)
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
