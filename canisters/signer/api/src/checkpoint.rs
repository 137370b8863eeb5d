//! Checkpoints of completed orders.

use crate::Chain;
use candid::CandidType;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// Argument of `sign_checkpoint`: a root of completed orders, and the registry that keeps it.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct CheckpointRequest {
    /// 32 bytes, unique for ever among all requests: one id, one signature.
    pub id: ByteBuf,
    /// Where the checkpoint is kept.
    pub chain: Chain,
    /// The keeper: 20 bytes of an `OrderRegistry` on EVM, 32 bytes of a settlement's config account on Solana.
    pub contract: ByteBuf,
    /// The registry's last number plus one.
    pub number: u64,
    /// 32 bytes: root over the orders.
    pub root: ByteBuf,
    /// Leaves under the root, at least one.
    pub order_count: u32,
    /// The version of the key that signs; the current one if absent.
    pub key_version: Option<u32>,
}
