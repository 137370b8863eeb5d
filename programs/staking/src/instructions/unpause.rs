use anchor_lang::prelude::*;

use super::{Administer, now};
use crate::events::Unpaused;

impl Administer<'_> {
    pub(crate) fn unpause(ctx: Context<Self>) -> Result<()> {
        let pool = &mut *ctx.accounts.pool.load_mut()?;
        pool.unpause(now()?)?;
        emit!(Unpaused {
            pool: ctx.accounts.pool.key(),
            by: ctx.accounts.admin.key()
        });
        Ok(())
    }
}
