use anchor_lang::prelude::*;

use crate::error::StakingError;
use crate::events::AdminAccepted;
use crate::state::Pool;

#[derive(Accounts)]
pub struct AcceptAdmin<'info> {
    /// Whom the admin proposed.
    pub proposed_admin: Signer<'info>,
    #[account(mut, has_one = proposed_admin @ StakingError::NotProposed)]
    pub pool: AccountLoader<'info, Pool>,
}

impl AcceptAdmin<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let pool = &mut *ctx.accounts.pool.load_mut()?;
        let admin = std::mem::take(&mut pool.proposed_admin);
        let previous = std::mem::replace(&mut pool.admin, admin);
        emit!(AdminAccepted {
            pool: ctx.accounts.pool.key(),
            previous,
            admin
        });
        Ok(())
    }
}
