use anchor_lang::prelude::*;

use super::{Batch, MAX_VAULTS};
use crate::error::SettlementError;
use crate::seeds::VAULT_SEED;

/// The largest limit for what a batch may debit, so that events can give every amount a sign.
pub const MAX_BATCH_LIMIT: u64 = i64::MAX as u64;

/// The tokens of one mint that a settlement holds. This account is the authority over them.
///
/// 160 bytes: discriminator, then the fields in order, without padding. Amounts are in base units of the mint.
#[account(zero_copy)]
#[derive(Debug)]
pub struct Vault {
    pub config: Pubkey,
    pub mint: Pubkey,
    /// The token account with the tokens.
    pub tokens: Pubkey,
    /// What the vault owes: ledgers, escrowed bids, what a batch has debited and not yet
    /// credited, and what is stranded.
    pub total: u64,
    /// The most that one batch may debit: at most [`MAX_BATCH_LIMIT`].
    pub batch_limit: u64,
    /// What abandoned batches had debited and not credited: owed to nobody by name, and paid to nobody.
    pub stranded: u64,
    /// The batch that moved this asset last.
    pub batch: Turnover,
    /// Of the mint: a token is 10^decimals base units.
    pub decimals: u8,
    /// Of this account's address, for signing.
    pub bump: u8,
    #[doc(hidden)]
    pub padding: [u8; 6],
}

/// What one batch has moved in one vault so far.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Turnover {
    /// The batch's.
    pub sequence: u64,
    /// Taken from ledgers.
    pub debited: u64,
    /// Given to ledgers: never more than was debited.
    pub credited: u64,
}

impl Vault {
    /// Length of the account.
    pub const SPACE: usize = 8 + std::mem::size_of::<Self>();

    /// Tokens came in that a ledger is credited with.
    ///
    /// # Errors
    /// When the total would exceed 64 bits.
    pub fn add(&mut self, amount: u64) -> Result<()> {
        self.total = self.total.checked_add(amount).ok_or(SettlementError::Overflow)?;
        Ok(())
    }

    /// Tokens go out that a ledger is debited for.
    ///
    /// # Errors
    /// When the vault owes less: its ledgers would no longer be covered.
    pub fn subtract(&mut self, amount: u64) -> Result<()> {
        self.total = self
            .total
            .checked_sub(amount)
            .ok_or(SettlementError::VaultShort)?;
        Ok(())
    }

    /// What must hold after every instruction that moves tokens: they cover what the vault owes.
    ///
    /// More than the total is fine: anybody can send tokens to the vault's token account.
    ///
    /// # Errors
    /// When they do not.
    pub fn invariant(&self, tokens: u64) -> Result<()> {
        require_gte!(tokens, self.total, SettlementError::VaultShort);
        Ok(())
    }

    /// A batch debits ledgers of this vault by `amount` in all.
    ///
    /// # Errors
    /// When that is more than the vault's batch limit, or the batch is in too many vaults.
    pub fn debit_for(&mut self, batch: &mut Batch, amount: u64) -> Result<()> {
        if self.batch.sequence != batch.sequence {
            require_gt!(MAX_VAULTS, batch.vaults, SettlementError::TooManyVaults);
            batch.vaults = batch.vaults.saturating_add(1);
            self.batch = Turnover {
                sequence: batch.sequence,
                ..Turnover::default()
            };
        }
        let debited = self.batch.debited.checked_add(amount);
        self.batch.debited = debited.ok_or(SettlementError::Overflow)?;
        require_gte!(
            self.batch_limit,
            self.batch.debited,
            SettlementError::OverBatchLimit
        );
        Ok(())
    }

    /// A batch credits ledgers of this vault by `amount` in all.
    ///
    /// # Errors
    /// When that is more than it has debited.
    pub fn credit_for(&mut self, batch: &Batch, amount: u64) -> Result<()> {
        require_eq!(
            self.batch.sequence,
            batch.sequence,
            SettlementError::CreditAboveDebits
        );
        let credited = self.batch.credited.checked_add(amount);
        self.batch.credited = credited.ok_or(SettlementError::Overflow)?;
        require_gte!(
            self.batch.debited,
            self.batch.credited,
            SettlementError::CreditAboveDebits
        );
        Ok(())
    }

    /// A batch that is taken back gives ledgers of this vault `amount` of what it had debited.
    ///
    /// # Errors
    /// When the batch has debited less.
    pub fn revert_for(&mut self, batch: &Batch, amount: u64) -> Result<()> {
        let debited = self.batch.debited.checked_sub(amount);
        let debited = debited.filter(|_| self.batch.sequence == batch.sequence);
        self.batch.debited = debited.ok_or(SettlementError::RevertAboveDebits)?;
        Ok(())
    }

    /// The batch that moved this asset last is given up. Returns what it had debited and not credited, which is
    /// stranded now.
    ///
    /// # Errors
    /// When the sum of what is stranded would exceed 64 bits, which the total rules out.
    pub fn strand(&mut self) -> Result<u64> {
        let amount = self.batch.in_flight();
        self.stranded = self
            .stranded
            .checked_add(amount)
            .ok_or(SettlementError::Overflow)?;
        self.batch.debited = self.batch.credited;
        Ok(amount)
    }

    /// Signs for the vault's address, the authority over its tokens.
    pub fn with_seeds<R>(&self, call: impl FnOnce(&[&[u8]]) -> R) -> R {
        call(&[VAULT_SEED, self.config.as_ref(), self.mint.as_ref(), &[self.bump]])
    }
}

impl Turnover {
    /// Debited and not yet credited.
    pub fn in_flight(&self) -> u64 {
        self.debited.saturating_sub(self.credited)
    }
}
