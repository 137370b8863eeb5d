use anchor_lang::prelude::*;

use super::apply_items::ItemsArgs;
use super::items::{ItemsPlan, change};
use crate::error::SettlementError;
use crate::events::{ItemsReverted, emit_by_call};
use crate::state::{Batch, Config, OpenBatch};

/// Its remaining accounts are as of `apply_items`.
#[event_cpi]
#[derive(Accounts)]
pub struct RevertItems<'info> {
    pub config: AccountLoader<'info, Config>,
    #[account(mut, has_one = config @ SettlementError::WrongConfig)]
    pub batch: AccountLoader<'info, Batch>,
}

impl<'info> RevertItems<'info> {
    pub(crate) fn handler(ctx: Context<'info, Self>, args: ItemsArgs) -> Result<()> {
        let accounts = ctx.accounts;
        let mut data = accounts.batch.as_ref().try_borrow_mut_data()?;
        let OpenBatch { batch, mut items, .. } = OpenBatch::of(&mut data)?;
        batch.require_revertible(Clock::get()?.unix_timestamp)?;
        let plan = ItemsPlan {
            batch,
            args: &args,
            accounts: ctx.remaining_accounts,
            bit: false,
        };
        let entries = change(&plan, &mut items, |item, from, to| {
            item.transfer(to, from, plan.batch.sequence)
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
