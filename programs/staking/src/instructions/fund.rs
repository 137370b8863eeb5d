use anchor_lang::prelude::*;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};

use super::now;
use crate::error::StakingError;
use crate::events::{Funded, emit_by_call};
use crate::state::Pool;
use crate::tokens::Transfer;

#[event_cpi]
#[derive(Accounts)]
pub struct Fund<'info> {
    /// May spend from `source`.
    pub admin: Signer<'info>,
    #[account(
        mut,
        has_one = admin @ StakingError::NotAdmin,
        has_one = reward_mint @ StakingError::WrongMint,
        has_one = rewards @ StakingError::WrongVault,
    )]
    pub pool: AccountLoader<'info, Pool>,
    /// CHECK: it is the mint that the pool was made for.
    pub reward_mint: UncheckedAccount<'info>,
    /// The token account to take from.
    /// CHECK: the token program requires that it is of this mint and that the admin may spend from it.
    #[account(mut)]
    pub source: UncheckedAccount<'info>,
    /// The token account with the pool's rewards.
    #[account(mut)]
    pub rewards: InterfaceAccount<'info, TokenAccount>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl Fund<'_> {
    fn validate(&self, amount: u64) -> Result<()> {
        require_gt!(amount, 0, StakingError::ZeroAmount);
        self.pool.load()?.require_open()
    }

    pub(crate) fn handler(ctx: Context<Self>, amount: u64) -> Result<()> {
        let accounts = &mut *ctx.accounts;
        accounts.validate(amount)?;
        let transfer = Transfer {
            token_program: &accounts.token_program,
            mint: &accounts.reward_mint,
            decimals: accounts.pool.load()?.reward_decimals,
            amount,
        };
        let arrived = transfer.take(&accounts.source, &accounts.admin, &mut accounts.rewards)?;
        let event = {
            let pool = &mut *accounts.pool.load_mut()?;
            pool.fund(arrived, now()?)?;
            pool.require_rewards(accounts.rewards.amount)?;
            Funded {
                pool: accounts.pool.key(),
                amount: arrived,
                duration: pool.stream.seconds_left,
                funded: pool.stream.funded,
            }
        };
        emit_by_call(&ctx.accounts.event_authority, &event)
    }
}
