//! Of the rewards program.

use super::{Pubkey, derive};
use crate::solana::rewards::{ID, constants};

/// The distribution to which `creator` gave this number.
pub fn distribution(creator: &Pubkey, id: u64) -> Pubkey {
    derive(
        &ID,
        &[constants::DISTRIBUTION_SEED, creator.as_ref(), &id.to_le_bytes()],
    )
}

/// The token account of a distribution.
pub fn tokens(distribution: &Pubkey) -> Pubkey {
    derive(&ID, &[constants::TOKENS_SEED, distribution.as_ref()])
}

/// What `recipient` was allocated directly.
pub fn allocation(distribution: &Pubkey, recipient: &Pubkey) -> Pubkey {
    derive(
        &ID,
        &[
            constants::ALLOCATION_SEED,
            distribution.as_ref(),
            recipient.as_ref(),
        ],
    )
}

/// What was allocated for one order.
pub fn order(distribution: &Pubkey, order_id: &[u8; 32]) -> Pubkey {
    derive(&ID, &[constants::ORDER_SEED, distribution.as_ref(), order_id])
}

/// The record of what `recipient` claimed under the distribution's roots.
pub fn claim(distribution: &Pubkey, recipient: &Pubkey) -> Pubkey {
    derive(
        &ID,
        &[constants::CLAIM_SEED, distribution.as_ref(), recipient.as_ref()],
    )
}
