//! Of the session-keys program.

use super::{Pubkey, derive};
use crate::solana::session_keys::{ID, constants};

/// Where all sessions of `owner` are.
pub fn grants(owner: &Pubkey) -> Pubkey {
    derive(&ID, &[constants::GRANTS_SEED, owner.as_ref()])
}
