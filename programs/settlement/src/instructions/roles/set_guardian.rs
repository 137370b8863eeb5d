use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::GuardianChanged;
use crate::state::Config;

#[derive(Accounts)]
pub struct SetGuardian<'info> {
    pub admin: Signer<'info>,
    #[account(mut, has_one = admin @ SettlementError::NotAdmin)]
    pub config: AccountLoader<'info, Config>,
}

impl SetGuardian<'_> {
    pub(crate) fn handler(ctx: Context<Self>, guardian: Pubkey) -> Result<()> {
        require_keys_neq!(guardian, Pubkey::default(), SettlementError::MissingKey);
        ctx.accounts.config.load_mut()?.guardian = guardian;
        emit!(GuardianChanged {
            config: ctx.accounts.config.key(),
            guardian,
        });
        Ok(())
    }
}
