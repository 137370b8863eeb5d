use anchor_lang::prelude::*;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};

use super::now;
use crate::error::StakingError;
use crate::events::{Withdrawn, emit_by_call};
use crate::state::{Pool, Position};
use crate::tokens::Transfer;

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
        let accounts = &mut *ctx.accounts;
        let (signer, decimals, event) = {
            let pool = &mut *accounts.pool.load_mut()?;
            let position = &mut *accounts.position.load_mut()?;
            let destination = accounts.destination.key();
            pool.require_outside(&destination)?;
            let amount = pool.withdraw(position, now()?)?;
            let event = Withdrawn::of(accounts.position.key(), position, destination, amount);
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
