mod config;
mod item;
mod ledger;
mod vault;

pub use config::Config;
pub use item::{Item, ItemStatus, MAX_ROYALTY_BPS};
pub use ledger::Ledger;
pub use vault::Vault;
