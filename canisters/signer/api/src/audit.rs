//! What was decided.

use crate::Chain;
use candid::{CandidType, Nat};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// Argument of `audit`.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AuditRequest {
    /// The block of the log to begin with; 0 is the first.
    pub from: u64,
    /// The most decisions in the answer; at most 500 come.
    pub limit: u64,
}

/// Answer of `audit`.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AuditPage {
    /// In the order in which they were made. May be empty although there are more: see `next`.
    pub decisions: Vec<Decision>,
    /// Where to go on; absent at the end of the log.
    pub next: Option<u64>,
}

/// A request that was accepted or refused.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Decision {
    /// Its block in the log.
    pub block: u64,
    /// Nanoseconds since 1970.
    pub at: u64,
    /// Who asked.
    pub caller: String,
    /// What was called.
    pub method: String,
    /// As given, cut to 64 bytes; empty where there is none.
    pub request_id: ByteBuf,
    /// Absent where the call names none.
    pub chain: Option<Chain>,
    /// As given, cut to 64 bytes; empty where there is none.
    pub contract: ByteBuf,
    /// What was decided.
    pub outcome: Outcome,
}

/// What was decided.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Outcome {
    /// The request is to be signed.
    Accepted {
        /// 32 bytes. On EVM what is signed; on Solana keccak-256 of the message that is signed.
        digest: ByteBuf,
        /// The version of the key.
        key_version: u32,
        /// Cycles that the caller was charged.
        price: Nat,
    },
    /// It is not.
    Refused {
        /// Name of the rule.
        rule: String,
        /// A sentence with the values that were wrong.
        detail: String,
    },
}
