//! Items and their sales.

use anchor_lang::prelude::*;

use crate::state::Terms;

/// An NFT became known to the settlement. It is still outside.
#[event]
pub struct ItemCreated {
    pub config: Pubkey,
    pub item: Pubkey,
    /// Of the NFT.
    pub mint: Pubkey,
}

/// An NFT came in.
#[event]
pub struct ItemDeposited {
    pub config: Pubkey,
    pub item: Pubkey,
    pub mint: Pubkey,
    /// Who brought it.
    pub holder: Pubkey,
}

/// An NFT went out.
#[event]
pub struct ItemWithdrawn {
    pub config: Pubkey,
    pub item: Pubkey,
    pub mint: Pubkey,
    /// Who held it until now.
    pub holder: Pubkey,
    /// The token account that got it.
    pub destination: Pubkey,
}

/// From now on, sales of the item are agreed to with this royalty.
#[event]
pub struct RoyaltySet {
    pub config: Pubkey,
    pub item: Pubkey,
    pub mint: Pubkey,
    pub creator: Pubkey,
    /// Basis points of the price.
    pub bps: u16,
}

/// An item is offered at a fixed price.
#[event]
pub struct ItemListed {
    pub config: Pubkey,
    pub item: Pubkey,
    pub mint: Pubkey,
    pub seller: Pubkey,
    /// The mint that the price is paid in.
    pub asset: Pubkey,
    pub price: u64,
    /// Unix seconds from which on nobody can buy.
    pub expires: i64,
    pub terms: Terms,
}

/// An item is no longer offered at a fixed price, and was not sold.
#[event]
pub struct ListingCancelled {
    pub config: Pubkey,
    pub item: Pubkey,
    pub mint: Pubkey,
    pub seller: Pubkey,
    /// The seller, or anybody after the expiry.
    pub by: Pubkey,
}

/// A listed item was sold.
#[event]
pub struct FixedSaleExecuted {
    pub config: Pubkey,
    pub item: Pubkey,
    pub mint: Pubkey,
    pub seller: Pubkey,
    /// The new holder.
    pub buyer: Pubkey,
    /// The mint that the price was paid in.
    pub asset: Pubkey,
    /// What left the buyer's ledger. The seller got it less fee and royalty.
    pub price: u64,
    pub fee: u64,
    pub fee_owner: Pubkey,
    pub royalty: u64,
    pub creator: Pubkey,
}

/// An item is offered to the highest bidder.
#[event]
pub struct AuctionCreated {
    pub config: Pubkey,
    pub item: Pubkey,
    pub mint: Pubkey,
    pub seller: Pubkey,
    /// The mint that bids are paid in.
    pub asset: Pubkey,
    /// The least that a first bid can be.
    pub reserve: u64,
    /// The least that a bid must be above the best one.
    pub min_step: u64,
    /// Unix seconds.
    pub starts: i64,
    /// Unix seconds from which on nobody can bid, unless bids make it later.
    pub ends: i64,
    /// A bid leaves at least so many seconds.
    pub extension: u32,
    pub terms: Terms,
}

/// A bid is the best one now.
#[event]
pub struct BidPlaced {
    pub config: Pubkey,
    pub item: Pubkey,
    /// The mint that the bid is paid in.
    pub asset: Pubkey,
    pub bidder: Pubkey,
    /// What went from the bidder's ledger into escrow.
    pub amount: u64,
    /// Whose bid was the best before; all zeros when there was none.
    pub outbid: Pubkey,
    /// What went back from escrow to that ledger.
    pub refund: u64,
    /// Unix seconds when the auction ends now.
    pub ends: i64,
}

/// An auction is over, and the item was sold.
#[event]
pub struct AuctionSettled {
    pub config: Pubkey,
    pub item: Pubkey,
    pub mint: Pubkey,
    pub seller: Pubkey,
    /// The new holder.
    pub winner: Pubkey,
    /// The mint that the price was paid in.
    pub asset: Pubkey,
    /// What left the escrow. The seller got it less fee and royalty.
    pub price: u64,
    pub fee: u64,
    pub fee_owner: Pubkey,
    pub royalty: u64,
    pub creator: Pubkey,
}

/// An auction is over, and nobody has bid.
#[event]
pub struct AuctionUnsold {
    pub config: Pubkey,
    pub item: Pubkey,
    pub mint: Pubkey,
    pub seller: Pubkey,
}

/// The seller has called an auction off before the first bid.
#[event]
pub struct AuctionCancelled {
    pub config: Pubkey,
    pub item: Pubkey,
    pub mint: Pubkey,
    pub seller: Pubkey,
}
