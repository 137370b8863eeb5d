use anchor_lang::prelude::*;
use anchor_spl::token_interface::{self, TokenAccount, TokenInterface, TransferChecked};

use crate::error::SettlementError;
use crate::events::{Withdrawn, emit_by_call};
use crate::seeds::VAULT_SEED;
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
    pub vault: Account<'info, Vault>,
    #[account(
        mut,
        dup,
        has_one = owner @ SettlementError::NotLedgerOwner,
        has_one = vault @ SettlementError::WrongVault,
    )]
    pub ledger: Account<'info, Ledger>,
    /// CHECK: it is the mint that the vault was made for.
    pub mint: UncheckedAccount<'info>,
    /// The token account to pay: the owner's or anybody's, but not the vault's own.
    /// CHECK: the token program requires that it is of this mint.
    #[account(mut, constraint = destination.key() != vault.tokens @ SettlementError::WrongDestination)]
    pub destination: UncheckedAccount<'info>,
    /// The token account of the vault.
    #[account(mut, dup, address = vault.tokens @ SettlementError::WrongVaultTokens)]
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
            config,
            mint,
            decimals,
            bump,
            ..
        } = &*self.vault;
        let signer: &[&[u8]] = &[VAULT_SEED, config.as_ref(), mint.as_ref(), &[*bump]];
        let signers = &[signer];
        let context = CpiContext::new_with_signer(self.token_program.key(), accounts, signers);
        token_interface::transfer_checked(context, amount, *decimals)?;
        self.vault_tokens.reload()
    }

    pub(crate) fn handler(ctx: Context<Self>, amount: u64) -> Result<()> {
        require_gt!(amount, 0, SettlementError::ZeroAmount);
        let accounts = &mut *ctx.accounts;
        accounts.vault.debit(&mut accounts.ledger, amount)?;
        accounts.pay(amount)?;
        accounts.vault.invariant(accounts.vault_tokens.amount)?;
        let event = Withdrawn {
            vault: ctx.accounts.vault.key(),
            mint: ctx.accounts.mint.key(),
            owner: ctx.accounts.owner.key(),
            destination: ctx.accounts.destination.key(),
            amount,
            balance: ctx.accounts.ledger.balance,
            total: ctx.accounts.vault.total,
        };
        emit_by_call(&ctx.accounts.event_authority, event)
    }
}
