//! Claims: vouchers of a `RewardDistributor`.

use candid::{CandidType, Nat, Principal};
use novate_protocol::{claim::Claim, eip712::Domain};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// Argument of `sign_claim`: a claim, and the distributor that pays it.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ClaimRequest {
    /// 32 bytes, unique for ever among all requests: one id, one signature.
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
    /// The version of the key that signs; the current one if absent.
    pub key_version: Option<u32>,
}

impl ClaimRequest {
    /// Asks for the current key's signature over `claim.digest(domain)`; the domain's name is the canister's business.
    pub fn new(claim: &Claim, domain: &Domain) -> Self {
        Self {
            id: ByteBuf::from(claim.id),
            chain_id: domain.chain_id,
            distributor: ByteBuf::from(domain.verifying_contract),
            account: ByteBuf::from(claim.account),
            amount: Nat::from(claim.amount),
            deadline: claim.deadline,
            key_version: None,
        }
    }
}

/// A signed claim.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SignedClaim {
    /// 65 bytes `r || s || v`: low `s`, `v` 27 or 28, as `RewardDistributor.claim` takes it.
    pub signature: ByteBuf,
    /// 32 bytes: the EIP-712 digest that was signed.
    pub digest: ByteBuf,
    /// The EVM address that the signature recovers to, with checksum.
    pub signer: String,
}

/// What is known of a claim.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
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
