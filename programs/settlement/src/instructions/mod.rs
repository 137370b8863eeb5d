pub mod create_vault;
pub mod deposit;
pub mod initialize;
pub mod open_ledger;
pub mod pause;
pub mod unpause;
pub mod withdraw;

pub use create_vault::*;
pub use deposit::*;
pub use initialize::*;
pub use open_ledger::*;
pub use pause::*;
pub use unpause::*;
pub use withdraw::*;
