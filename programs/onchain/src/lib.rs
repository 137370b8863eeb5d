//! What the Solana programs share: events that cannot be lost, which mints can be accounted for, and whom to tell about
//! a weakness.

pub mod event;
pub mod mint;
mod security;

#[doc(hidden)]
pub use solana_security_txt;
