use anchor_lang::prelude::*;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};

use super::now;
use crate::error::StakingError;
use crate::events::{Withdrawn, emit_by_call};
use crate::state::{Pool, Position};
use crate::tokens::Payment;

/// The same checks are left out as in [`Stake`](super::Stake), for the same reasons.
#[event_cpi]
#[derive(Accounts)]
pub struct Withdraw<'info> {
    /// Owns the position.
    pub owner: Signer<'info>,
    #[account(mut, has_one = stake_mint @ StakingError::WrongMint, has_one = stakes @ StakingError::WrongVault)]
    pub pool: AccountLoader<'info, Pool>,
    #[account(
        mut,
        has_one = owner @ StakingError::NotPositionOwner,
        has_one = pool @ StakingError::WrongPool,
    )]
    pub position: AccountLoader<'info, Position>,
    /// CHECK: it is the mint that the pool was made for.
    pub stake_mint: UncheckedAccount<'info>,
    /// The token account to pay: the owner's or anybody's, but not the pool's own.
    /// CHECK: the token program requires that it is of this mint.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// The token account with the pool's stake.
    #[account(mut, dup)]
    pub stakes: InterfaceAccount<'info, TokenAccount>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl Withdraw<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let event = {
            let pool = &mut *ctx.accounts.pool.load_mut()?;
            let position = &mut *ctx.accounts.position.load_mut()?;
            let destination = ctx.accounts.destination.key();
            pool.require_outside(&destination)?;
            let amount = pool.withdraw(position, now()?)?;
            Withdrawn::of(ctx.accounts.position.key(), position, destination, amount)
        };
        ctx.accounts.pay_stake(event.amount)?;
        emit_by_call(&ctx.accounts.event_authority, &event)
    }

    /// Pays what the pool has let go of.
    pub(super) fn pay_stake(&mut self, amount: u64) -> Result<()> {
        let payment = Payment {
            pool: &self.pool,
            token_program: &self.token_program,
            mint: &self.stake_mint,
            vault: &mut self.stakes,
            destination: &self.destination,
        };
        payment.pay_stake(amount)
    }
}

impl Withdrawn {
    /// `amount` was just withdrawn.
    pub(super) fn of(key: Pubkey, position: &Position, destination: Pubkey, amount: u64) -> Self {
        Self {
            pool: position.pool,
            position: key,
            owner: position.owner,
            destination,
            amount,
        }
    }
}
