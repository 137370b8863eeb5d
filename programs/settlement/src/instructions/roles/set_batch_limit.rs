use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::BatchLimitChanged;
use crate::state::{Config, MAX_BATCH_LIMIT, Vault};

#[derive(Accounts)]
pub struct SetBatchLimit<'info> {
    pub admin: Signer<'info>,
    #[account(has_one = admin @ SettlementError::NotAdmin)]
    pub config: AccountLoader<'info, Config>,
    #[account(mut, has_one = config @ SettlementError::WrongConfig)]
    pub vault: AccountLoader<'info, Vault>,
}

impl SetBatchLimit<'_> {
    pub(crate) fn handler(ctx: Context<Self>, batch_limit: u64) -> Result<()> {
        require_gte!(MAX_BATCH_LIMIT, batch_limit, SettlementError::LimitOutOfBounds);
        ctx.accounts.vault.load_mut()?.batch_limit = batch_limit;
        emit!(BatchLimitChanged {
            vault: ctx.accounts.vault.key(),
            batch_limit,
        });
        Ok(())
    }
}
