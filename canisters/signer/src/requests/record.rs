//! What is kept of a request.

use crate::state::{self, ClaimRecord};
use candid::{CandidType, Nat, Principal};
use canister_kit::stored::Stored;
use serde::Deserialize;
use serde_bytes::ByteBuf;
use signer_api::{Chain, Content, RequestView};

/// A decision to sign, and its result. Never removed.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct RequestRecord {
    pub method: String,
    pub chain: Chain,
    pub contract: ByteBuf,
    pub content: Content,
    pub digest: ByteBuf,
    pub key_version: u32,
    pub signature: Option<ByteBuf>,
    pub caller: Principal,
    /// Cycles.
    pub price: u128,
    pub accepted_at: u64,
    pub signed_at: Option<u64>,
}

/// The record of an id. Claims of the first version, which knew nothing but claims, are where it put them.
pub fn find(id: [u8; 32]) -> Option<RequestRecord> {
    // Such a claim that is signed only now is in both places, and complete in the first.
    state::read(|s| match s.requests.get(&id) {
        Some(Stored(record)) => Some(record),
        None => s.claims.get(&id).map(|Stored(claim)| claim.into()),
    })
}

pub(super) fn put(id: [u8; 32], record: &RequestRecord) {
    state::write(|s| s.requests.insert(id, Stored(record.clone())));
}

impl From<ClaimRecord> for RequestRecord {
    /// It was free, and signed by the only key there was.
    fn from(claim: ClaimRecord) -> Self {
        Self {
            method: "sign_claim".into(),
            chain: Chain::Evm(claim.request.chain_id),
            contract: claim.request.distributor.clone(),
            content: Content::Claim(claim.request),
            digest: claim.digest,
            key_version: 1,
            signature: claim.signature,
            caller: claim.caller,
            price: 0,
            accepted_at: claim.accepted_at,
            signed_at: claim.signed_at,
        }
    }
}

impl From<RequestRecord> for RequestView {
    fn from(record: RequestRecord) -> Self {
        Self {
            method: record.method,
            chain: record.chain,
            contract: record.contract,
            content: record.content,
            digest: record.digest,
            key_version: record.key_version,
            signature: record.signature,
            caller: record.caller,
            price: Nat::from(record.price),
            accepted_at: record.accepted_at,
            signed_at: record.signed_at,
        }
    }
}
