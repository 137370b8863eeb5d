use anchor_lang::prelude::*;
use anchor_spl::token_interface::{self, TokenAccount, TokenInterface, TransferChecked};

use crate::error::SettlementError;
use crate::events::{Deposited, emit_by_call};
use crate::state::{Config, Ledger, Vault};

/// What is left out would cost more than the transfer itself, and adds nothing:
/// - the addresses of vault and ledger are not derived again: only this program's `init` makes accounts of
///   these types, and their fields tie them together;
/// - writable accounts are not compared with each other (`dup`): vault and ledger are of different types, and of the
///   token accounts only `vault_tokens` is held as a value, which is read again after the transfer. A source that
///   is the vault's own token account is refused by the token program, because the owner may not spend from it;
/// - mint and source are not parsed here: the token program does it.
#[event_cpi]
#[derive(Accounts)]
pub struct Deposit<'info> {
    /// Owns the ledger, and may spend from `source`.
    pub owner: Signer<'info>,
    pub config: AccountLoader<'info, Config>,
    #[account(
        mut,
        dup,
        has_one = config @ SettlementError::WrongConfig,
        has_one = mint @ SettlementError::WrongMint,
    )]
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
    /// The token account to take from.
    /// CHECK: the token program requires that it is of this mint and that the owner may spend from it.
    #[account(mut)]
    pub source: UncheckedAccount<'info>,
    /// The token account of the vault.
    #[account(mut, dup, address = vault.load()?.tokens @ SettlementError::WrongVaultTokens)]
    pub vault_tokens: InterfaceAccount<'info, TokenAccount>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> Deposit<'info> {
    fn validate(&self, amount: u64) -> Result<()> {
        self.config.load()?.require_running()?;
        require_gt!(amount, 0, SettlementError::ZeroAmount);
        Ok(())
    }

    /// Moves `amount` into the vault and returns what arrived there.
    fn take(&mut self, amount: u64) -> Result<u64> {
        let before = self.vault_tokens.amount;
        let accounts = TransferChecked {
            from: self.source.to_account_info(),
            mint: self.mint.to_account_info(),
            to: self.vault_tokens.to_account_info(),
            authority: self.owner.to_account_info(),
        };
        let decimals = self.vault.load()?.decimals;
        let context = CpiContext::new(self.token_program.key(), accounts);
        token_interface::transfer_checked(context, amount, decimals)?;
        self.vault_tokens.reload()?;
        Ok(self
            .vault_tokens
            .amount
            .checked_sub(before)
            .ok_or(SettlementError::VaultShort)?)
    }

    pub(crate) fn handler(ctx: Context<Self>, amount: u64) -> Result<()> {
        let accounts = &mut *ctx.accounts;
        accounts.validate(amount)?;
        let arrived = accounts.take(amount)?;
        let balance = accounts.ledger.load_mut()?.add(arrived)?;
        let mut vault = accounts.vault.load_mut()?;
        vault.add(arrived)?;
        vault.invariant(accounts.vault_tokens.amount)?;
        let event = Deposited {
            vault: accounts.vault.key(),
            mint: accounts.mint.key(),
            owner: accounts.owner.key(),
            amount: arrived,
            balance,
            total: vault.total,
        };
        emit_by_call(&accounts.event_authority, 3 * 32 + 3 * 8, &event)
    }
}
