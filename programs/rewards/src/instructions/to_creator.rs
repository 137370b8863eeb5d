use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use crate::error::RewardsError;
use crate::state::Distribution;

/// Accounts of `defund` and `clawback`, which pay the creator.
#[event_cpi]
#[derive(Accounts)]
pub struct ToCreator<'info> {
    pub creator: Signer<'info>,
    #[account(
        mut,
        has_one = creator @ RewardsError::NotCreator,
        has_one = mint @ RewardsError::WrongMint,
        has_one = tokens @ RewardsError::WrongTokens,
    )]
    pub distribution: AccountLoader<'info, Distribution>,
    /// CHECK: it is the mint that the distribution was made for.
    pub mint: UncheckedAccount<'info>,
    /// The token account of the distribution.
    /// CHECK: the distribution names it.
    #[account(mut)]
    pub tokens: UncheckedAccount<'info>,
    /// The token account to pay: anybody's, but not the distribution's own.
    /// CHECK: the token program requires that it is of this mint.
    #[account(mut, constraint = destination.key() != tokens.key() @ RewardsError::WrongDestination)]
    pub destination: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}
