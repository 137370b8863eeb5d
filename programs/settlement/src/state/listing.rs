use anchor_lang::prelude::*;

use super::Terms;
use crate::error::SettlementError;

/// The longest that a listing can be open: 180 days.
pub const MAX_LISTING_SECONDS: i64 = 180 * 86_400;

/// An item offered at a fixed price. Closed when it is sold or cancelled; the seller gets the rent back.
///
/// 220 bytes: discriminator, then the fields in order.
#[account]
#[derive(InitSpace)]
pub struct Listing {
    pub item: Pubkey,
    pub seller: Pubkey,
    /// The vault in which the price is paid.
    pub vault: Pubkey,
    /// The vault's mint.
    pub asset: Pubkey,
    /// In base units of the asset.
    pub price: u64,
    /// Unix seconds from which on nobody can buy, and anybody can cancel.
    pub expires: i64,
    pub terms: Terms,
}

impl Listing {
    /// Whether the listing may expire then.
    ///
    /// # Errors
    /// When `expires` is not after `now`, or is more than [`MAX_LISTING_SECONDS`] later.
    pub fn check_expiry(expires: i64, now: i64) -> Result<()> {
        let latest = now.saturating_add(MAX_LISTING_SECONDS);
        require!(
            now < expires && expires <= latest,
            SettlementError::ExpiryOutOfRange
        );
        Ok(())
    }

    /// Whether it is too late to buy.
    pub fn expired(&self, now: i64) -> bool {
        now >= self.expires
    }
}
