//! The steps of a submission.

use super::{
    fees::{self, Fees},
    may,
    record::{self, Submission},
    settle,
    stuck::{self, Remedy},
};
use crate::{
    contract::bytes,
    events,
    evm_rpc::{answer::Taken, client::Client},
    keys,
    transaction::{self, Call, nonces},
};
use candid::Principal;
use canister_kit::icrc3::Value;
use serde_bytes::ByteBuf;
use signer_api::{Attempt, Refusal, SubmissionState, SubmissionView};
use std::{cell::RefCell, collections::BTreeSet};

/// Takes a submission as far as it gets: looks whether the chain has it, then plans, signs and sends what is missing. A
/// transaction that is stuck is replaced, or sent again. The caller holds the role of an operator.
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
    // A node may have it although it is not known to: the answer may be lost.
    if submission.attempts.iter().any(|attempt| attempt.hash.is_some()) {
        settle::look(caller, id, &mut submission, &client).await?;
        if submission.inclusion.is_some() {
            return Ok(submission.view());
        }
    }
    let is_stuck = stuck::is_stuck(&submission, &client);
    if submission.state() == SubmissionState::Sent && !is_stuck {
        return Ok(submission.view());
    }
    // What is signed is not sent during a pause either.
    may::go_on(caller)?;
    if is_stuck {
        match stuck::remedy(caller, &submission, &client).await? {
            Remedy::Wait => return Ok(submission.view()),
            Remedy::SendAgain(why) => {
                send(caller, id, &mut submission, &client).await?;
                return why.map_or_else(|| Ok(submission.view()), Err);
            }
            Remedy::Replace(fees) => replace(caller, id, &mut submission, fees)?,
        }
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
    stuck::most(submission)?; // what is not allowed any more is not asked for
    may::pay(caller, 0)?;
    // Nothing of it is signed, so the key may be the one of today.
    submission.key_version = keys::current();
    let account = submission.account().await?;
    let settled = client.nonce(account).await?;
    let market = client.market().await?;
    may::go_on(caller)?;
    let fees = fees::first(market, stuck::most(submission)?)?;
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

fn attempt_fields(id: [u8; 32], submission: &Submission, nonce: u64, fees: Fees) -> events::Fields {
    vec![
        ("submission_id", Value::blob(id)),
        ("attempt", Value::nat(submission.attempts.len())),
        ("nonce", Value::nat(nonce)),
        ("key_version", Value::nat(submission.key_version)),
        ("max_priority_fee_per_gas", Value::nat(fees.priority)),
        ("max_fee_per_gas", Value::nat(fees.max)),
    ]
}

/// Plans an attempt with the same nonce and content, and higher fees.
fn replace(caller: Principal, id: [u8; 32], submission: &mut Submission, fees: Fees) -> Result<(), Refusal> {
    may::go_on(caller)?;
    let Some(nonce) = submission.nonce else {
        return Ok(()); // an attempt has a nonce
    };
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
    let transaction = submission.transaction(nonce, attempt);
    let signed = transaction::sign(caller, &transaction).await;
    if signed.is_err()
        && Call::new(&transaction)
            .await
            .is_ok_and(|call| !call.is_accepted())
    {
        // The nonce was taken in between, or the fees, or its id, or policy refuses. So it is planned anew.
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
    may::go_on(caller)?;
    match client.send(&signed.raw, hash, nonce, &signed.signer).await? {
        Taken::InHand => {
            let now = ic_cdk::api::time();
            change(id, submission, |attempt| {
                attempt.sent_at = Some(now);
                attempt.underpriced = false;
            });
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
        // Made only when it is free: the drop of another would free what the first one holds.
        free.then(|| Self(id)).ok_or_else(|| Refusal::InProgress {
            id: ByteBuf::from(id),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.with_borrow_mut(|running| running.remove(&self.0));
    }
}
