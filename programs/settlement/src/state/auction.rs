use anchor_lang::prelude::*;

use super::{Config, Terms};
use crate::error::SettlementError;

/// The longest that an auction can be planned for: 30 days.
pub const MAX_AUCTION_SECONDS: i64 = 30 * 86_400;

/// The longest extension by a late bid: an hour.
pub const MAX_EXTENSION_SECONDS: u32 = 3_600;

/// An item offered to the highest bidder. Closed when it is settled or cancelled; the seller gets the rent back.
///
/// The best bid is held in escrow: it has left the bidder's ledger and is still in the vault's total.
///
/// 312 bytes: discriminator, then the fields in order.
#[account]
#[derive(InitSpace)]
pub struct Auction {
    /// The item's, so that a bid needs no item.
    pub config: Pubkey,
    pub item: Pubkey,
    pub seller: Pubkey,
    /// The vault in which bids are paid.
    pub vault: Pubkey,
    /// The vault's mint.
    pub asset: Pubkey,
    /// The least that a first bid can be, in base units of the asset; above zero.
    pub reserve: u64,
    /// The least that a bid must be above the best one; above zero.
    pub min_step: u64,
    /// The best bid; zero while there is none.
    pub best: u64,
    /// Whose the best bid is; all zeros while there is none.
    pub bidder: Pubkey,
    /// Unix seconds when it was created.
    pub starts: i64,
    /// Unix seconds from which on nobody can bid, and anybody can settle; later after a pause, see
    /// [`Config::auction_end`].
    pub ends: i64,
    /// A bid leaves at least so many seconds to answer it.
    pub extension: u32,
    pub terms: Terms,
}

impl Auction {
    /// Whether the auction may end then.
    ///
    /// # Errors
    /// When `ends` is not after `now`, or is more than [`MAX_AUCTION_SECONDS`] later.
    pub fn check_end(ends: i64, now: i64) -> Result<()> {
        let latest = now.saturating_add(MAX_AUCTION_SECONDS);
        require!(now < ends && ends <= latest, SettlementError::EndOutOfRange);
        Ok(())
    }

    /// Whether somebody has bid.
    pub fn has_bid(&self) -> bool {
        self.best > 0
    }

    /// Whether it is too late to bid.
    pub fn ended(&self, config: &Config, now: i64) -> bool {
        now >= config.auction_end(self.ends)
    }

    /// Makes `amount` of `bidder` the best bid, and the end later if it is near.
    ///
    /// The end never becomes earlier, even when the clock goes back between two bids.
    ///
    /// # Errors
    /// When the auction is over, when the seller bids, or when the bid is below the least that is possible now.
    pub fn raise(&mut self, config: &Config, bidder: Pubkey, amount: u64, now: i64) -> Result<()> {
        require!(!self.ended(config, now), SettlementError::AuctionOver);
        require_keys_neq!(bidder, self.seller, SettlementError::SellerCannotBuy);
        require_gte!(amount, self.least_bid()?, SettlementError::BidTooLow);
        self.best = amount;
        self.bidder = bidder;
        let answerable = now.saturating_add(self.extension.into());
        self.ends = config.auction_end(self.ends).max(answerable);
        Ok(())
    }

    fn least_bid(&self) -> Result<u64> {
        if !self.has_bid() {
            return Ok(self.reserve);
        }
        // A best bid within a step of 64 bits cannot be beaten.
        let least = self.best.checked_add(self.min_step);
        Ok(least.ok_or(SettlementError::BidTooLow)?)
    }
}
