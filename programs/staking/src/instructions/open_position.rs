use anchor_lang::prelude::*;

use crate::events::PositionOpened;
use crate::seeds::POSITION_SEED;
use crate::state::{Pool, Position};

#[derive(Accounts)]
#[instruction(tier: u8)]
pub struct OpenPosition<'info> {
    /// Will own the position, and pays the rent.
    #[account(mut)]
    pub owner: Signer<'info>,
    pub pool: AccountLoader<'info, Pool>,
    /// The new position.
    #[account(
        init,
        payer = owner,
        space = Position::SPACE,
        seeds = [POSITION_SEED, pool.key().as_ref(), owner.key().as_ref(), &[tier]],
        bump,
    )]
    pub position: AccountLoader<'info, Position>,
    pub system_program: Program<'info, System>,
}

impl OpenPosition<'_> {
    pub(crate) fn handler(ctx: Context<Self>, tier: u8) -> Result<()> {
        let (pool, owner) = (ctx.accounts.pool.key(), ctx.accounts.owner.key());
        ctx.accounts.pool.load()?.tiers.get(tier)?;
        *ctx.accounts.position.load_init()? = Position::new(pool, owner, tier);
        emit!(PositionOpened {
            pool,
            position: ctx.accounts.position.key(),
            owner,
            tier,
        });
        Ok(())
    }
}
