pub mod accept_admin;
pub mod administer;
pub mod claim;
pub mod close_position;
pub mod compound;
pub mod create_pool;
mod emergency_withdraw;
pub mod exit;
pub mod fund;
pub mod open_position;
pub mod pause;
mod propose_admin;
pub mod recover;
mod set_duration;
mod set_guardian;
pub mod stake;
mod unpause;
pub mod unstake;
pub mod withdraw;

pub use accept_admin::*;
pub use administer::*;
pub use claim::*;
pub use close_position::*;
pub use compound::*;
pub use create_pool::*;
pub use exit::*;
pub use fund::*;
pub use open_position::*;
pub use pause::*;
pub use recover::*;
pub use stake::*;
pub use unstake::*;
pub use withdraw::*;

use anchor_lang::prelude::*;

/// The cluster's clock, in unix seconds.
fn now() -> Result<i64> {
    Ok(Clock::get()?.unix_timestamp)
}
