//! Prices.

use candid::{CandidType, Nat};
use serde::{Deserialize, Serialize};

/// Answer of `cost`: what one accepted request is charged, in cycles.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Cost {
    /// For a signature on EVM, margin included.
    pub evm: Nat,
    /// For a signature on Solana, margin included.
    pub solana: Nat,
    /// What is charged above the price of the threshold protocol.
    pub margin: Nat,
}
