//! What is kept of a submission.

use super::fees::Fees;
use crate::{
    contract::bytes,
    requests, state,
    transaction::{eip1559::Transaction, request},
};
use candid::{CandidType, Nat, Principal};
use canister_kit::stored::Stored;
use novate_protocol::keccak::keccak256;
use serde::Deserialize;
use serde_bytes::ByteBuf;
use signer_api::{
    Attempt, Inclusion, Refusal, SubmissionRefusal, SubmissionRequest, SubmissionState, SubmissionView,
    TransactionRequest,
};

/// A submission. Never removed.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct Submission {
    pub request: SubmissionRequest,
    pub key_version: u32,
    pub nonce: Option<u64>,
    pub attempts: Vec<Attempt>,
    pub inclusion: Option<Inclusion>,
    pub caller: Principal,
    pub accepted_at: u64,
}

/// The submission with this id.
///
/// # Errors
/// [`SubmissionRefusal::SubmissionUnknown`].
pub fn find(id: [u8; 32]) -> Result<Submission, SubmissionRefusal> {
    let found = state::read(|s| s.submissions.get(&id)).map(|Stored(submission)| submission);
    found.ok_or_else(|| SubmissionRefusal::SubmissionUnknown {
        id: ByteBuf::from(id),
    })
}

/// What is to be called, without nonce and fees.
///
/// # Errors
/// Those of [`request::content`].
pub fn content(request: &SubmissionRequest) -> Result<Transaction, Refusal> {
    let SubmissionRequest {
        chain_id,
        gas_limit,
        to,
        value,
        data,
        ..
    } = request;
    request::content(*chain_id, *gas_limit, to, value, data)
}

/// Keeps it as it is now.
pub fn put(id: [u8; 32], submission: &Submission) {
    state::write(|s| s.submissions.insert(id, Stored(submission.clone())));
}

/// What is known of a submission. For anybody.
///
/// # Errors
/// [`Refusal::WrongLength`].
pub fn view(id: &ByteBuf) -> Result<Option<SubmissionView>, Refusal> {
    let found = find(bytes("id", id)?).ok();
    Ok(found.map(|submission| submission.view()))
}

impl Submission {
    /// How far it is.
    pub fn state(&self) -> SubmissionState {
        match (&self.inclusion, self.attempts.last()) {
            (Some(inclusion), _) if inclusion.succeeded => SubmissionState::Confirmed,
            (Some(_), _) => SubmissionState::Failed,
            (None, Some(attempt)) if attempt.sent_at.is_some() => SubmissionState::Sent,
            (None, Some(attempt)) if attempt.hash.is_some() => SubmissionState::Signed,
            _ => SubmissionState::Planned,
        }
    }

    /// As callers see it.
    pub fn view(&self) -> SubmissionView {
        SubmissionView {
            request: self.request.clone(),
            state: self.state(),
            key_version: self.key_version,
            nonce: self.nonce,
            attempts: self.attempts.clone(),
            inclusion: self.inclusion.clone(),
            caller: self.caller,
            accepted_at: self.accepted_at,
        }
    }

    /// Plans another attempt, under the next id that nobody used: whoever knows the submission's can compute them, and
    /// have something else signed under one.
    pub fn plan(&mut self, fees: Fees) {
        let of = |number: u64| {
            let number = number.to_be_bytes();
            keccak256(&[b"novate submission attempt", &self.request.id, &number])
        };
        let numbers = self.attempts.len() as u64..;
        // There is one: requests are fewer than numbers.
        let free = numbers.map(of).find(|id| requests::find(*id).is_none());
        let request_id = free.unwrap_or_default();
        self.attempts.push(Attempt {
            request_id: ByteBuf::from(request_id),
            max_priority_fee_per_gas: Nat::from(fees.priority),
            max_fee_per_gas: Nat::from(fees.max),
            hash: None,
            sent_at: None,
            underpriced: false,
        });
    }

    /// What must be signed for an attempt.
    pub fn transaction(&self, nonce: u64, attempt: &Attempt) -> TransactionRequest {
        let request = &self.request;
        TransactionRequest {
            id: attempt.request_id.clone(),
            chain_id: request.chain_id,
            nonce,
            max_priority_fee_per_gas: attempt.max_priority_fee_per_gas.clone(),
            max_fee_per_gas: attempt.max_fee_per_gas.clone(),
            gas_limit: request.gas_limit,
            to: request.to.clone(),
            value: request.value.clone(),
            data: request.data.clone(),
            key_version: Some(self.key_version),
        }
    }

    /// Where the call goes.
    ///
    /// # Errors
    /// None that `accept` lets in.
    pub fn to(&self) -> Result<[u8; 20], Refusal> {
        bytes("to", &self.request.to)
    }

    /// The address that pays.
    ///
    /// # Errors
    /// [`Refusal::SigningFailed`].
    pub async fn account(&self) -> Result<[u8; 20], Refusal> {
        request::own_address(self.key_version).await
    }
}
