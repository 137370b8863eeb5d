//! Money from ledger to ledger of one vault.
//!
//! Every payment opens its ledger, changes it and lets it go before the next one, so an account that is passed
//! twice (the buyer is the creator, the seller gets the fees, a bidder raises their own bid) is counted right.

use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::state::{Ledger, Parts, Terms};

/// The ledgers for the parts of a price. Who gets nothing needs none.
pub(super) struct Payees<'a, 'info> {
    pub seller: Option<&'a AccountInfo<'info>>,
    pub fee: Option<&'a AccountInfo<'info>>,
    pub creator: Option<&'a AccountInfo<'info>>,
}

impl Payees<'_, '_> {
    /// Divides a price that has left the buyer's ledger in this vault.
    ///
    /// # Errors
    /// As [`pay`].
    pub(super) fn pay(&self, vault: &Pubkey, seller: &Pubkey, terms: &Terms, price: u64) -> Result<Parts> {
        let parts = terms.split(price)?;
        pay(self.seller, vault, seller, parts.seller)?;
        pay(self.fee, vault, &terms.fee_owner, parts.fee)?;
        pay(self.creator, vault, &terms.creator, parts.royalty)?;
        Ok(parts)
    }
}

/// Credits the ledger of `owner` in this vault, if there is something to pay.
///
/// # Errors
/// When the ledger is missing, of another vault or of another owner.
pub(super) fn pay(ledger: Option<&AccountInfo>, vault: &Pubkey, owner: &Pubkey, amount: u64) -> Result<()> {
    if amount > 0 {
        let ledger = ledger.ok_or(SettlementError::MissingLedger)?;
        Ledger::credit(ledger, vault, owner, amount)?;
    }
    Ok(())
}
