//! Signing claims: one id, one decision, one signature.
//!
//! The decision is written before the threshold protocol is asked. If the canister traps while it waits, the
//! record stays without a signature, and the next call with the same content signs the same bytes. An upgrade must
//! not happen while it waits: stop the canister before, which waits for the signature.

use crate::{
    api::{ClaimRequest, ClaimView, Role, SignedClaim},
    events::{self, Event},
    keys,
    policy::{self, Circumstances},
    refusal::Refusal,
    roles,
    state::{self, ClaimRecord},
    voucher::{self, Voucher},
};
use candid::Principal;
use canister_kit::stored::Stored;
use serde_bytes::ByteBuf;
use std::{cell::RefCell, collections::BTreeSet};

/// Signs the claim, or returns the signature it already has: that one also while paused or past the deadline,
/// because it is public anyway.
///
/// # Errors
/// All but those for administrators.
pub async fn sign(caller: Principal, request: ClaimRequest) -> Result<SignedClaim, Refusal> {
    let voucher = Voucher::parse(&request)?;
    let id = voucher.claim.id;
    let known = find(id);
    if let Some(known) = &known
        && known.request != request
    {
        return Err(Refusal::IdTaken {
            id: request.id,
            digest: known.digest.clone(),
        });
    }
    if let Some(signature) = known.as_ref().and_then(|k| k.signature.clone()) {
        return answer(&voucher, signature).await;
    }
    let _running = Running::enter(id)?;
    policy::check(&voucher, &circumstances(&voucher))?;
    if known.is_none() {
        accept(caller, &voucher, request);
    }

    let key = keys::evm_key().await?;
    let signature = keys::sign(&key, voucher.digest()).await?;

    // The world moved while we waited. A signature that is no longer wanted is not given away.
    roles::still(caller, Role::Claimer)?;
    policy::check(&voucher, &circumstances(&voucher))?;
    store(caller, &voucher, signature);
    answer(&voucher, ByteBuf::from(signature.to_vec())).await
}

async fn answer(voucher: &Voucher, signature: ByteBuf) -> Result<SignedClaim, Refusal> {
    let signer = keys::evm_address(&keys::evm_key().await?);
    Ok(SignedClaim {
        signature,
        digest: ByteBuf::from(voucher.digest().to_vec()),
        signer,
    })
}

fn find(id: [u8; 32]) -> Option<ClaimRecord> {
    state::read(|s| s.claims.get(&id)).map(|Stored(record)| record)
}

fn circumstances(voucher: &Voucher) -> Circumstances {
    let now = ic_cdk::api::time() / 1_000_000_000;
    state::read(|s| Circumstances {
        now,
        paused: s.config.get().0.paused,
        max_amount: s.distributors.get(&(voucher.chain_id, voucher.distributor)),
    })
}

fn accept(caller: Principal, voucher: &Voucher, request: ClaimRequest) {
    let record = ClaimRecord {
        request,
        digest: ByteBuf::from(voucher.digest().to_vec()),
        signature: None,
        caller,
        accepted_at: ic_cdk::api::time(),
        signed_at: None,
    };
    state::write(|s| s.claims.insert(voucher.claim.id, Stored(record)));
    events::record(caller, Event::ClaimAccepted(voucher));
}

fn store(caller: Principal, voucher: &Voucher, signature: [u8; 65]) {
    let Some(mut record) = find(voucher.claim.id) else {
        // Records are never removed, and `accept` wrote this one.
        ic_cdk::trap("the record of a claim that was being signed is gone")
    };
    record.signature = Some(ByteBuf::from(signature.to_vec()));
    record.signed_at = Some(ic_cdk::api::time());
    state::write(|s| s.claims.insert(voucher.claim.id, Stored(record)));
    events::record(caller, Event::ClaimSigned { voucher, signature });
}

/// What is known of a claim.
///
/// # Errors
/// [`Refusal::WrongLength`].
pub fn view(id: &ByteBuf) -> Result<Option<ClaimView>, Refusal> {
    Ok(find(voucher::bytes("id", id)?).map(|record| ClaimView {
        request: record.request,
        digest: record.digest,
        signature: record.signature,
        caller: record.caller,
        accepted_at: record.accepted_at,
        signed_at: record.signed_at,
    }))
}

thread_local! {
    static RUNNING: RefCell<BTreeSet<[u8; 32]>> = const { RefCell::new(BTreeSet::new()) };
}

/// Holds a claim id while its signature is made: a twin call would pay for a second signature. Its drop also
/// runs when a callback traps (the CDK then drops the future). The set is empty when a stopped canister is upgraded.
struct Running([u8; 32]);

impl Running {
    fn enter(id: [u8; 32]) -> Result<Self, Refusal> {
        let free = RUNNING.with_borrow_mut(|running| running.insert(id));
        free.then_some(Self(id)).ok_or_else(|| Refusal::InProgress {
            id: ByteBuf::from(id.to_vec()),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.with_borrow_mut(|running| running.remove(&self.0));
    }
}
