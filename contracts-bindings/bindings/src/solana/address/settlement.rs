//! Of the settlement program.

use super::{Pubkey, derive};
use crate::solana::settlement::{ID, constants};

/// The settlement that `admin` initialized.
pub fn config(admin: &Pubkey) -> Pubkey {
    derive(&ID, &[constants::CONFIG_SEED, admin.as_ref()])
}

/// The vault for `mint`.
pub fn vault(config: &Pubkey, mint: &Pubkey) -> Pubkey {
    derive(&ID, &[constants::VAULT_SEED, config.as_ref(), mint.as_ref()])
}

/// The token account of a vault or an item.
pub fn tokens(of: &Pubkey) -> Pubkey {
    derive(&ID, &[constants::TOKENS_SEED, of.as_ref()])
}

/// The ledger of `owner` in `vault`.
pub fn ledger(vault: &Pubkey, owner: &Pubkey) -> Pubkey {
    derive(&ID, &[constants::LEDGER_SEED, vault.as_ref(), owner.as_ref()])
}

/// What the settlement knows of the NFT `mint`.
pub fn item(config: &Pubkey, mint: &Pubkey) -> Pubkey {
    derive(&ID, &[constants::ITEM_SEED, config.as_ref(), mint.as_ref()])
}

/// The offer of an item at a fixed price.
pub fn listing(item: &Pubkey) -> Pubkey {
    derive(&ID, &[constants::LISTING_SEED, item.as_ref()])
}

/// The auction of an item.
pub fn auction(item: &Pubkey) -> Pubkey {
    derive(&ID, &[constants::AUCTION_SEED, item.as_ref()])
}

/// The batch with this sequence.
pub fn batch(config: &Pubkey, sequence: u64) -> Pubkey {
    derive(
        &ID,
        &[constants::BATCH_SEED, config.as_ref(), &sequence.to_le_bytes()],
    )
}

/// The checkpoint of completed orders with this number.
pub fn orders(config: &Pubkey, number: u64) -> Pubkey {
    derive(
        &ID,
        &[constants::ORDERS_SEED, config.as_ref(), &number.to_le_bytes()],
    )
}
