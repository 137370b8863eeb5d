use anchor_lang::prelude::*;
use anchor_spl::token_interface::{self, Mint, TokenAccount, TokenInterface, TransferChecked};

use crate::error::SettlementError;
use crate::events::Withdrawn;
use crate::seeds::VAULT_SEED;
use crate::state::{Ledger, Vault};

/// The config is not here on purpose: nothing in it can stop an owner from taking what is theirs.
///
/// The addresses of vault and ledger are not derived again: only this program's `init` makes accounts of these
/// types, and their fields tie them together.
#[event_cpi]
#[derive(Accounts)]
pub struct Withdraw<'info> {
    /// Owns the ledger.
    pub owner: Signer<'info>,
    #[account(mut, has_one = mint @ SettlementError::WrongMint)]
    pub vault: Account<'info, Vault>,
    #[account(
        mut,
        has_one = owner @ SettlementError::NotLedgerOwner,
        has_one = vault @ SettlementError::WrongVault,
    )]
    pub ledger: Account<'info, Ledger>,
    #[account(mint::token_program = token_program)]
    pub mint: InterfaceAccount<'info, Mint>,
    /// The token account to pay: the owner's or anybody's, but not the vault's own.
    #[account(mut, token::mint = mint)]
    pub destination: InterfaceAccount<'info, TokenAccount>,
    /// The token account of the vault.
    #[account(mut, address = vault.tokens @ SettlementError::WrongVaultTokens)]
    pub vault_tokens: InterfaceAccount<'info, TokenAccount>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> Withdraw<'info> {
    fn pay(&mut self, amount: u64) -> Result<()> {
        let accounts = TransferChecked {
            from: self.vault_tokens.to_account_info(),
            mint: self.mint.to_account_info(),
            to: self.destination.to_account_info(),
            authority: self.vault.to_account_info(),
        };
        let Vault {
            config, mint, bump, ..
        } = &*self.vault;
        let signer: &[&[u8]] = &[VAULT_SEED, config.as_ref(), mint.as_ref(), &[*bump]];
        let signers = &[signer];
        let context = CpiContext::new_with_signer(self.token_program.key(), accounts, signers);
        token_interface::transfer_checked(context, amount, self.mint.decimals)?;
        self.vault_tokens.reload()
    }

    pub(crate) fn handler(ctx: Context<Self>, amount: u64) -> Result<()> {
        require_gt!(amount, 0, SettlementError::ZeroAmount);
        let accounts = &mut *ctx.accounts;
        accounts.vault.debit(&mut accounts.ledger, amount)?;
        accounts.pay(amount)?;
        accounts.vault.invariant(accounts.vault_tokens.amount)?;
        emit_cpi!(Withdrawn {
            vault: ctx.accounts.vault.key(),
            mint: ctx.accounts.mint.key(),
            owner: ctx.accounts.owner.key(),
            destination: ctx.accounts.destination.key(),
            amount,
            balance: ctx.accounts.ledger.balance,
            total: ctx.accounts.vault.total,
        });
        Ok(())
    }
}
