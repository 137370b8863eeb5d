use anchor_lang::prelude::*;

use crate::error::RewardsError;
use crate::events::AuthorityProposed;
use crate::state::Distribution;

#[derive(Accounts)]
pub struct ProposeAuthority<'info> {
    pub creator: Signer<'info>,
    #[account(mut, has_one = creator @ RewardsError::NotCreator)]
    pub distribution: AccountLoader<'info, Distribution>,
}

impl ProposeAuthority<'_> {
    pub(crate) fn handler(ctx: Context<Self>, proposed: Pubkey) -> Result<()> {
        ctx.accounts.distribution.load_mut()?.proposed_authority = proposed;
        emit!(AuthorityProposed {
            distribution: ctx.accounts.distribution.key(),
            proposed
        });
        Ok(())
    }
}
