use anchor_lang::prelude::*;
use anchor_spl::token_interface::{self, TokenInterface, TransferChecked};

use crate::error::RewardsError;
use crate::events::{Funded, emit_by_call};
use crate::state::Distribution;
use crate::tokens::{amount, require_covered};

#[event_cpi]
#[derive(Accounts)]
pub struct Fund<'info> {
    /// May spend from `source`.
    pub funder: Signer<'info>,
    #[account(
        mut,
        has_one = mint @ RewardsError::WrongMint,
        has_one = tokens @ RewardsError::WrongTokens,
    )]
    pub distribution: AccountLoader<'info, Distribution>,
    /// CHECK: it is the mint that the distribution was made for.
    pub mint: UncheckedAccount<'info>,
    /// The token account to take from.
    /// CHECK: the token program requires that it is of this mint and that the funder may spend from it.
    #[account(mut)]
    pub source: UncheckedAccount<'info>,
    /// The token account of the distribution.
    /// CHECK: the distribution names it.
    #[account(mut)]
    pub tokens: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl Fund<'_> {
    fn validate(&self, amount: u64) -> Result<()> {
        require_gt!(amount, 0, RewardsError::ZeroAmount);
        self.distribution
            .load()?
            .require_open(Clock::get()?.unix_timestamp)
    }

    /// Moves `asked` in and returns what arrived.
    fn take(&self, asked: u64) -> Result<u64> {
        let decimals = self.distribution.load()?.decimals;
        let before = amount(&self.tokens)?;
        let accounts = TransferChecked {
            from: self.source.to_account_info(),
            mint: self.mint.to_account_info(),
            to: self.tokens.to_account_info(),
            authority: self.funder.to_account_info(),
        };
        let context = CpiContext::new(self.token_program.key(), accounts);
        token_interface::transfer_checked(context, asked, decimals)?;
        let arrived = amount(&self.tokens)?.checked_sub(before);
        Ok(arrived.ok_or(RewardsError::TokensShort)?)
    }

    pub(crate) fn handler(ctx: Context<Self>, amount: u64) -> Result<()> {
        let accounts = ctx.accounts;
        accounts.validate(amount)?;
        let arrived = accounts.take(amount)?;
        let mut distribution = accounts.distribution.load_mut()?;
        distribution.totals.fund(arrived)?;
        require_covered(&distribution, &accounts.tokens)?;
        let event = Funded {
            distribution: accounts.distribution.key(),
            mint: accounts.mint.key(),
            funder: accounts.funder.key(),
            amount: arrived,
            funded: distribution.totals.funded,
        };
        emit_by_call(&accounts.event_authority, &event)
    }
}
