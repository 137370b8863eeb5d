use anchor_lang::prelude::*;

use super::chunk::Chunk;
use super::items::{ItemsPlan, holders};
use crate::error::SettlementError;
use crate::events::{ItemsReverted, emit_by_call};
use crate::state::{Batch, Config, OpenBatch};

/// The holder before and the holder after.
const ENTRY: usize = 64;

#[derive(AnchorSerialize, AnchorDeserialize, Clone)]
pub struct RevertItemsArgs {
    /// Index of the chunk's first leaf.
    pub first: u32,
    /// For each leaf the holder before the batch and the holder after: 32 bytes each.
    pub entries: Vec<u8>,
    /// Range proof of the leaves: 32 bytes a node.
    pub proof: Vec<u8>,
}

/// Its remaining accounts are the items, writable, one for each leaf.
#[event_cpi]
#[derive(Accounts)]
pub struct RevertItems<'info> {
    pub config: AccountLoader<'info, Config>,
    #[account(mut, has_one = config @ SettlementError::WrongConfig)]
    pub batch: AccountLoader<'info, Batch>,
}

impl<'info> RevertItems<'info> {
    pub(crate) fn handler(ctx: Context<'info, Self>, args: RevertItemsArgs) -> Result<()> {
        let accounts = ctx.accounts;
        let mut data = accounts.batch.as_ref().try_borrow_mut_data()?;
        let OpenBatch { batch, mut items, .. } = OpenBatch::of(&mut data)?;
        batch.require_revertible(&*accounts.config.load()?, Clock::get()?.unix_timestamp)?;
        let chunk = Chunk::<ENTRY>::new(args.first, &args.entries, batch.item_count)?;
        if chunk.is_done(&items, false) {
            return Ok(());
        }
        let moved = ctx.remaining_accounts;
        require!(moved.len() == chunk.len(), SettlementError::WrongAccountCount);

        let plan = ItemsPlan {
            batch,
            chunk,
            proof: &args.proof,
            items: moved,
            bit: false,
        };
        let entries = plan.run(&mut items, holders, |item, moved| {
            item.transfer(&moved.to, &moved.from, batch.sequence)
        })?;
        batch.items_applied = batch.items_applied.saturating_sub(entries.len() as u32);
        let event = ItemsReverted {
            config: batch.config,
            sequence: batch.sequence,
            entries,
        };
        emit_by_call(&accounts.event_authority, 256, &event)
    }
}
