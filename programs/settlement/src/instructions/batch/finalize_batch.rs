use anchor_lang::prelude::*;

use super::vaults;
use crate::error::SettlementError;
use crate::events::{BatchTotal, NetBatchSettled, emit_by_call};
use crate::state::{Batch, Config, Vault};

/// Its remaining accounts are the vaults that the batch has debited, in ascending order of their addresses.
#[event_cpi]
#[derive(Accounts)]
pub struct FinalizeBatch<'info> {
    #[account(mut)]
    pub config: AccountLoader<'info, Config>,
    #[account(
        mut,
        close = payer,
        has_one = config @ SettlementError::WrongConfig,
        has_one = payer @ SettlementError::WrongPayer,
    )]
    pub batch: AccountLoader<'info, Batch>,
    /// Who opened the batch: gets the rent back.
    /// CHECK: it is the one that the batch names.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
}

impl<'info> FinalizeBatch<'info> {
    pub(crate) fn handler(ctx: Context<'info, Self>) -> Result<()> {
        let batch = *ctx.accounts.batch.load()?;
        let mut config = ctx.accounts.config.load_mut()?;
        let now = Clock::get()?.unix_timestamp;
        // A batch without leaves is complete from the beginning.
        batch.require_applicable(&config, now)?;
        batch.require_complete()?;
        let totals = totals(&batch, ctx.remaining_accounts)?;
        config.end_turn(batch.sequence, now);
        let event = NetBatchSettled {
            config: batch.config,
            sequence: batch.sequence,
            intents_root: batch.intents_root,
            blob_cid: batch.blob_cid.to_vec(),
            intent_count: batch.intent_count,
            delta_count: batch.delta_count,
            item_count: batch.item_count,
            totals,
        };
        emit_by_call(&ctx.accounts.event_authority, 256, &event)
    }
}

/// What the batch has moved, if each of its vaults is credited with what it was debited.
fn totals<'info>(batch: &Batch, accounts: &'info [AccountInfo<'info>]) -> Result<Vec<BatchTotal>> {
    let total = |vault: AccountLoader<'info, Vault>| {
        let vault = vault.load()?;
        require_eq!(vault.batch.in_flight(), 0, SettlementError::BatchUnbalanced);
        Ok(BatchTotal {
            mint: vault.mint,
            amount: vault.batch.debited,
        })
    };
    vaults::of(batch, accounts)?.into_iter().map(total).collect()
}
