use anchor_lang::Discriminator;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::{self, CloseAccount, TokenInterface};

use crate::error::RewardsError;
use crate::events::{DistributionClosed, emit_by_call};
use crate::state::{ClosedDistribution, Distribution};
use crate::tokens::{amount, payment};

#[event_cpi]
#[derive(Accounts)]
pub struct CloseDistribution<'info> {
    pub creator: Signer<'info>,
    /// Gets the rent of the token account, and most of the distribution's.
    /// CHECK: the distribution names it.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
    /// Becomes a [`ClosedDistribution`].
    /// CHECK: `validate` reads it.
    #[account(mut)]
    pub distribution: UncheckedAccount<'info>,
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

impl CloseDistribution<'_> {
    fn validate(&self) -> Result<Distribution> {
        let state = Distribution::copied(&self.distribution)?;
        require_keys_eq!(self.creator.key(), state.creator, RewardsError::NotCreator);
        require_keys_eq!(self.payer.key(), state.payer, RewardsError::WrongPayer);
        require_keys_eq!(self.mint.key(), state.mint, RewardsError::WrongMint);
        require_keys_eq!(self.tokens.key(), state.tokens, RewardsError::WrongTokens);
        require_eq!(
            state.totals.allocated,
            state.totals.paid,
            RewardsError::StillPromised
        );
        Ok(state)
    }

    /// Pays everything out, also what was sent without funding, and returns how much it was.
    fn empty(&self, state: &Distribution) -> Result<u64> {
        let amount = amount(&self.tokens)?;
        let unallocated = state.totals.unallocated()?;
        require_gte!(amount, unallocated, RewardsError::TokensShort);
        let mut emptied = *state;
        emptied.totals.give_back(unallocated)?;
        if amount > 0 {
            payment!(self).pay(&emptied, amount)?;
        }
        Ok(amount)
    }

    fn close_tokens(&self, state: &Distribution) -> Result<()> {
        let accounts = CloseAccount {
            account: self.tokens.to_account_info(),
            destination: self.payer.to_account_info(),
            authority: self.distribution.to_account_info(),
        };
        state.signed(|seeds| {
            let signers = &[seeds];
            let context = CpiContext::new_with_signer(self.token_program.key(), accounts, signers);
            token_interface::close_account(context)
        })
    }

    /// Leaves a [`ClosedDistribution`] with its rent, and gives the rest of the rent back.
    fn bury(&self) -> Result<()> {
        let tombstone = ClosedDistribution::DISCRIMINATOR;
        self.distribution.resize(tombstone.len())?;
        self.distribution
            .try_borrow_mut_data()?
            .copy_from_slice(tombstone);
        let keep = Rent::get()?.minimum_balance(tombstone.len());
        let rest = self.distribution.lamports().saturating_sub(keep);
        self.distribution.sub_lamports(rest)?;
        self.payer.add_lamports(rest)?;
        Ok(())
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let accounts = ctx.accounts;
        let state = accounts.validate()?;
        let amount = accounts.empty(&state)?;
        accounts.close_tokens(&state)?;
        accounts.bury()?;
        let event = DistributionClosed {
            distribution: accounts.distribution.key(),
            mint: accounts.mint.key(),
            destination: accounts.destination.key(),
            amount,
        };
        emit_by_call(&accounts.event_authority, &event)
    }
}
