//! Items and their sales: a module for each instruction, and what they have in common.

mod accounts;
mod bid;
mod buy_item;
mod calls;
mod cancel_auction;
mod cancel_listing;
mod create_auction;
mod create_item;
pub mod cu;
mod deposit_item;
mod list_item;
mod set_royalty;
mod settle_auction;
mod terms;
mod withdraw_item;
mod world;

pub use calls::*;
pub use world::*;
