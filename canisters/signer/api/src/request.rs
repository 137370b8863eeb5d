//! What is known of a request, of whatever kind.

use crate::{BatchHeader, Chain, CheckpointRequest, ClaimRequest, TransactionRequest};
use candid::{CandidType, Nat, Principal};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// A signature.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Signed {
    /// On EVM 65 bytes `r || s || v` with low `s` and `v` 27 or 28; on Solana 64 bytes of Ed25519.
    pub signature: ByteBuf,
    /// 32 bytes. On EVM what was signed; on Solana keccak-256 of the message that was signed.
    pub digest: ByteBuf,
    /// The address that the signature belongs to: with checksum on EVM, in base58 on Solana.
    pub signer: String,
    /// The version of the key.
    pub key_version: u32,
}

/// What was asked for.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Content {
    /// By `sign_claim`.
    Claim(ClaimRequest),
    /// By `sign_batch`. The leaves are not kept: the header has their roots.
    Batch(BatchHeader),
    /// By `sign_checkpoint`.
    Checkpoint(CheckpointRequest),
    /// By `sign_transaction`, or for a submission.
    Transaction(TransactionRequest),
}

/// A request that was accepted.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RequestView {
    /// The method that accepted it.
    pub method: String,
    /// Where the signature counts.
    pub chain: Chain,
    /// The contract there: 20 bytes on EVM, 32 bytes on Solana.
    pub contract: ByteBuf,
    /// What was asked for.
    pub content: Content,
    /// 32 bytes. On EVM what is signed; on Solana keccak-256 of the message that is signed.
    pub digest: ByteBuf,
    /// The version of the key.
    pub key_version: u32,
    /// Absent while no signature was returned by the threshold protocol.
    pub signature: Option<ByteBuf>,
    /// Who asked first.
    pub caller: Principal,
    /// Cycles that it was charged.
    pub price: Nat,
    /// Nanoseconds since 1970, when it was accepted.
    pub accepted_at: u64,
    /// Nanoseconds since 1970, when it was signed.
    pub signed_at: Option<u64>,
}
