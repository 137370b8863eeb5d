use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::AuthorityCancelled;
use crate::state::Config;

#[derive(Accounts)]
pub struct CancelAuthority<'info> {
    /// The guardian or the admin.
    pub by: Signer<'info>,
    #[account(mut)]
    pub config: AccountLoader<'info, Config>,
}

impl CancelAuthority<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let by = ctx.accounts.by.key();
        let mut config = ctx.accounts.config.load_mut()?;
        config.require_guardian(&by)?;
        let pending_authority = config.pending_authority;
        require_keys_neq!(
            pending_authority,
            Pubkey::default(),
            SettlementError::NothingProposed
        );
        config.pending_authority = Pubkey::default();
        emit!(AuthorityCancelled {
            config: ctx.accounts.config.key(),
            pending_authority,
            by,
        });
        Ok(())
    }
}
