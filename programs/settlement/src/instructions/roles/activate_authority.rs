use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::AuthorityChanged;
use crate::state::Config;

#[derive(Accounts)]
pub struct ActivateAuthority<'info> {
    #[account(mut)]
    pub config: AccountLoader<'info, Config>,
}

impl ActivateAuthority<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let mut config = ctx.accounts.config.load_mut()?;
        let authority = config.pending_authority;
        require_keys_neq!(authority, Pubkey::default(), SettlementError::NothingProposed);
        let now = Clock::get()?.unix_timestamp;
        require_gte!(now, config.authority_from, SettlementError::TooEarly);
        config.authority = authority;
        config.pending_authority = Pubkey::default();
        emit!(AuthorityChanged {
            config: ctx.accounts.config.key(),
            authority,
        });
        Ok(())
    }
}
