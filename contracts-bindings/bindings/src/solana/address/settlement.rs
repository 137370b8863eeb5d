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
