mod config;
mod ledger;
mod vault;

pub use config::Config;
pub use ledger::Ledger;
pub use vault::Vault;
