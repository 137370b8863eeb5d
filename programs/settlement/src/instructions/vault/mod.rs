//! Tokens in and out.

pub mod create_vault;
pub mod deposit;
pub mod escape_withdraw;
pub mod open_ledger;
mod pay;
pub mod withdraw;

pub use create_vault::*;
pub use deposit::*;
pub use escape_withdraw::*;
pub use open_ledger::*;
pub use withdraw::*;
