use anchor_lang::Discriminator;
use anchor_lang::prelude::*;
use solana_address::address_eq;

use crate::error::SettlementError;

/// One owner's balance in one vault.
///
/// 80 bytes: discriminator, then the fields in order, without padding.
#[account(zero_copy)]
#[derive(Debug, PartialEq, Eq)]
pub struct Ledger {
    pub vault: Pubkey,
    pub owner: Pubkey,
    /// Base units that the owner may withdraw.
    pub balance: u64,
}

/// The whole account. One word is compared faster than eight bytes.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct LedgerAccount {
    discriminator: u64,
    ledger: Ledger,
}

/// Of a ledger, as the first word of its account.
const DISCRIMINATOR: u64 = match *Ledger::DISCRIMINATOR {
    [a, b, c, d, e, f, g, h] => u64::from_le_bytes([a, b, c, d, e, f, g, h]),
    _ => 0,
};

/// Ledgers are changed one after the other in the account itself. Two of an instruction's accounts may be the same
/// ledger: each change then sees what the one before has left.
impl Ledger {
    /// Length of the account.
    pub const SPACE: usize = 8 + std::mem::size_of::<Self>();

    /// Looks at the ledger in `account`, or changes it.
    ///
    /// # Errors
    /// When the account is not a ledger of this vault; those of `with`.
    #[inline]
    pub fn at<R>(
        account: &AccountInfo,
        vault: &Pubkey,
        with: impl FnOnce(&mut Self) -> Result<R>,
    ) -> Result<R> {
        if !address_eq(account.owner, &crate::ID) {
            return Err(
                Error::from(ErrorCode::AccountOwnedByWrongProgram).with_pubkeys((*account.owner, crate::ID))
            );
        }
        let mut data = account.try_borrow_mut_data()?;
        let Ok(LedgerAccount {
            discriminator,
            ledger,
        }) = bytemuck::try_from_bytes_mut(&mut data)
        else {
            return err!(ErrorCode::AccountDidNotDeserialize);
        };
        if *discriminator != DISCRIMINATOR {
            return err!(ErrorCode::AccountDiscriminatorMismatch);
        }
        if !address_eq(&ledger.vault, vault) {
            return err!(SettlementError::WrongVault);
        }
        with(ledger)
    }

    /// Adds to the ledger of `owner` and returns its new balance.
    ///
    /// # Errors
    /// When the account is not the ledger of this owner in this vault, or the balance would exceed 64 bits.
    pub fn credit(account: &AccountInfo, vault: &Pubkey, owner: &Pubkey, amount: u64) -> Result<u64> {
        Self::at(account, vault, |ledger| {
            require_keys_eq!(ledger.owner, *owner, SettlementError::NotLedgerOwner);
            ledger.add(amount)
        })
    }

    /// Takes from the ledger of `owner` and returns its new balance.
    ///
    /// # Errors
    /// When the account is not the ledger of this owner in this vault, or holds less.
    pub fn debit(account: &AccountInfo, vault: &Pubkey, owner: &Pubkey, amount: u64) -> Result<u64> {
        Self::at(account, vault, |ledger| {
            require_keys_eq!(ledger.owner, *owner, SettlementError::NotLedgerOwner);
            ledger.subtract(amount)
        })
    }

    pub(crate) fn add(&mut self, amount: u64) -> Result<u64> {
        self.balance = self
            .balance
            .checked_add(amount)
            .ok_or(SettlementError::Overflow)?;
        Ok(self.balance)
    }

    pub(crate) fn subtract(&mut self, amount: u64) -> Result<u64> {
        self.balance = self
            .balance
            .checked_sub(amount)
            .ok_or(SettlementError::InsufficientBalance)?;
        Ok(self.balance)
    }
}
