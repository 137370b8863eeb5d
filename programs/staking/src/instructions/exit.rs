use anchor_lang::prelude::*;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};

use super::now;
use crate::error::StakingError;
use crate::events::{Claimed, Unstaked, Withdrawn, emit_by_call};
use crate::state::{Pool, Position};
use crate::tokens::Payment;

#[event_cpi]
#[derive(Accounts)]
pub struct Exit<'info> {
    /// Owns the position.
    pub owner: Signer<'info>,
    #[account(
        mut,
        has_one = stake_mint @ StakingError::WrongMint,
        has_one = reward_mint @ StakingError::WrongMint,
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
    /// CHECK: it is the mint that the pool was made for.
    pub stake_mint: UncheckedAccount<'info>,
    /// CHECK: it is the mint that the pool was made for.
    pub reward_mint: UncheckedAccount<'info>,
    /// The token account to pay the stake to: the owner's or anybody's, but not the pool's own.
    /// CHECK: the token program requires that it is of the stake mint.
    #[account(mut)]
    pub stake_destination: UncheckedAccount<'info>,
    /// The token account to pay the rewards to; where the mints are equal, it may be the same.
    /// CHECK: the token program requires that it is of the reward mint.
    #[account(mut)]
    pub reward_destination: UncheckedAccount<'info>,
    /// The token account with the pool's stake.
    #[account(mut)]
    pub stakes: Box<InterfaceAccount<'info, TokenAccount>>,
    /// The token account with the pool's rewards.
    #[account(mut)]
    pub rewards: Box<InterfaceAccount<'info, TokenAccount>>,
    pub stake_token_program: Interface<'info, TokenInterface>,
    pub reward_token_program: Interface<'info, TokenInterface>,
}

/// What an exit has done, in this order; what was not possible yet, or of nothing, is missing.
struct Done {
    /// Of what had cooled down before. It goes first: unstaking more would let it cool again.
    cooled: Option<Withdrawn>,
    claimed: Option<Claimed>,
    unstaked: Option<Unstaked>,
    /// Of what was unstaked now, in a pool without a cooldown.
    withdrawn: Option<Withdrawn>,
}

impl Exit<'_> {
    fn leave(&self) -> Result<Done> {
        let pool = &mut *self.pool.load_mut()?;
        let position = &mut *self.position.load_mut()?;
        let (stake_to, rewards_to) = (self.stake_destination.key(), self.reward_destination.key());
        pool.require_outside(&stake_to)?;
        pool.require_outside(&rewards_to)?;
        let (key, now) = (self.position.key(), now()?);

        let cooled = self.withdraw_cooled(pool, position, now)?;
        let rewards = pool.claim(position, now)?;
        let claimed = (rewards > 0).then(|| Claimed::of(key, position, pool, rewards_to, rewards));
        let stake = position.staked;
        let unstaked = if stake > 0 {
            pool.unstake(position, stake, now)?;
            Some(Unstaked::of(key, position, pool, stake))
        } else {
            None
        };
        let withdrawn = self.withdraw_cooled(pool, position, now)?;
        if cooled.is_none() && claimed.is_none() && unstaked.is_none() {
            require!(position.cooling == 0, StakingError::StillCooling);
            return err!(StakingError::PositionEmpty);
        }
        Ok(Done {
            cooled,
            claimed,
            unstaked,
            withdrawn,
        })
    }

    fn withdraw_cooled(
        &self,
        pool: &mut Pool,
        position: &mut Position,
        now: i64,
    ) -> Result<Option<Withdrawn>> {
        if position.cooling == 0 || !position.is_cooled(now) {
            return Ok(None);
        }
        let amount = pool.withdraw(position, now)?;
        let destination = self.stake_destination.key();
        Ok(Some(Withdrawn::of(
            self.position.key(),
            position,
            destination,
            amount,
        )))
    }

    fn pay_rewards(&mut self, amount: u64) -> Result<()> {
        let payment = Payment {
            pool: &self.pool,
            token_program: &self.reward_token_program,
            mint: &self.reward_mint,
            vault: &mut self.rewards,
            destination: &self.reward_destination,
        };
        payment.pay_rewards(amount)
    }

    fn pay_stake(&mut self, amount: u64) -> Result<()> {
        let payment = Payment {
            pool: &self.pool,
            token_program: &self.stake_token_program,
            mint: &self.stake_mint,
            vault: &mut self.stakes,
            destination: &self.stake_destination,
        };
        payment.pay_stake(amount)
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let done = ctx.accounts.leave()?;
        if let Some(event) = done.cooled {
            ctx.accounts.pay_stake(event.amount)?;
            emit_by_call(&ctx.accounts.event_authority, &event)?;
        }
        if let Some(event) = done.claimed {
            ctx.accounts.pay_rewards(event.amount)?;
            emit_by_call(&ctx.accounts.event_authority, &event)?;
        }
        if let Some(event) = done.unstaked {
            emit_by_call(&ctx.accounts.event_authority, &event)?;
        }
        if let Some(event) = done.withdrawn {
            ctx.accounts.pay_stake(event.amount)?;
            emit_by_call(&ctx.accounts.event_authority, &event)?;
        }
        Ok(())
    }
}
