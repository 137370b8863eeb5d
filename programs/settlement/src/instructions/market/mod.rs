//! NFTs in the settlement, and their sales at a fixed price or by auction.
//!
//! Prices are paid from ledger to ledger inside one vault, so no token moves and the vault's total stays: it is the
//! sum of its ledgers and of the bids that auctions hold in escrow. Accounts of items, listings and auctions are
//! not derived again when they are used: only this program's `init` makes them, and their fields tie them together.

pub mod bid;
pub mod buy_item;
pub mod cancel_auction;
pub mod cancel_listing;
pub mod create_auction;
pub mod create_item;
pub mod deposit_item;
pub mod list_item;
mod nft;
mod pay;
pub mod set_royalty;
pub mod settle_auction;
pub mod withdraw_item;

pub use bid::*;
pub use buy_item::*;
pub use cancel_auction::*;
pub use cancel_listing::*;
pub use create_auction::*;
pub use create_item::*;
pub use deposit_item::*;
pub use list_item::*;
pub use set_royalty::*;
pub use settle_auction::*;
pub use withdraw_item::*;
