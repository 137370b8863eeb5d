//! The types of the canister's interface.

use candid::{CandidType, Nat, Principal};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// Argument of `init`.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct InitArgs {
    /// The first administrator. Not the anonymous principal.
    pub admin: Principal,
    /// Name of the threshold keys: `key_1` on the mainnet, `test_key_1` for trials there, `dfx_test_key` locally.
    pub key_name: String,
}

/// What a principal may do.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
pub enum Role {
    /// Sets roles and policy; pauses and resumes.
    Admin,
    /// Asks for claims to be signed.
    Claimer,
    /// May pause, but not resume.
    Guardian,
}

/// Argument of `sign_claim`: the voucher of a `RewardDistributor`.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ClaimRequest {
    /// 32 bytes, unique for ever: one id, one signature.
    pub id: ByteBuf,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// 20 bytes: the contract that pays.
    pub distributor: ByteBuf,
    /// 20 bytes: who is paid.
    pub account: ByteBuf,
    /// Base units of the distributor's token.
    pub amount: Nat,
    /// Unix seconds: the last at which the claim can be redeemed.
    pub deadline: u64,
}

/// A signed claim.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct SignedClaim {
    /// 65 bytes `r || s || v`: low `s`, `v` 27 or 28, as OpenZeppelin's `ECDSA.recover` wants it.
    pub signature: ByteBuf,
    /// 32 bytes: the EIP-712 digest that was signed.
    pub digest: ByteBuf,
    /// The EVM address that the signature recovers to, with checksum.
    pub signer: String,
}

/// What is known of a claim.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ClaimView {
    /// What was asked for.
    pub request: ClaimRequest,
    /// 32 bytes: its EIP-712 digest.
    pub digest: ByteBuf,
    /// 65 bytes, absent while no signature was returned by the threshold protocol.
    pub signature: Option<ByteBuf>,
    /// Who asked first.
    pub caller: Principal,
    /// Nanoseconds since 1970, when it was accepted.
    pub accepted_at: u64,
    /// Nanoseconds since 1970, when it was signed.
    pub signed_at: Option<u64>,
}

/// A contract whose claims may be signed.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Distributor {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// 20 bytes: the contract.
    pub address: ByteBuf,
    /// The most that one claim may pay, in base units; at most 2^128 - 1.
    pub max_amount: Nat,
}

/// Answer of `status`.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct Status {
    /// No claim is signed while true.
    pub paused: bool,
    /// As given at `init`.
    pub key_name: String,
    /// Absent until `evm_address` was called once.
    pub evm_address: Option<String>,
    /// Absent until `solana_address` was called once.
    pub solana_address: Option<String>,
    /// Claims accepted so far, signed or not.
    pub claims: u64,
    /// Blocks in the log.
    pub log_length: u64,
    /// The contracts whose claims may be signed.
    pub distributors: Vec<Distributor>,
    /// Everybody with a role.
    pub roles: Vec<(Principal, Role)>,
}
