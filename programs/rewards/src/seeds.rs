//! Seeds of the program's addresses.

use anchor_lang::prelude::*;

/// A distribution: `[DISTRIBUTION_SEED, creator, id as 8 bytes, little-endian]`.
#[constant]
pub const DISTRIBUTION_SEED: &[u8] = b"distribution";

/// A distribution's token account: `[TOKENS_SEED, distribution]`.
#[constant]
pub const TOKENS_SEED: &[u8] = b"tokens";

/// A recipient's direct allocation: `[ALLOCATION_SEED, distribution, recipient]`.
#[constant]
pub const ALLOCATION_SEED: &[u8] = b"allocation";

/// The allocation of one order's reward: `[ORDER_SEED, distribution, order id]`.
#[constant]
pub const ORDER_SEED: &[u8] = b"order";

/// The record of a recipient's Merkle claims: `[CLAIM_SEED, distribution, recipient]`.
#[constant]
pub const CLAIM_SEED: &[u8] = b"claim";
