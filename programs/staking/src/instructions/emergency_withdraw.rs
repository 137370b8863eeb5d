use anchor_lang::prelude::*;

use super::{Withdraw, now};
use crate::events::{EmergencyWithdrawn, emit_by_call};
use crate::tokens::Transfer;

impl Withdraw<'_> {
    /// Pays all stake of the position, and takes its rewards back.
    pub(crate) fn in_emergency(ctx: Context<Self>) -> Result<()> {
        let accounts = &mut *ctx.accounts;
        let (signer, decimals, event) = {
            let pool = &mut *accounts.pool.load_mut()?;
            let position = &mut *accounts.position.load_mut()?;
            let destination = accounts.destination.key();
            pool.require_outside(&destination)?;
            let (amount, forfeited) = pool.forfeit(position, now()?)?;
            let event = EmergencyWithdrawn {
                pool: position.pool,
                position: accounts.position.key(),
                owner: position.owner,
                destination,
                amount,
                forfeited,
                total: pool.staked,
            };
            (pool.signer(), pool.stake_decimals, event)
        };
        let transfer = Transfer {
            token_program: &accounts.token_program,
            mint: &accounts.stake_mint,
            decimals,
            amount: event.amount,
        };
        let pool = (accounts.pool.to_account_info(), signer);
        transfer.pay(&mut accounts.stakes, &accounts.destination, pool)?;
        accounts.pool.load()?.require_stakes(accounts.stakes.amount)?;
        emit_by_call(&ctx.accounts.event_authority, &event)
    }
}
