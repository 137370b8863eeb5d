use anchor_lang::prelude::*;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};

use super::pay;
use crate::error::SettlementError;
use crate::events::{Withdrawn, emit_by_call};
use crate::state::{Ledger, Vault};

/// The config is not here on purpose: nothing in it can stop an owner from taking what is theirs.
///
/// The same checks are left out as in [`Deposit`](super::Deposit), for the same reasons.
#[event_cpi]
#[derive(Accounts)]
pub struct Withdraw<'info> {
    /// Owns the ledger.
    pub owner: Signer<'info>,
    #[account(mut, dup, has_one = mint @ SettlementError::WrongMint)]
    pub vault: AccountLoader<'info, Vault>,
    #[account(
        mut,
        dup,
        has_one = owner @ SettlementError::NotLedgerOwner,
        has_one = vault @ SettlementError::WrongVault,
    )]
    pub ledger: AccountLoader<'info, Ledger>,
    /// CHECK: it is the mint that the vault was made for.
    pub mint: UncheckedAccount<'info>,
    /// The token account to pay: the owner's or anybody's, but not the vault's own.
    /// CHECK: the token program requires that it is of this mint.
    #[account(mut, constraint = destination.key() != vault.load()?.tokens @ SettlementError::WrongDestination)]
    pub destination: UncheckedAccount<'info>,
    /// The token account of the vault.
    #[account(mut, dup, address = vault.load()?.tokens @ SettlementError::WrongVaultTokens)]
    pub vault_tokens: InterfaceAccount<'info, TokenAccount>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl Withdraw<'_> {
    pub(crate) fn handler(ctx: Context<Self>, amount: u64) -> Result<()> {
        require_gt!(amount, 0, SettlementError::ZeroAmount);
        let accounts = &mut *ctx.accounts;
        let balance = accounts.ledger.load_mut()?.subtract(amount)?;
        accounts.vault.load_mut()?.subtract(amount)?;
        let to = pay::To {
            mint: accounts.mint.to_account_info(),
            destination: accounts.destination.to_account_info(),
            token_program: accounts.token_program.key(),
        };
        pay::out(&accounts.vault, &mut accounts.vault_tokens, to, amount)?;
        let vault = accounts.vault.load()?;
        vault.invariant(accounts.vault_tokens.amount)?;
        let event = Withdrawn {
            vault: accounts.vault.key(),
            mint: accounts.mint.key(),
            owner: accounts.owner.key(),
            destination: accounts.destination.key(),
            amount,
            balance,
            total: vault.total,
        };
        emit_by_call(&accounts.event_authority, 4 * 32 + 3 * 8, &event)
    }
}
