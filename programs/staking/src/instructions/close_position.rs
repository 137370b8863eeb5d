use anchor_lang::prelude::*;

use super::now;
use crate::error::StakingError;
use crate::events::PositionClosed;
use crate::state::{Pool, Position};

#[derive(Accounts)]
pub struct ClosePosition<'info> {
    /// Owns the position, and gets the rent back.
    #[account(mut)]
    pub owner: Signer<'info>,
    #[account(mut)]
    pub pool: AccountLoader<'info, Pool>,
    #[account(
        mut,
        close = owner,
        has_one = owner @ StakingError::NotPositionOwner,
        has_one = pool @ StakingError::WrongPool,
    )]
    pub position: AccountLoader<'info, Position>,
}

impl ClosePosition<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let pool = &mut *ctx.accounts.pool.load_mut()?;
        let position = &mut *ctx.accounts.position.load_mut()?;
        require!(position.is_empty(), StakingError::PositionNotEmpty);
        // The fraction of a base unit that could not be paid goes back to the pool.
        pool.drop_rewards(position, now()?)?;
        emit!(PositionClosed {
            pool: position.pool,
            position: ctx.accounts.position.key(),
            owner: position.owner,
            tier: position.tier,
        });
        Ok(())
    }
}
