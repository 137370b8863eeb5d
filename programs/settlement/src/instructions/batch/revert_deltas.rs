use anchor_lang::prelude::*;

use super::apply_deltas::Side;
use super::chunk::Chunk;
use super::deltas::Plan;
use crate::error::SettlementError;
use crate::events::Deltas;
use crate::state::{Batch, Config, Ledger, OpenBatch, Vault};

/// The session key and the amount.
const ENTRY: usize = 40;

#[derive(AnchorSerialize, AnchorDeserialize, Clone)]
pub struct RevertDeltasArgs {
    /// Index of the chunk's first leaf.
    pub first: u32,
    /// For each leaf the session key (32 bytes; by now the session may be gone) and the amount that was debited
    /// (`u64`, little-endian).
    pub entries: Vec<u8>,
    /// Range proof of the leaves: 32 bytes a node.
    pub proof: Vec<u8>,
}

/// Its remaining accounts are the ledgers, writable, one for each leaf; the same may come again.
///
/// What was charged to sessions stays charged: their limits bound what is taken, and nothing is given to a key that
/// may be revoked by now.
#[event_cpi]
#[derive(Accounts)]
pub struct RevertDeltas<'info> {
    pub config: AccountLoader<'info, Config>,
    #[account(mut, dup, has_one = config @ SettlementError::WrongConfig)]
    pub batch: AccountLoader<'info, Batch>,
    #[account(mut, dup, has_one = config @ SettlementError::WrongConfig)]
    pub vault: AccountLoader<'info, Vault>,
}

impl<'info> RevertDeltas<'info> {
    pub(crate) fn handler(ctx: Context<'info, Self>, args: RevertDeltasArgs) -> Result<()> {
        let (accounts, ledgers) = (ctx.accounts, ctx.remaining_accounts);
        let mut data = accounts.batch.as_ref().try_borrow_mut_data()?;
        let OpenBatch {
            batch, mut deltas, ..
        } = OpenBatch::of(&mut data)?;
        batch.require_revertible(&*accounts.config.load()?, Clock::get()?.unix_timestamp)?;
        let chunk = Chunk::<ENTRY>::new(args.first, &args.entries, batch.delta_count)?;
        if chunk.is_done(&deltas, false) {
            return Ok(());
        }
        require!(ledgers.len() == chunk.len(), SettlementError::WrongAccountCount);

        let mut vault = accounts.vault.load_mut()?;
        let plan = Plan {
            chunk,
            side: Side::Debit,
            bit: false,
            vault: accounts.vault.key(),
            mint: vault.mint,
            root: batch.deltas_root,
            proof: &args.proof,
            ledgers,
            change: Ledger::add,
        };
        let done = plan.run(&mut deltas, |_, entry, _, session| Ok(read(entry, session)))?;

        let mut entries = done.entries;
        batch.deltas_applied = batch.deltas_applied.saturating_sub(entries.len() as u32);
        vault.revert_for(batch, done.sum)?;
        for entry in &mut entries {
            entry.amount = entry.amount.saturating_neg();
        }
        let event = Deltas {
            config: &batch.config,
            sequence: batch.sequence,
            vault: &plan.vault,
            mint: &vault.mint,
            entries: &entries,
        };
        event.emit_reverted(&accounts.event_authority)
    }
}

/// Writes the session's key and returns the amount.
fn read(entry: &[u8; ENTRY], session: &mut [u8; 32]) -> u64 {
    let (key, rest) = entry.split_at(32);
    let mut amount = [0; 8];
    session.copy_from_slice(key);
    amount.copy_from_slice(rest);
    u64::from_le_bytes(amount)
}
