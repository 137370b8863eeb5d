use anchor_lang::prelude::*;

use crate::error::RewardsError;
use crate::events::AuthorityChanged;
use crate::state::Distribution;

#[derive(Accounts)]
pub struct AcceptAuthority<'info> {
    pub proposed_authority: Signer<'info>,
    #[account(mut, has_one = proposed_authority @ RewardsError::NotProposed)]
    pub distribution: AccountLoader<'info, Distribution>,
}

impl AcceptAuthority<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let mut distribution = ctx.accounts.distribution.load_mut()?;
        let (from, to) = (distribution.authority, distribution.proposed_authority);
        distribution.authority = to;
        distribution.proposed_authority = Pubkey::default();
        emit!(AuthorityChanged {
            distribution: ctx.accounts.distribution.key(),
            from,
            to
        });
        Ok(())
    }
}
