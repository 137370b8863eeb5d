use anchor_lang::prelude::*;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};

use super::now;
use crate::error::StakingError;
use crate::events::{Staked, emit_by_call};
use crate::state::{Pool, Position};
use crate::tokens::Transfer;

/// What is left out would cost more than the transfer itself, and adds nothing:
/// - the addresses of pool and position are not derived again: only this program's `init` makes accounts of these
///   types, and their fields tie them together;
/// - writable accounts are not compared with each other (`dup`): no two of them can be of the same type;
/// - mint and source are not parsed here: the token program does it.
#[event_cpi]
#[derive(Accounts)]
pub struct Stake<'info> {
    /// Owns the position, and may spend from `source`.
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
    /// The token account to take from.
    /// CHECK: the token program requires that it is of this mint and that the owner may spend from it.
    #[account(mut)]
    pub source: UncheckedAccount<'info>,
    /// The token account with the pool's stake.
    #[account(mut, dup)]
    pub stakes: InterfaceAccount<'info, TokenAccount>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl Stake<'_> {
    fn validate(&self, amount: u64) -> Result<()> {
        require_gt!(amount, 0, StakingError::ZeroAmount);
        self.pool.load()?.require_open()
    }

    pub(crate) fn handler(ctx: Context<Self>, amount: u64) -> Result<()> {
        let accounts = &mut *ctx.accounts;
        accounts.validate(amount)?;
        let transfer = Transfer {
            token_program: &accounts.token_program,
            mint: &accounts.stake_mint,
            decimals: accounts.pool.load()?.stake_decimals,
            amount,
        };
        let arrived = transfer.take(&accounts.source, &accounts.owner, &mut accounts.stakes)?;
        let event = {
            let pool = &mut *accounts.pool.load_mut()?;
            let position = &mut *accounts.position.load_mut()?;
            pool.stake(position, arrived, now()?)?;
            pool.require_stakes(accounts.stakes.amount)?;
            Staked {
                pool: position.pool,
                position: accounts.position.key(),
                owner: position.owner,
                tier: position.tier,
                amount: arrived,
                staked: position.staked,
                weight: position.share.weight.get(),
                unlocks_at: position.unlocks_at,
                total: pool.staked,
            }
        };
        emit_by_call(&ctx.accounts.event_authority, &event)
    }
}
