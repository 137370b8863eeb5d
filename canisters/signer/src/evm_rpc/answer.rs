//! What counts as an answer. Functions of their arguments alone.

use candid::Nat;
use evm_rpc_types::{
    Hex32, HttpOutcallError, JsonRpcError, MultiRpcResult, ProviderError, RpcError, RpcResult,
    SendRawTransactionStatus,
};
use ic_canister_runtime::IcError;
use signer_api::SubmissionRefusal;

/// Most characters of a reason.
const MAX_REASON: usize = 200;

/// What the canister was given for a question: an error of its own call, or what the providers said.
pub type Given<T> = Result<MultiRpcResult<T>, IcError>;

/// What a node said to a transaction.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Taken {
    /// It has the transaction: since now, since before, or because it is in the chain already.
    InHand,
    /// It has another transaction of this nonce with similar fees, and keeps that.
    Underpriced,
}

/// The one answer of all providers.
///
/// # Errors
/// [`SubmissionRefusal::CyclesMissing`], [`SubmissionRefusal::RpcUnderpaid`], [`SubmissionRefusal::RpcFailed`],
/// [`SubmissionRefusal::RpcInconsistent`].
pub fn agreed<T>(method: &str, given: Given<T>) -> Result<T, SubmissionRefusal> {
    match given.map_err(|e| not_asked(method, e))? {
        MultiRpcResult::Consistent(Ok(answer)) => Ok(answer),
        MultiRpcResult::Consistent(Err(error)) => Err(failed(method, error)),
        MultiRpcResult::Inconsistent(answers) => Err(inconsistent(method, answers)),
    }
}

/// What the nodes said to the transaction `hash`. Providers may answer differently, as the first node tells the others
/// of the transaction; but `agreeing` of them must have it, all of them if that is not set.
///
/// # Errors
/// As [`agreed`], and [`SubmissionRefusal::InsufficientFunds`], [`SubmissionRefusal::NonceGap`],
/// [`SubmissionRefusal::RpcWrong`].
pub fn taken(
    hash: [u8; 32],
    nonce: u64,
    account: &str,
    agreeing: Option<u8>,
    given: Given<SendRawTransactionStatus>,
) -> Result<Taken, SubmissionRefusal> {
    let method = "eth_sendRawTransaction";
    match given.map_err(|e| not_asked(method, e))? {
        MultiRpcResult::Consistent(answer) => one_taken(hash, nonce, account, answer),
        MultiRpcResult::Inconsistent(answers) => {
            let said: Vec<_> = answers
                .iter()
                .map(|(_, answer)| one_taken(hash, nonce, account, answer.clone()))
                .collect();
            // At least one: nobody has what nobody was asked for.
            let enough = agreeing.map_or(answers.len(), usize::from).max(1);
            let wanted = [Taken::InHand, Taken::Underpriced];
            let found = wanted
                .into_iter()
                .find(|wanted| said.iter().filter(|said| **said == Ok(*wanted)).count() >= enough);
            found.ok_or_else(|| inconsistent(method, answers))
        }
    }
}

fn one_taken(
    hash: [u8; 32],
    nonce: u64,
    account: &str,
    answer: RpcResult<SendRawTransactionStatus>,
) -> Result<Taken, SubmissionRefusal> {
    let method = "eth_sendRawTransaction";
    match answer {
        Ok(SendRawTransactionStatus::Ok(Some(other))) if *other.as_array() != hash => {
            Err(SubmissionRefusal::RpcWrong {
                method: method.into(),
                reason: format!("the transaction has the hash {}, not {other}", Hex32::from(hash)),
            })
        }
        // "Too low" also when it is in the chain since: its receipt, or that of a former attempt, will tell.
        Ok(SendRawTransactionStatus::Ok(_) | SendRawTransactionStatus::NonceTooLow) => Ok(Taken::InHand),
        Ok(SendRawTransactionStatus::NonceTooHigh) => Err(SubmissionRefusal::NonceGap { nonce }),
        Ok(SendRawTransactionStatus::InsufficientFunds) => Err(SubmissionRefusal::InsufficientFunds {
            account: account.to_owned(),
        }),
        Err(RpcError::JsonRpcError(error)) => match known_error(&error) {
            Some(taken) => Ok(taken),
            None => Err(failed(method, RpcError::JsonRpcError(error))),
        },
        Err(error) => Err(failed(method, error)),
    }
}

/// Nodes agree on the sense of these errors, not on number or wording: the texts are go-ethereum's, Nethermind's,
/// Erigon's and Besu's.
fn known_error(error: &JsonRpcError) -> Option<Taken> {
    let text = error.message.to_ascii_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    if says(&[
        "already known",
        "alreadyknown",
        "known transaction",
        "already imported",
    ]) {
        return Some(Taken::InHand);
    }
    if says(&["nonce too low", "nonce_too_low", "oldnonce"]) {
        return Some(Taken::InHand);
    }
    says(&["underpriced", "replacementnotallowed"]).then_some(Taken::Underpriced)
}

fn not_asked(method: &str, error: IcError) -> SubmissionRefusal {
    match error {
        IcError::InsufficientLiquidCycleBalance { available, required } => SubmissionRefusal::CyclesMissing {
            available: Nat::from(available),
            required: Nat::from(required),
        },
        other => SubmissionRefusal::RpcFailed {
            method: method.to_owned(),
            code: match &other {
                IcError::CallRejected { code, .. } => format!("CallRejected {code:?}"),
                IcError::CandidDecodeFailed { .. } => "CandidDecodeFailed".into(),
                _ => "CallPerformFailed".into(),
            },
            reason: short(&other.to_string()),
        },
    }
}

fn failed(method: &str, error: RpcError) -> SubmissionRefusal {
    match error {
        RpcError::ProviderError(ProviderError::TooFewCycles { expected, received }) => {
            SubmissionRefusal::RpcUnderpaid {
                method: method.to_owned(),
                expected: Nat::from(expected),
                received: Nat::from(received),
            }
        }
        other => SubmissionRefusal::RpcFailed {
            method: method.to_owned(),
            code: code(&other),
            reason: short(&other.to_string()),
        },
    }
}

/// Class and code of an error, without any word that a provider chose: the log is public and for ever.
fn code(error: &RpcError) -> String {
    match error {
        RpcError::JsonRpcError(JsonRpcError { code, .. }) => format!("JsonRpcError {code}"),
        RpcError::HttpOutcallError(HttpOutcallError::IcError { code, .. }) => {
            format!("HttpOutcallError {code:?}")
        }
        RpcError::HttpOutcallError(HttpOutcallError::InvalidHttpJsonRpcResponse { status, .. }) => {
            format!("HttpOutcallError status {status}")
        }
        RpcError::ProviderError(_) => "ProviderError".into(),
        RpcError::ValidationError(_) => "ValidationError".into(),
    }
}

/// All of them said that they got too few cycles, or they do not agree.
fn inconsistent<T>(
    method: &str,
    mut answers: Vec<(evm_rpc_types::RpcService, RpcResult<T>)>,
) -> SubmissionRefusal {
    let underpaid = |answer: &RpcResult<T>| {
        matches!(
            answer,
            Err(RpcError::ProviderError(ProviderError::TooFewCycles { .. }))
        )
    };
    if answers.iter().all(|(_, answer)| underpaid(answer))
        && let Some((_, Err(error))) = answers.pop()
    {
        return failed(method, error);
    }
    SubmissionRefusal::RpcInconsistent {
        method: method.to_owned(),
        answers: answers.len() as u64,
    }
}

fn short(reason: &str) -> String {
    reason.chars().take(MAX_REASON).collect()
}
