//! Money from ledger to ledger of one vault.
//!
//! Every payment opens its ledger, changes it and lets it go before the next one, so an account that is passed
//! twice (the buyer is the creator, the seller owns the fees, a bidder raises their own bid) is counted right.

use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::state::{Ledger, Parts};

/// A ledger, if one was passed, and whose it must be.
pub(super) struct Payee<'a, 'info> {
    pub owner: Pubkey,
    pub ledger: Option<&'a AccountLoader<'info, Ledger>>,
}

/// Whom a sale pays.
pub(super) struct Payees<'a, 'info> {
    pub seller: Payee<'a, 'info>,
    pub fee: Payee<'a, 'info>,
    pub creator: Payee<'a, 'info>,
}

impl Payees<'_, '_> {
    /// Pays everybody their part. Who gets nothing needs no ledger.
    pub(super) fn pay(&self, vault: &Pubkey, parts: &Parts) -> Result<()> {
        self.seller.pay(vault, parts.seller)?;
        self.fee.pay(vault, parts.fee)?;
        self.creator.pay(vault, parts.royalty)
    }
}

impl Payee<'_, '_> {
    /// Adds to the ledger.
    ///
    /// # Errors
    /// When there is something to pay and the ledger is missing, of another vault or of another owner.
    pub(super) fn pay(&self, vault: &Pubkey, amount: u64) -> Result<()> {
        if amount == 0 {
            return Ok(());
        }
        let mut ledger = self.ledger.ok_or(SettlementError::MissingLedger)?.load_mut()?;
        require_keys_eq!(ledger.vault, *vault, SettlementError::WrongVault);
        require_keys_eq!(ledger.owner, self.owner, SettlementError::WrongLedger);
        ledger.credit(amount)
    }
}

/// Takes from the ledger of `owner`, who has signed.
///
/// # Errors
/// When the ledger is of another vault or owner, or holds less.
pub(super) fn charge(
    ledger: &AccountLoader<Ledger>,
    vault: &Pubkey,
    owner: &Pubkey,
    amount: u64,
) -> Result<()> {
    let mut ledger = ledger.load_mut()?;
    require_keys_eq!(ledger.vault, *vault, SettlementError::WrongVault);
    require_keys_eq!(ledger.owner, *owner, SettlementError::NotLedgerOwner);
    ledger.debit(amount)
}
