use anchor_lang::prelude::*;

use super::Ledger;
use crate::error::SettlementError;

/// The tokens of one mint that a settlement holds. This account is the authority over them.
#[account]
#[derive(InitSpace)]
pub struct Vault {
    pub config: Pubkey,
    pub mint: Pubkey,
    /// The token account with the tokens.
    pub tokens: Pubkey,
    /// The sum of all ledgers of this vault, in base units.
    pub total: u64,
    /// Of the mint: a token is 10^decimals base units.
    pub decimals: u8,
    /// Of this account's address, for signing.
    pub bump: u8,
}

impl Vault {
    /// Adds to a ledger of this vault and to the total.
    pub fn credit(&mut self, ledger: &mut Ledger, amount: u64) -> Result<()> {
        ledger.balance = ledger
            .balance
            .checked_add(amount)
            .ok_or(SettlementError::Overflow)?;
        self.total = self.total.checked_add(amount).ok_or(SettlementError::Overflow)?;
        Ok(())
    }

    /// Takes from a ledger of this vault and from the total.
    pub fn debit(&mut self, ledger: &mut Ledger, amount: u64) -> Result<()> {
        ledger.balance = ledger
            .balance
            .checked_sub(amount)
            .ok_or(SettlementError::InsufficientBalance)?;
        self.total = self
            .total
            .checked_sub(amount)
            .ok_or(SettlementError::VaultShort)?;
        Ok(())
    }

    /// What must hold after every instruction that moves tokens: they cover the ledgers.
    ///
    /// More than the total is fine: anybody can send tokens to the vault's token account.
    pub fn invariant(&self, tokens: u64) -> Result<()> {
        require_gte!(tokens, self.total, SettlementError::VaultShort);
        Ok(())
    }
}
