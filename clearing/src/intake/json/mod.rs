//! Intents as JSON.
//!
//! One object holds an intent and its signature, flat, with the names of the EIP-712 fields. Hexadecimal text after `0x` holds
//! what EVM knows, base58 what Solana knows; the field `settlement` decides which of the two it is. Reading is strict: what
//! is not the one way to write an intent is refused by the field's name.

mod object;
mod read;
mod split;
mod write;

pub use read::read;
pub use split::{Form, split};
pub use write::{account, hex, write};

/// Longest text of one intent in bytes: twice what any needs.
pub const MAX_INTENT_BYTES: usize = 2048;
