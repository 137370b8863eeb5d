//! Of the staking program.

use super::{Pubkey, derive};
use crate::solana::staking::{ID, constants};

/// The pool to which `creator` gave this number.
pub fn pool(creator: &Pubkey, id: u64) -> Pubkey {
    derive(&ID, &[constants::POOL_SEED, creator.as_ref(), &id.to_le_bytes()])
}

/// The token account with a pool's stake.
pub fn stakes(pool: &Pubkey) -> Pubkey {
    derive(&ID, &[constants::STAKES_SEED, pool.as_ref()])
}

/// The token account with a pool's rewards.
pub fn rewards(pool: &Pubkey) -> Pubkey {
    derive(&ID, &[constants::REWARDS_SEED, pool.as_ref()])
}

/// What `owner` has in one tier of a pool.
pub fn position(pool: &Pubkey, owner: &Pubkey, tier: u8) -> Pubkey {
    derive(
        &ID,
        &[constants::POSITION_SEED, pool.as_ref(), owner.as_ref(), &[tier]],
    )
}
