//! Seeds of the program's addresses.

use anchor_lang::prelude::*;

/// A pool: `[POOL_SEED, creator, id as 8 bytes, little-endian]`.
#[constant]
pub const POOL_SEED: &[u8] = b"pool";

/// The token account with a pool's stake: `[STAKES_SEED, pool]`.
#[constant]
pub const STAKES_SEED: &[u8] = b"stakes";

/// The token account with a pool's rewards: `[REWARDS_SEED, pool]`.
#[constant]
pub const REWARDS_SEED: &[u8] = b"rewards";

/// A position: `[POSITION_SEED, pool, owner, tier as 1 byte]`.
#[constant]
pub const POSITION_SEED: &[u8] = b"position";
