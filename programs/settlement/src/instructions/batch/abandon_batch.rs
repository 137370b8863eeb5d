use anchor_lang::prelude::*;

use super::vaults;
use crate::error::SettlementError;
use crate::events::{BatchAbandoned, BatchTotal, emit_by_call};
use crate::state::{ANYBODY_ABANDONS_AFTER, Batch, Config, Vault};

/// For a batch whose authority signed deltas that do not sum to zero, or not in canonical order, so that it can be
/// neither finished nor taken back. What it has debited and not credited stays in the vaults, see `Vault::stranded`.
///
/// Its remaining accounts are the vaults that the batch has debited, writable, in ascending order of their addresses.
#[event_cpi]
#[derive(Accounts)]
pub struct AbandonBatch<'info> {
    /// The admin; [`ANYBODY_ABANDONS_AFTER`] later anybody.
    pub by: Signer<'info>,
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

impl<'info> AbandonBatch<'info> {
    pub(crate) fn handler(ctx: Context<'info, Self>) -> Result<()> {
        let batch = *ctx.accounts.batch.load()?;
        let mut config = ctx.accounts.config.load_mut()?;
        batch.require_turn(&config)?;
        require!(batch.is_past_return(), SettlementError::NotPastReturn);
        let now = Clock::get()?.unix_timestamp;
        let until = may_be_finished_until(&batch, &config, ctx.accounts.by.key);
        require_gt!(now, until, SettlementError::TooEarlyToAbandon);
        let stranded = strand(&batch, ctx.remaining_accounts)?;
        config.end_turn(batch.sequence, now);
        let event = BatchAbandoned {
            config: batch.config,
            sequence: batch.sequence,
            deltas_applied: batch.deltas_applied,
            stranded,
            by: ctx.accounts.by.key(),
        };
        emit_by_call(&ctx.accounts.event_authority, 256, &event)
    }
}

/// How long `by` has to leave everybody time to finish the batch, in Unix seconds.
fn may_be_finished_until(batch: &Batch, config: &Config, by: &Pubkey) -> i64 {
    let until = batch
        .revert_from(config)
        .saturating_add(config.escape_delay.into());
    match *by == config.admin {
        true => until,
        false => until.saturating_add(ANYBODY_ABANDONS_AFTER),
    }
}

/// Gives up what the batch has debited and not credited.
fn strand<'info>(batch: &Batch, accounts: &'info [AccountInfo<'info>]) -> Result<Vec<BatchTotal>> {
    let strand = |vault: AccountLoader<'info, Vault>| {
        let mut vault = vault.load_mut()?;
        let amount = vault.strand()?;
        Ok(BatchTotal {
            mint: vault.mint,
            amount,
        })
    };
    vaults::of(batch, accounts)?.into_iter().map(strand).collect()
}
