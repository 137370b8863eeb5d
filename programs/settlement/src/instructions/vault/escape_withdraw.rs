use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};

use super::pay;
use crate::error::SettlementError;
use crate::events::{Withdrawn, emit_by_call};
use crate::state::{Config, Ledger, Vault};

/// When the operator is gone, anybody can wind the settlement down: pay owners who do not come themselves.
///
/// Tokens go to the owner's associated token account and nowhere else; whoever calls creates it if it is missing.
#[event_cpi]
#[derive(Accounts)]
pub struct EscapeWithdraw<'info> {
    pub config: AccountLoader<'info, Config>,
    #[account(
        mut,
        has_one = config @ SettlementError::WrongConfig,
        has_one = mint @ SettlementError::WrongMint,
    )]
    pub vault: AccountLoader<'info, Vault>,
    #[account(
        mut,
        has_one = owner @ SettlementError::NotLedgerOwner,
        has_one = vault @ SettlementError::WrongVault,
    )]
    pub ledger: AccountLoader<'info, Ledger>,
    /// CHECK: it is the one that the ledger names.
    pub owner: UncheckedAccount<'info>,
    pub mint: InterfaceAccount<'info, Mint>,
    /// The owner's associated token account, and still the owner's.
    #[account(
        mut,
        associated_token::mint = mint,
        associated_token::authority = owner,
        associated_token::token_program = token_program,
    )]
    pub destination: InterfaceAccount<'info, TokenAccount>,
    /// The token account of the vault.
    #[account(mut, address = vault.load()?.tokens @ SettlementError::WrongVaultTokens)]
    pub vault_tokens: InterfaceAccount<'info, TokenAccount>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl EscapeWithdraw<'_> {
    fn validate(&self) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        require!(
            self.config.load()?.operator_is_gone(now),
            SettlementError::OperatorIsThere
        );
        require_keys_neq!(
            self.destination.key(),
            self.vault_tokens.key(),
            SettlementError::WrongDestination
        );
        require_neq!(self.ledger.load()?.balance, 0, SettlementError::ZeroAmount);
        Ok(())
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let accounts = &mut *ctx.accounts;
        accounts.validate()?;
        let amount = accounts.ledger.load()?.balance;
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
