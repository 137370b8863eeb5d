//! Credits of a chunk.

use anchor_lang::prelude::*;

use super::apply_deltas::{ApplyDeltas, ApplyDeltasArgs, Side};
use super::chunk::Chunk;
use super::deltas::Plan;
use crate::error::SettlementError;
use crate::events::Deltas;
use crate::state::{Ledger, OpenBatch};

/// The amount.
const ENTRY: usize = 8;

pub(super) fn apply<'info>(
    accounts: &ApplyDeltas<'info>,
    ledgers: &'info [AccountInfo<'info>],
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
    require!(ledgers.len() == chunk.len(), SettlementError::WrongAccountCount);

    let mut vault = accounts.vault.load_mut()?;
    let plan = Plan {
        chunk,
        side: Side::Credit,
        bit: true,
        vault: accounts.vault.key(),
        mint: vault.mint,
        root: batch.deltas_root,
        proof: &args.proof,
        ledgers,
        change: Ledger::add,
    };
    let done = plan.run(&mut deltas, |_, amount, _, _| Ok(u64::from_le_bytes(*amount)))?;

    if let Some(n) = done.new_of(plan.chunk.len()).next() {
        batch.note_credit(plan.chunk.index(n))?;
    }
    let entries = done.entries;
    batch.deltas_applied = batch.deltas_applied.saturating_add(entries.len() as u32);
    vault.credit_for(batch, done.sum)?;
    let event = Deltas {
        config: &batch.config,
        sequence: batch.sequence,
        vault: &plan.vault,
        mint: &vault.mint,
        entries: &entries,
    };
    event.emit_applied(&accounts.event_authority)
}
