use anchor_lang::prelude::*;

use super::chunk::Chunk;
use super::consent;
use super::items::{ItemsPlan, holders};
use crate::error::SettlementError;
use crate::events::{ItemsApplied, emit_by_call};
use crate::state::{Batch, Config, OpenBatch};

/// The slot, the holder before and the holder after.
const ENTRY: usize = 65;

#[derive(AnchorSerialize, AnchorDeserialize, Clone)]
pub struct ApplyItemsArgs {
    /// Index of the chunk's first leaf.
    pub first: u32,
    /// For each leaf the slot of the session by which the holder lets the item go, in the holder's grants (`u8`);
    /// the holder before the batch and the holder after (32 bytes each).
    pub entries: Vec<u8>,
    /// Range proof of the leaves: 32 bytes a node.
    pub proof: Vec<u8>,
}

/// Its remaining accounts:
/// - the items, writable, one for each leaf. The `asset` of an item's leaf is its mint, the `token_id` is zeros: a
///   mint is one item;
/// - the holders' grants, one for each leaf; the same may come again.
#[event_cpi]
#[derive(Accounts)]
pub struct ApplyItems<'info> {
    pub config: AccountLoader<'info, Config>,
    #[account(mut, has_one = config @ SettlementError::WrongConfig)]
    pub batch: AccountLoader<'info, Batch>,
}

impl<'info> ApplyItems<'info> {
    pub(crate) fn handler(ctx: Context<'info, Self>, args: ApplyItemsArgs) -> Result<()> {
        let (accounts, remaining) = (ctx.accounts, ctx.remaining_accounts);
        let mut data = accounts.batch.as_ref().try_borrow_mut_data()?;
        let OpenBatch { batch, mut items, .. } = OpenBatch::of(&mut data)?;
        let config = accounts.config.load()?;
        let now = Clock::get()?.unix_timestamp;
        batch.require_applicable(&config, now)?;
        let chunk = Chunk::<ENTRY>::new(args.first, &args.entries, batch.item_count)?;
        if chunk.is_done(&items, true) {
            return Ok(());
        }
        require!(
            remaining.len() == 2 * chunk.len(),
            SettlementError::WrongAccountCount
        );
        let (moved, grants) = remaining.split_at(chunk.len());

        let plan = ItemsPlan {
            batch,
            chunk,
            proof: &args.proof,
            items: moved,
            bit: true,
        };
        let read = |[_, bytes @ ..]: &[u8; ENTRY]| holders(bytes);
        let entries = plan.run(&mut items, read, |item, moved| {
            item.require_free(&moved.from, config.settled)?;
            let slot = plan.chunk.entries.get(moved.position).map(|[slot, ..]| *slot);
            let consent = grants.get(moved.position).zip(slot);
            let (grants, slot) = consent.ok_or(SettlementError::WrongAccountCount)?;
            consent::require_to_list(grants, slot, &moved.from, &batch.config, now)?;
            item.transfer(&moved.from, &moved.to, batch.sequence)
        })?;
        batch.items_applied = batch.items_applied.saturating_add(entries.len() as u32);
        let event = ItemsApplied {
            config: batch.config,
            sequence: batch.sequence,
            entries,
        };
        emit_by_call(&accounts.event_authority, 256, &event)
    }
}
