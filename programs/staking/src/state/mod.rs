//! The accounts of the program, and what may be done to them.

mod pool;
mod position;
mod tier;

pub use pool::{MAX_COOLDOWN, MAX_DURATION, MIN_PAUSE, Pool, PoolSigner, require_duration};
pub use position::Position;
pub use tier::{BASIS_POINTS, MAX_LOCK, MAX_MULTIPLIER, MAX_TIERS, Tier, Tiers};
