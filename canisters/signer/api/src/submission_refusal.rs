//! Why a submission is refused, or does not get on.

use candid::{CandidType, Nat};
use hex::encode;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use strum::IntoStaticStr;
use thiserror::Error;

/// A step that could not be made. What was reached before is kept: mend the cause, then call `advance`.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, Error, IntoStaticStr, PartialEq, Serialize)]
pub enum SubmissionRefusal {
    /// How to reach the chain is not configured.
    #[error("no EVM RPC canister is set for chain {chain_id}: an administrator does that by set_evm_rpc")]
    RpcNotSet { chain_id: u64 },
    /// The configuration cannot work.
    #[error("the configuration of chain {chain_id} cannot work: {reason}; mend that")]
    RpcMalformed { chain_id: u64, reason: String },
    /// No submission has this id.
    #[error("no submission has the id 0x{}: begin it by submit_transaction", encode(id))]
    SubmissionUnknown { id: ByteBuf },
    /// The canister has too few cycles to ask.
    #[error(
        "{available} cycles of the canister are free and {required} are needed to ask: top it up, then advance"
    )]
    CyclesMissing { available: Nat, required: Nat },
    /// The EVM RPC canister wants more cycles than are configured.
    #[error(
        "{method} costs {expected} cycles and {received} came with it: raise cycles by set_evm_rpc, then advance"
    )]
    RpcUnderpaid {
        method: String,
        expected: Nat,
        received: Nat,
    },
    /// The question was not answered.
    /// `code` is its class and number, `reason` what the provider says, which is not logged.
    #[error("{method} failed ({code}): {reason}; call advance to ask again")]
    RpcFailed {
        method: String,
        code: String,
        reason: String,
    },
    /// The providers contradict each other. Nothing is taken from such an answer.
    #[error("{answers} providers do not agree on {method}: call advance later, or change the providers")]
    RpcInconsistent { method: String, answers: u64 },
    /// The answer cannot be true.
    #[error("the answer to {method} cannot be true: {reason}; change the providers, then advance")]
    RpcWrong { method: String, reason: String },
    /// The chain asks for more than the submission, or the policy of the call, offers. In wei per gas.
    #[error(
        "{needed} wei per gas are needed and at most {max} may be offered: wait for lower fees and advance, or allow more \
         by allow_call"
    )]
    MarketAboveMaximum { needed: Nat, max: Nat },
    /// The account that pays has too little.
    #[error("the account {account} cannot pay for the transaction: send it ether, then advance")]
    InsufficientFunds { account: String },
    /// The node has not seen the transactions before this one.
    #[error("the node misses transactions before nonce {nonce}: settle those, then advance")]
    NonceGap { nonce: u64 },
    /// The nonce is used and no attempt has a receipt: a provider lags behind.
    #[error(
        "nonce {nonce} is used and no transaction of it has a receipt: a provider lags behind, advance later"
    )]
    ReceiptMissing { nonce: u64 },
}

impl SubmissionRefusal {
    /// The sentence for the public log, without what providers say: that may be anything, and would stay for ever.
    pub fn public(&self) -> String {
        match self {
            Self::RpcFailed { method, code, .. } => {
                format!("{method} failed ({code}); call advance to ask again")
            }
            refusal => refusal.to_string(),
        }
    }
}
