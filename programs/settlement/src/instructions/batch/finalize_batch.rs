use anchor_lang::prelude::*;

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
        batch.require_turn(&config)?;
        batch.require_complete()?;
        let totals = totals(&batch, ctx.remaining_accounts)?;
        config.settled = batch.sequence;
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

/// What the batch has moved, if these are all its vaults and each is credited with what it was debited.
fn totals<'info>(batch: &Batch, vaults: &'info [AccountInfo<'info>]) -> Result<Vec<BatchTotal>> {
    require_eq!(vaults.len(), batch.vaults as usize, SettlementError::WrongVaults);
    require!(
        vaults.is_sorted_by(|a, b| a.key < b.key),
        SettlementError::WrongVaults
    );
    let total = |account: &'info AccountInfo<'info>| {
        let loader = AccountLoader::<Vault>::try_from(account)?;
        let vault = loader.load()?;
        let is_of_batch = vault.config == batch.config && vault.batch.sequence == batch.sequence;
        require!(is_of_batch, SettlementError::WrongVaults);
        require_eq!(vault.batch.in_flight(), 0, SettlementError::BatchUnbalanced);
        Ok(BatchTotal {
            mint: vault.mint,
            amount: vault.batch.debited,
        })
    };
    vaults.iter().map(total).collect()
}
