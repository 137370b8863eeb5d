use anchor_lang::prelude::*;

use super::{Config, Item};
use crate::error::SettlementError;

/// Basis points in a whole.
const WHOLE_BPS: u128 = 10_000;

/// What is taken from the price of a sale. Fixed when the item is put up for it, so that nobody can change what a
/// seller has agreed to.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The marketplace's fee in basis points of the price.
    pub fee_bps: u16,
    /// The creator's royalty in basis points of the price.
    pub royalty_bps: u16,
    /// Gets the fee.
    pub fee_owner: Pubkey,
    /// Gets the royalty.
    pub creator: Pubkey,
}

/// Who gets how much of a price, in base units. The parts sum to the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    pub fee: u64,
    pub royalty: u64,
    pub seller: u64,
}

impl Terms {
    /// The terms of a sale of this item that is agreed to now.
    pub fn of(config: &Config, item: &Item) -> Self {
        Self {
            fee_bps: config.fee_bps,
            royalty_bps: item.royalty_bps,
            fee_owner: config.fee_owner,
            creator: item.creator,
        }
    }

    /// # Errors
    /// When fee and royalty together are above `max_bps`.
    pub fn require_at_most(&self, max_bps: u16) -> Result<()> {
        let taken = u32::from(self.fee_bps) + u32::from(self.royalty_bps);
        require_gte!(u32::from(max_bps), taken, SettlementError::FeeTooHigh);
        Ok(())
    }

    /// Divides a price. Fee and royalty are rounded down, so each is short of its share by less than one base unit;
    /// the seller gets the rest.
    ///
    /// # Errors
    /// When fee and royalty exceed the price, which their caps rule out.
    pub fn split(&self, price: u64) -> Result<Parts> {
        let (fee, royalty) = (share(price, self.fee_bps)?, share(price, self.royalty_bps)?);
        let seller = price
            .checked_sub(fee)
            .and_then(|rest| rest.checked_sub(royalty))
            .ok_or(SettlementError::Overflow)?;
        Ok(Parts { fee, royalty, seller })
    }
}

fn share(price: u64, bps: u16) -> Result<u64> {
    let product = u128::from(price) * u128::from(bps); // at most 80 bits
    u64::try_from(product / WHOLE_BPS).map_err(|_| SettlementError::Overflow.into())
}
