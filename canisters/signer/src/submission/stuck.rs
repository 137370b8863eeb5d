//! What helps a transaction that had its time, or that no node takes.

use super::{
    fees::{self, Fees},
    may,
    record::{self, Submission},
};
use crate::{
    contract::amount,
    evm_rpc::client::Client,
    keys,
    transaction::{calls, nonces},
};
use candid::Principal;
use signer_api::Refusal;

/// What helps.
#[derive(Clone, Debug)]
pub enum Remedy {
    /// Nothing: it is in a block that does not count as settled yet.
    Wait,
    /// The same bytes once more, for nodes forget; and why it is not replaced, if that is something to mend.
    SendAgain(Option<Refusal>),
    /// An attempt with higher fees.
    Replace(Fees),
}

/// Whether the last attempt had its time, or no node takes it.
pub fn is_stuck(submission: &Submission, client: &Client) -> bool {
    let now = ic_cdk::api::time();
    let stuck_after = client.stuck_after().saturating_mul(1_000_000_000);
    submission.attempts.last().is_some_and(|last| {
        let is_late = last
            .sent_at
            .is_some_and(|sent| now.saturating_sub(sent) >= stuck_after);
        last.underpriced || is_late
    })
}

/// What helps. A transaction that waits for an older one of the account is not replaced: no fee gets it past that one.
///
/// # Errors
/// Policy's, those of the questions, those of [`may`].
pub async fn remedy(caller: Principal, submission: &Submission, client: &Client) -> Result<Remedy, Refusal> {
    let (Some(nonce), Some(last)) = (submission.nonce, submission.attempts.last()) else {
        return Ok(Remedy::Wait); // an attempt has a nonce
    };
    most(submission)?; // what is not allowed any more is not asked for
    let next = client.nonce(submission.account().await?).await?;
    if next != nonce {
        return Ok(match next < nonce {
            true => Remedy::SendAgain(None),
            false => Remedy::Wait,
        });
    }
    let unpaid = keys::require_usable(submission.key_version).and_then(|()| may::pay(caller, 0));
    if let Err(refusal) = unpaid {
        return Ok(Remedy::SendAgain(Some(refusal)));
    }
    let market = client.market().await?;
    let before = Fees {
        priority: amount("max_priority_fee_per_gas", &last.max_priority_fee_per_gas)?,
        max: amount("max_fee_per_gas", &last.max_fee_per_gas)?,
    };
    // Also those that somebody had signed for this nonce by `sign_transaction` count.
    let taken = nonces::taken((submission.request.chain_id, submission.key_version, nonce));
    let before = taken.map_or(before, |taken| Fees {
        priority: before.priority.max(taken.max_priority_fee_per_gas),
        max: before.max.max(taken.max_fee_per_gas),
    });
    Ok(match fees::next(before, market, most(submission)?) {
        Ok(fees) => Remedy::Replace(fees),
        Err(above) => Remedy::SendAgain(Some(above.into())),
    })
}

/// The most that may be offered, in wei per gas: by the submission, and by policy as it is now.
///
/// # Errors
/// Those of [`calls::of`].
pub fn most(submission: &Submission) -> Result<u128, Refusal> {
    let call = calls::of(&record::content(&submission.request)?)?;
    let asked = &submission.request.max_fee_per_gas;
    amount("max_fee_per_gas", asked.min(&call.max_fee_per_gas))
}
