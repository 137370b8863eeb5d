//! Solana programs: events by any Anchor IDL, from the transactions of a node.

mod batch;
mod borsh;
mod decode;
mod error;
pub mod events;
mod frontier;
mod layout;
mod ledger;
mod rpc;
mod source;
pub mod transaction;
mod wake;

pub use decode::{Decoder, Row};
pub use error::{DecodeError, IdlError, Malformed};
pub use source::{SolanaOptions, SolanaSource};
