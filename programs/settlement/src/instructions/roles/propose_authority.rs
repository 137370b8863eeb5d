use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::AuthorityProposed;
use crate::state::Config;

#[derive(Accounts)]
pub struct ProposeAuthority<'info> {
    pub admin: Signer<'info>,
    #[account(mut, has_one = admin @ SettlementError::NotAdmin)]
    pub config: AccountLoader<'info, Config>,
}

impl ProposeAuthority<'_> {
    pub(crate) fn handler(ctx: Context<Self>, pending_authority: Pubkey) -> Result<()> {
        require_keys_neq!(pending_authority, Pubkey::default(), SettlementError::MissingKey);
        let mut config = ctx.accounts.config.load_mut()?;
        let delay = config.authority_delay.into();
        let from = Clock::get()?.unix_timestamp.saturating_add(delay);
        config.pending_authority = pending_authority;
        config.authority_from = from;
        emit!(AuthorityProposed {
            config: ctx.accounts.config.key(),
            pending_authority,
            from,
        });
        Ok(())
    }
}
