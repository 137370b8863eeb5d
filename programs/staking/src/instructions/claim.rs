use anchor_lang::prelude::*;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};

use super::now;
use crate::error::StakingError;
use crate::events::{Claimed, emit_by_call};
use crate::state::{Pool, Position};
use crate::tokens::Payment;

/// The same checks are left out as in [`Stake`](super::Stake), for the same reasons.
#[event_cpi]
#[derive(Accounts)]
pub struct Claim<'info> {
    /// Owns the position.
    pub owner: Signer<'info>,
    #[account(mut, has_one = reward_mint @ StakingError::WrongMint, has_one = rewards @ StakingError::WrongVault)]
    pub pool: AccountLoader<'info, Pool>,
    #[account(
        mut,
        has_one = owner @ StakingError::NotPositionOwner,
        has_one = pool @ StakingError::WrongPool,
    )]
    pub position: AccountLoader<'info, Position>,
    /// CHECK: it is the mint that the pool was made for.
    pub reward_mint: UncheckedAccount<'info>,
    /// The token account to pay: the owner's or anybody's, but not the pool's own.
    /// CHECK: the token program requires that it is of this mint.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// The token account with the pool's rewards.
    #[account(mut, dup)]
    pub rewards: InterfaceAccount<'info, TokenAccount>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl Claim<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let accounts = &mut *ctx.accounts;
        let event = {
            let pool = &mut *accounts.pool.load_mut()?;
            let position = &mut *accounts.position.load_mut()?;
            let destination = accounts.destination.key();
            pool.require_outside(&destination)?;
            let amount = pool.claim(position, now()?)?;
            require_gt!(amount, 0, StakingError::NothingEarned);
            Claimed::of(accounts.position.key(), position, pool, destination, amount)
        };
        let payment = Payment {
            pool: &accounts.pool,
            token_program: &accounts.token_program,
            mint: &accounts.reward_mint,
            vault: &mut accounts.rewards,
            destination: &accounts.destination,
        };
        payment.pay_rewards(event.amount)?;
        emit_by_call(&ctx.accounts.event_authority, &event)
    }
}

impl Claimed {
    /// `amount` was just claimed.
    pub(super) fn of(
        key: Pubkey,
        position: &Position,
        pool: &Pool,
        destination: Pubkey,
        amount: u64,
    ) -> Self {
        Self {
            pool: position.pool,
            position: key,
            owner: position.owner,
            destination,
            amount,
            paid: pool.stream.paid,
        }
    }
}
