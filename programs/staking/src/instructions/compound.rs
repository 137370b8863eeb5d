use anchor_lang::prelude::*;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};

use super::now;
use crate::error::StakingError;
use crate::events::{Compounded, emit_by_call};
use crate::state::{Pool, Position};
use crate::tokens::Payment;

#[event_cpi]
#[derive(Accounts)]
pub struct Compound<'info> {
    /// Owns the position.
    pub owner: Signer<'info>,
    #[account(
        mut,
        has_one = stake_mint @ StakingError::WrongMint,
        has_one = stakes @ StakingError::WrongVault,
        has_one = rewards @ StakingError::WrongVault,
    )]
    pub pool: AccountLoader<'info, Pool>,
    #[account(
        mut,
        has_one = owner @ StakingError::NotPositionOwner,
        has_one = pool @ StakingError::WrongPool,
    )]
    pub position: AccountLoader<'info, Position>,
    /// Of stake and rewards alike.
    /// CHECK: it is the mint that the pool was made for.
    pub stake_mint: UncheckedAccount<'info>,
    /// The token account with the pool's stake.
    #[account(mut)]
    pub stakes: Box<InterfaceAccount<'info, TokenAccount>>,
    /// The token account with the pool's rewards.
    #[account(mut)]
    pub rewards: Box<InterfaceAccount<'info, TokenAccount>>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl Compound<'_> {
    fn validate(&self) -> Result<()> {
        let pool = self.pool.load()?;
        pool.require_open()?;
        require_keys_eq!(pool.stake_mint, pool.reward_mint, StakingError::NotCompoundable);
        Ok(())
    }

    /// Moves tokens from the rewards to the stake.
    fn transfer(&mut self, amount: u64) -> Result<()> {
        let payment = Payment {
            pool: &self.pool,
            token_program: &self.token_program,
            mint: &self.stake_mint,
            vault: &mut self.rewards,
            destination: &self.stakes.to_account_info(),
        };
        payment.pay_rewards(amount)?;
        self.stakes.reload()?;
        self.pool.load()?.require_stakes(self.stakes.amount)
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        ctx.accounts.validate()?;
        let event = {
            let pool = &mut *ctx.accounts.pool.load_mut()?;
            let position = &mut *ctx.accounts.position.load_mut()?;
            let now = now()?;
            let amount = pool.claim(position, now)?;
            require_gt!(amount, 0, StakingError::NothingEarned);
            pool.stake(position, amount, now)?;
            Compounded {
                pool: position.pool,
                position: ctx.accounts.position.key(),
                owner: position.owner,
                tier: position.tier,
                amount,
                staked: position.staked,
                weight: position.share.weight.get(),
                unlocks_at: position.unlocks_at,
                total: pool.staked,
                paid: pool.stream.paid,
            }
        };
        ctx.accounts.transfer(event.amount)?;
        emit_by_call(&ctx.accounts.event_authority, &event)
    }
}
