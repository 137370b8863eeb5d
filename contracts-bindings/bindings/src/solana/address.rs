//! Where the program keeps things. Every address follows from the one above it.

use anchor_lang::prelude::Pubkey;

use super::settlement::{ID, constants};

/// The settlement that `admin` initialized.
pub fn config(admin: &Pubkey) -> Pubkey {
    derive(&[constants::CONFIG_SEED, admin.as_ref()])
}

/// The vault for `mint`.
pub fn vault(config: &Pubkey, mint: &Pubkey) -> Pubkey {
    derive(&[constants::VAULT_SEED, config.as_ref(), mint.as_ref()])
}

/// The token account that holds the vault's tokens.
pub fn tokens(vault: &Pubkey) -> Pubkey {
    derive(&[constants::TOKENS_SEED, vault.as_ref()])
}

/// The ledger of `owner` in `vault`.
pub fn ledger(vault: &Pubkey, owner: &Pubkey) -> Pubkey {
    derive(&[constants::LEDGER_SEED, vault.as_ref(), owner.as_ref()])
}

/// The signer of the program's calls to itself, which carry events. The seed is fixed by Anchor's `event_cpi`.
pub fn event_authority() -> Pubkey {
    derive(&[b"__event_authority"])
}

fn derive(seeds: &[&[u8]]) -> Pubkey {
    Pubkey::find_program_address(seeds, &ID).0
}
