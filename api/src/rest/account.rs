//! Accounts and keys as they are written in URLs and bodies.

use super::problem::Problem;
use novate_protocol::{ids::Owner, intent::Scheme};

/// An account or key: `0x` and 40 hex digits on EVM, base58 of 32 bytes on Solana.
///
/// # Errors
/// A [`Problem`] that names the field.
pub fn parse(scheme: Scheme, field: &'static str, text: &str) -> Result<[u8; 32], Problem> {
    let word = match scheme {
        Scheme::Eip712 => evm(text),
        Scheme::Ed25519 => solana(text),
    };
    let form = match scheme {
        Scheme::Eip712 => "0x and 40 hex digits",
        Scheme::Ed25519 => "base58 of 32 bytes",
    };
    word.ok_or_else(|| Problem::bad("invalid_field", format!("{field} must be {form}")))
}

/// The owner of either chain: their forms cannot be mistaken for each other, as base58 has no zero digit.
///
/// # Errors
/// A [`Problem`].
pub fn owner(text: &str) -> Result<Owner, Problem> {
    let scheme = if text.starts_with("0x") {
        Scheme::Eip712
    } else {
        Scheme::Ed25519
    };
    parse(scheme, "owner", text).map(Owner)
}

/// An intent's id: `0x` and 64 hex digits.
///
/// # Errors
/// A [`Problem`].
pub fn intent_id(text: &str) -> Result<[u8; 32], Problem> {
    let bytes = text
        .strip_prefix("0x")
        .and_then(|digits| hex::decode(digits).ok());
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| Problem::bad("invalid_id", "an intent's id is 0x and 64 hex digits"))
}

fn evm(text: &str) -> Option<[u8; 32]> {
    let address: [u8; 20] = hex::decode(text.strip_prefix("0x")?).ok()?.try_into().ok()?;
    Some(Owner::from_evm(address).0)
}

fn solana(text: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    // No 32 bytes have more than 44 digits: a longer text is not even looked at.
    (text.len() <= 44 && bs58::decode(text).onto(&mut key).ok()? == key.len()).then_some(key)
}
