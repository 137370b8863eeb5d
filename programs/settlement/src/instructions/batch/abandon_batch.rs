use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::BatchAbandoned;
use crate::state::{Batch, Config};

/// For a batch whose authority signed deltas that do not sum to zero, or not in canonical order, so that it can be
/// neither finished nor taken back. What it has debited and not credited stays in the vault, see `Vault::stranded`.
#[derive(Accounts)]
pub struct AbandonBatch<'info> {
    pub admin: Signer<'info>,
    #[account(mut, has_one = admin @ SettlementError::NotAdmin)]
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

impl AbandonBatch<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let batch = ctx.accounts.batch.load()?;
        let mut config = ctx.accounts.config.load_mut()?;
        batch.require_turn(&config)?;
        require!(batch.is_past_return(), SettlementError::NotPastReturn);
        let delay = config.escape_delay.into();
        let now = Clock::get()?.unix_timestamp;
        require_gt!(
            now,
            batch.opened_at.saturating_add(delay),
            SettlementError::BatchInTime
        );
        config.settled = batch.sequence;
        emit!(BatchAbandoned {
            config: batch.config,
            sequence: batch.sequence,
            deltas_applied: batch.deltas_applied,
            by: ctx.accounts.admin.key(),
        });
        Ok(())
    }
}
