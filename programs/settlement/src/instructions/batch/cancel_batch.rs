use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::BatchCancelled;
use crate::state::{Batch, Config};

#[derive(Accounts)]
pub struct CancelBatch<'info> {
    pub guardian: Signer<'info>,
    #[account(has_one = guardian @ SettlementError::NotGuardian)]
    pub config: AccountLoader<'info, Config>,
    #[account(mut, has_one = config @ SettlementError::WrongConfig)]
    pub batch: AccountLoader<'info, Batch>,
}

impl CancelBatch<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let mut batch = ctx.accounts.batch.load_mut()?;
        require!(batch.cancelled == 0, SettlementError::BatchCancelled);
        let now = Clock::get()?.unix_timestamp;
        let waiting = batch.is_waiting(&*ctx.accounts.config.load()?);
        require!(waiting || batch.apply_from > now, SettlementError::ChallengeOver);
        // Nothing is applied in the challenge window, but the clock may have gone back into it.
        batch.require_untouched()?;
        batch.cancelled = 1;
        emit!(BatchCancelled {
            config: batch.config,
            sequence: batch.sequence,
            by: ctx.accounts.guardian.key(),
        });
        Ok(())
    }
}
