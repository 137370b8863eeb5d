use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::{AdminChanged, AuthorityCancelled};
use crate::state::Config;

/// What the admin before has proposed as authority goes with that admin.
#[derive(Accounts)]
pub struct AcceptAdmin<'info> {
    /// Whom the admin has proposed. Nobody can sign for the zeros that say "nobody".
    pub pending_admin: Signer<'info>,
    #[account(mut, has_one = pending_admin @ SettlementError::NotPendingAdmin)]
    pub config: AccountLoader<'info, Config>,
}

impl AcceptAdmin<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let admin = ctx.accounts.pending_admin.key();
        let mut config = ctx.accounts.config.load_mut()?;
        config.admin = admin;
        config.pending_admin = Pubkey::default();
        let pending_authority = std::mem::take(&mut config.pending_authority);
        emit!(AdminChanged {
            config: ctx.accounts.config.key(),
            admin,
        });
        if pending_authority != Pubkey::default() {
            emit!(AuthorityCancelled {
                config: ctx.accounts.config.key(),
                pending_authority,
                by: admin,
            });
        }
        Ok(())
    }
}
