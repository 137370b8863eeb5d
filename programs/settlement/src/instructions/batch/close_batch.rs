use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::BatchClosed;
use crate::state::{Batch, Config};

#[derive(Accounts)]
pub struct CloseBatch<'info> {
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

impl CloseBatch<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let batch = ctx.accounts.batch.load()?;
        let mut config = ctx.accounts.config.load_mut()?;
        batch.require_turn(&config)?;
        let cancelled = batch.cancelled != 0;
        let now = Clock::get()?.unix_timestamp;
        if !cancelled {
            batch.require_revertible(&config, now)?;
        }
        batch.require_untouched()?;
        config.end_turn(batch.sequence, now);
        emit!(BatchClosed {
            config: batch.config,
            sequence: batch.sequence,
            cancelled,
        });
        Ok(())
    }
}
