use anchor_lang::prelude::*;

use super::now;
use crate::error::StakingError;
use crate::events::{Unstaked, emit_by_call};
use crate::state::{Pool, Position};

#[event_cpi]
#[derive(Accounts)]
pub struct Unstake<'info> {
    /// Owns the position.
    pub owner: Signer<'info>,
    #[account(mut)]
    pub pool: AccountLoader<'info, Pool>,
    #[account(
        mut,
        has_one = owner @ StakingError::NotPositionOwner,
        has_one = pool @ StakingError::WrongPool,
    )]
    pub position: AccountLoader<'info, Position>,
}

impl Unstake<'_> {
    pub(crate) fn handler(ctx: Context<Self>, amount: u64) -> Result<()> {
        let event = {
            let pool = &mut *ctx.accounts.pool.load_mut()?;
            let position = &mut *ctx.accounts.position.load_mut()?;
            pool.unstake(position, amount, now()?)?;
            Unstaked::of(ctx.accounts.position.key(), position, pool, amount)
        };
        emit_by_call(&ctx.accounts.event_authority, &event)
    }
}

impl Unstaked {
    /// `amount` was just unstaked.
    pub(super) fn of(key: Pubkey, position: &Position, pool: &Pool, amount: u64) -> Self {
        Self {
            pool: position.pool,
            position: key,
            owner: position.owner,
            tier: position.tier,
            amount,
            staked: position.staked,
            weight: position.share.weight.get(),
            cooling: position.cooling,
            cooled_at: position.cooled_at,
            total: pool.staked,
        }
    }
}
