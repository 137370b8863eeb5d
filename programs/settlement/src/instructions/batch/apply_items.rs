use anchor_lang::prelude::*;

use super::items::{ItemsPlan, change};
use crate::error::SettlementError;
use crate::events::{ItemsApplied, emit_by_call};
use crate::state::{Batch, Config, OpenBatch};

#[derive(AnchorSerialize, AnchorDeserialize, Clone)]
pub struct ItemsArgs {
    /// Index of the chunk's first leaf.
    pub first: u32,
    /// For each leaf the holder before the batch and the holder after: 32 bytes each.
    pub entries: Vec<u8>,
    /// Range proof of the leaves: 32 bytes a node.
    pub proof: Vec<u8>,
}

/// Its remaining accounts are the items, writable, one for each leaf. The `asset` of an item's leaf is its mint, the
/// `token_id` is zeros: a mint is one item.
#[event_cpi]
#[derive(Accounts)]
pub struct ApplyItems<'info> {
    pub config: AccountLoader<'info, Config>,
    #[account(mut, has_one = config @ SettlementError::WrongConfig)]
    pub batch: AccountLoader<'info, Batch>,
}

impl<'info> ApplyItems<'info> {
    pub(crate) fn handler(ctx: Context<'info, Self>, args: ItemsArgs) -> Result<()> {
        let accounts = ctx.accounts;
        let mut data = accounts.batch.as_ref().try_borrow_mut_data()?;
        let OpenBatch { batch, mut items, .. } = OpenBatch::of(&mut data)?;
        let config = accounts.config.load()?;
        batch.require_applicable(&config, Clock::get()?.unix_timestamp)?;
        let plan = ItemsPlan {
            batch,
            args: &args,
            accounts: ctx.remaining_accounts,
            bit: true,
        };
        let entries = change(&plan, &mut items, |item, from, to| {
            item.require_free(from, config.settled)?;
            item.transfer(from, to, plan.batch.sequence)
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
