//! The steps of a submission.

use super::{
    fees::{self, Fees},
    record::{self, Submission},
    settle,
};
use crate::{
    contract::{amount, bytes},
    events,
    evm_rpc::{answer::Taken, client::Client},
    requests, state,
    transaction::{self, calls, nonces},
};
use candid::Principal;
use canister_kit::icrc3::Value;
use serde_bytes::ByteBuf;
use signer_api::{Attempt, Refusal, SubmissionState, SubmissionView};
use std::{cell::RefCell, collections::BTreeSet};

/// Takes a submission as far as it gets: looks whether the chain has it, then plans, signs and sends what is missing. A
/// transaction that is stuck is replaced. The caller holds the role of an operator.
///
/// # Errors
/// [`signer_api::SubmissionRefusal::SubmissionUnknown`], [`Refusal::InProgress`]; what stopped the step. What was reached is
/// kept, so the next call goes on from there.
pub async fn advance(caller: Principal, id: [u8; 32]) -> Result<SubmissionView, Refusal> {
    let _running = Running::enter(id)?;
    let mut submission = record::find(id)?;
    if submission.inclusion.is_some() {
        return Ok(submission.view());
    }
    let client = Client::of(submission.request.chain_id)?;
    if submission
        .attempts
        .iter()
        .any(|attempt| attempt.sent_at.is_some())
    {
        settle::look(caller, id, &mut submission, &client).await?;
        if submission.inclusion.is_some() {
            return Ok(submission.view());
        }
    }
    let is_to_be_replaced = is_to_be_replaced(&submission, &client);
    if submission.state() == SubmissionState::Sent && !is_to_be_replaced {
        return Ok(submission.view());
    }
    // What is signed is not sent during a pause either.
    if state::read(|s| s.config.get().0.paused) {
        return Err(Refusal::Paused);
    }
    if is_to_be_replaced {
        replace(caller, id, &mut submission, &client).await?;
    }
    if submission.attempts.is_empty() {
        plan(caller, id, &mut submission, &client).await?;
    }
    if submission.state() == SubmissionState::Planned {
        sign(caller, id, &mut submission).await?;
    }
    if submission.state() == SubmissionState::Signed {
        send(caller, id, &mut submission, &client).await?;
    }
    Ok(submission.view())
}

/// Chooses nonce and fees of the first attempt.
async fn plan(
    caller: Principal,
    id: [u8; 32],
    submission: &mut Submission,
    client: &Client,
) -> Result<(), Refusal> {
    let most = most(submission)?;
    let account = submission.account().await?;
    let settled = client.nonce(account).await?;
    let market = client.market().await?;
    let fees = fees::first(market, most)?;
    // The nonce is taken when the attempt is accepted for signing, which is in this same message.
    let (chain_id, key_version) = (submission.request.chain_id, submission.key_version);
    let nonce = nonces::first_free(chain_id, key_version, settled);
    submission.nonce = Some(nonce);
    submission.plan(fees);
    record::put(id, submission);
    let fields = attempt_fields(id, submission, nonce, fees);
    events::record(caller, "submission_planned", fields);
    Ok(())
}

/// The most that may be offered, in wei per gas: by the submission, and by policy as it is now.
fn most(submission: &Submission) -> Result<u128, Refusal> {
    let call = calls::of(&record::content(&submission.request)?)?;
    let asked = &submission.request.max_fee_per_gas;
    amount("max_fee_per_gas", asked.min(&call.max_fee_per_gas))
}

fn attempt_fields(id: [u8; 32], submission: &Submission, nonce: u64, fees: Fees) -> events::Fields {
    vec![
        ("submission_id", Value::blob(id)),
        ("attempt", Value::nat(submission.attempts.len())),
        ("nonce", Value::nat(nonce)),
        ("max_priority_fee_per_gas", Value::nat(fees.priority)),
        ("max_fee_per_gas", Value::nat(fees.max)),
    ]
}

/// Whether the last attempt had its time, or no node takes it.
fn is_to_be_replaced(submission: &Submission, client: &Client) -> bool {
    let now = ic_cdk::api::time();
    let stuck_after = client.stuck_after().saturating_mul(1_000_000_000);
    submission.attempts.last().is_some_and(|last| {
        let is_stuck = last
            .sent_at
            .is_some_and(|sent| now.saturating_sub(sent) >= stuck_after);
        last.underpriced || is_stuck
    })
}

/// Plans an attempt with the same nonce and content, and higher fees.
async fn replace(
    caller: Principal,
    id: [u8; 32],
    submission: &mut Submission,
    client: &Client,
) -> Result<(), Refusal> {
    let (Some(nonce), Some(last)) = (submission.nonce, submission.attempts.last()) else {
        return Ok(()); // an attempt has a nonce
    };
    // Also those that somebody had signed for this nonce by `sign_transaction` count.
    let taken = nonces::taken((submission.request.chain_id, submission.key_version, nonce));
    let before = Fees {
        priority: amount("max_priority_fee_per_gas", &last.max_priority_fee_per_gas)?,
        max: amount("max_fee_per_gas", &last.max_fee_per_gas)?,
    };
    let before = taken.map_or(before, |taken| Fees {
        priority: before.priority.max(taken.max_priority_fee_per_gas),
        max: before.max.max(taken.max_fee_per_gas),
    });
    let most = most(submission)?;
    let market = client.market().await?;
    let fees = fees::next(before, market, most)?;
    submission.plan(fees);
    record::put(id, submission);
    let fields = attempt_fields(id, submission, nonce, fees);
    events::record(caller, "submission_replaced", fields);
    Ok(())
}

async fn sign(caller: Principal, id: [u8; 32], submission: &mut Submission) -> Result<(), Refusal> {
    let (Some(nonce), Some(attempt)) = (submission.nonce, submission.attempts.last()) else {
        return Ok(()); // as above
    };
    let id_of_attempt = bytes("request id", &attempt.request_id)?;
    let signed = transaction::sign(caller, &submission.transaction(nonce, attempt)).await;
    if signed.is_err() && requests::find(id_of_attempt).is_none() {
        // It was not accepted: the nonce was taken in between, or the fees, or policy refuses. So it is planned anew.
        submission.attempts.pop();
        record::put(id, submission);
    }
    let hash = signed?.hash;
    change(id, submission, |attempt| attempt.hash = Some(hash));
    Ok(())
}

async fn send(
    caller: Principal,
    id: [u8; 32],
    submission: &mut Submission,
    client: &Client,
) -> Result<(), Refusal> {
    let (Some(nonce), Some(last)) = (submission.nonce, submission.attempts.last()) else {
        return Ok(()); // as above
    };
    // It has its signature, so this only puts the bytes together again.
    let signed = transaction::sign(caller, &submission.transaction(nonce, last)).await?;
    let hash: [u8; 32] = bytes("hash", &signed.hash)?;
    match client.send(&signed.raw, hash, nonce, &signed.signer).await? {
        Taken::InHand => {
            let now = ic_cdk::api::time();
            change(id, submission, |attempt| attempt.sent_at = Some(now));
            let fields = vec![
                ("submission_id", Value::blob(id)),
                ("attempt", Value::nat(submission.attempts.len())),
                ("nonce", Value::nat(nonce)),
                ("hash", Value::blob(hash)),
            ];
            events::record(caller, "submission_sent", fields);
        }
        Taken::Underpriced => change(id, submission, |attempt| attempt.underpriced = true),
    }
    Ok(())
}

/// Changes the last attempt and keeps the submission.
fn change(id: [u8; 32], submission: &mut Submission, change: impl FnOnce(&mut Attempt)) {
    if let Some(attempt) = submission.attempts.last_mut() {
        change(attempt);
    }
    record::put(id, submission);
}

thread_local! {
    static RUNNING: RefCell<BTreeSet<[u8; 32]>> = const { RefCell::new(BTreeSet::new()) };
}

/// Holds a submission while it is advanced: a twin call would act on what the first one is about to change. Its drop also
/// runs when a callback traps. The set is empty when a stopped canister is upgraded.
struct Running([u8; 32]);

impl Running {
    /// # Errors
    /// [`Refusal::InProgress`].
    fn enter(id: [u8; 32]) -> Result<Self, Refusal> {
        let free = RUNNING.with_borrow_mut(|running| running.insert(id));
        free.then_some(Self(id)).ok_or_else(|| Refusal::InProgress {
            id: ByteBuf::from(id),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.with_borrow_mut(|running| running.remove(&self.0));
    }
}
