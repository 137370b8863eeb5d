use anchor_lang::prelude::*;

use super::Administer;
use crate::error::StakingError;
use crate::events::GuardianSet;

impl Administer<'_> {
    pub(crate) fn set_guardian(ctx: Context<Self>, guardian: Pubkey) -> Result<()> {
        require_keys_neq!(guardian, Pubkey::default(), StakingError::MissingKey);
        ctx.accounts.pool.load_mut()?.guardian = guardian;
        emit!(GuardianSet {
            pool: ctx.accounts.pool.key(),
            guardian
        });
        Ok(())
    }
}
