//! What the Solana programs share: events that cannot be lost, and which mints can be accounted for.

pub mod event;
pub mod mint;
