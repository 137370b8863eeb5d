//! Seeds of the program's addresses.

use anchor_lang::prelude::*;

/// A config: `[CONFIG_SEED, admin that initialized it]`.
#[constant]
pub const CONFIG_SEED: &[u8] = b"config";

/// A vault: `[VAULT_SEED, config, mint]`.
#[constant]
pub const VAULT_SEED: &[u8] = b"vault";

/// A vault's token account: `[TOKENS_SEED, vault]`.
#[constant]
pub const TOKENS_SEED: &[u8] = b"tokens";

/// A ledger: `[LEDGER_SEED, vault, owner]`.
#[constant]
pub const LEDGER_SEED: &[u8] = b"ledger";

/// An item: `[ITEM_SEED, config, mint]`. Its token account is `[TOKENS_SEED, item]`.
#[constant]
pub const ITEM_SEED: &[u8] = b"item";

/// The listing of an item: `[LISTING_SEED, item]`.
#[constant]
pub const LISTING_SEED: &[u8] = b"listing";

/// The auction of an item: `[AUCTION_SEED, item]`.
#[constant]
pub const AUCTION_SEED: &[u8] = b"auction";

/// A batch: `[BATCH_SEED, config, sequence]`, the sequence as eight bytes in little-endian order.
#[constant]
pub const BATCH_SEED: &[u8] = b"batch";

/// A checkpoint of completed orders: `[ORDERS_SEED, config, number]`, the number as the sequence of a batch.
#[constant]
pub const ORDERS_SEED: &[u8] = b"orders";
