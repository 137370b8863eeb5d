use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};

use crate::error::StakingError;
use crate::events::{Recovered, emit_by_call};
use crate::state::Pool;
use crate::tokens::Transfer;

#[event_cpi]
#[derive(Accounts)]
pub struct Recover<'info> {
    pub admin: Signer<'info>,
    #[account(has_one = admin @ StakingError::NotAdmin)]
    pub pool: AccountLoader<'info, Pool>,
    /// Of the tokens; any mint, the pool's or not.
    pub mint: InterfaceAccount<'info, Mint>,
    /// Any token account over which the pool has authority.
    #[account(
        mut,
        constraint = source.owner == pool.key() @ StakingError::NotPoolTokens,
        has_one = mint @ StakingError::WrongMint,
    )]
    pub source: InterfaceAccount<'info, TokenAccount>,
    /// The token account to pay: anybody's, but not the pool's own.
    /// CHECK: the token program requires that it is of this mint.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl Recover<'_> {
    /// What the token account holds beyond what the pool owes from it.
    fn excess(&self) -> Result<u64> {
        let pool = self.pool.load()?;
        let source = self.source.key();
        let owed = if source == pool.stakes {
            pool.principal()?
        } else if source == pool.rewards {
            pool.stream.unpaid()
        } else {
            0
        };
        let excess = self.source.amount.checked_sub(owed);
        let excess = excess.ok_or(StakingError::VaultShort)?;
        require_gt!(excess, 0, StakingError::NothingToRecover);
        Ok(excess)
    }

    fn validate(&self) -> Result<()> {
        let destination = self.destination.key();
        require_keys_neq!(destination, self.source.key(), StakingError::WrongDestination);
        self.pool.load()?.require_outside(&destination)
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let accounts = &mut *ctx.accounts;
        accounts.validate()?;
        let amount = accounts.excess()?;
        let signer = accounts.pool.load()?.signer();
        let transfer = Transfer {
            token_program: &accounts.token_program,
            mint: &accounts.mint.to_account_info(),
            decimals: accounts.mint.decimals,
            amount,
        };
        let pool = (accounts.pool.to_account_info(), signer);
        transfer.pay(&mut accounts.source, &accounts.destination, pool)?;
        accounts.require_covered()?;
        let event = Recovered {
            pool: accounts.pool.key(),
            mint: accounts.mint.key(),
            source: accounts.source.key(),
            destination: accounts.destination.key(),
            amount,
        };
        emit_by_call(&ctx.accounts.event_authority, &event)
    }

    /// The pool can still pay all that it owes.
    fn require_covered(&self) -> Result<()> {
        let pool = self.pool.load()?;
        let source = self.source.key();
        if source == pool.stakes {
            pool.require_stakes(self.source.amount)?;
        }
        if source == pool.rewards {
            pool.require_rewards(self.source.amount)?;
        }
        Ok(())
    }
}
