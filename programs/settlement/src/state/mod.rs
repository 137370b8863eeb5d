mod auction;
mod batch;
mod config;
mod item;
mod ledger;
mod limits;
mod listing;
mod terms;
mod vault;

pub use auction::{Auction, MAX_AUCTION_SECONDS, MAX_EXTENSION_SECONDS};
pub use batch::{MAX_DELTAS, MAX_ITEMS};
pub use config::{Config, MAX_FEE_BPS};
pub use item::{Item, ItemStatus, MAX_ROYALTY_BPS};
pub use ledger::Ledger;
pub use limits::Limits;
pub use listing::{Listing, MAX_LISTING_SECONDS};
pub use terms::{Parts, Terms};
pub use vault::{Turnover, Vault};
