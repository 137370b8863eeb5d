//! For operators and administrators: transactions, and those that the canister sends itself.

use super::settings::administer;
use crate::{
    audit::Asked,
    contract::bytes,
    evm_rpc::config,
    roles, submission,
    transaction::{self, calls},
};
use ic_cdk::{api::msg_caller, query, update};
use serde_bytes::ByteBuf;
use signer_api::{
    AllowedCall, CallPage, Chain, EvmRpc, EvmRpcView, Refusal, Role, SignedTransaction, SubmissionRequest,
    SubmissionView, TransactionRequest,
};

/// Signs a transaction that calls an allowed function with allowed arguments, once per id and once per nonce; the same
/// nonce again only for the same content with higher fees. For operators.
#[update]
async fn sign_transaction(request: TransactionRequest) -> Result<SignedTransaction, Refusal> {
    let asked = Asked::method("sign_transaction")
        .of(&request.id)
        .at(Chain::Evm(request.chain_id), &request.to);
    let caller = msg_caller();
    let result = match roles::require(Role::Operator) {
        Ok(caller) => transaction::sign(caller, &request).await,
        Err(refusal) => Err(refusal),
    };
    asked.answered(caller, result)
}

/// Sends a transaction with a nonce and fees that the canister finds out, once per id. Answers as soon as it has to wait
/// for the chain; from there, and after an error, `advance` goes on. For operators.
#[update]
async fn submit_transaction(request: SubmissionRequest) -> Result<SubmissionView, Refusal> {
    let asked = Asked::method("submit_transaction")
        .of(&request.id)
        .at(Chain::Evm(request.chain_id), &request.to);
    let caller = msg_caller();
    let result = match roles::require(Role::Operator) {
        Ok(caller) => submission::submit(caller, request).await,
        Err(refusal) => Err(refusal),
    };
    asked.answered(caller, result)
}

/// Takes a submission as far as it gets: looks for its receipt, sends what is not sent, replaces what is stuck. For
/// operators.
#[update]
async fn advance(id: ByteBuf) -> Result<SubmissionView, Refusal> {
    let asked = Asked::method("advance").of(&id);
    let caller = msg_caller();
    let allowed = roles::require(Role::Operator).and_then(|caller| Ok((caller, bytes("id", &id)?)));
    let result = match allowed {
        Ok((caller, id)) => submission::advance(caller, id).await,
        Err(refusal) => Err(refusal),
    };
    asked.answered(caller, result)
}

/// What is known of a submission, by its 32-byte id. For anybody.
#[query]
fn submission(id: ByteBuf) -> Result<Option<SubmissionView>, Refusal> {
    submission::view(&id)
}

/// Allows a call, or changes what is allowed of it. For administrators.
#[update]
fn allow_call(call: AllowedCall) -> Result<(), Refusal> {
    let asked = Asked::method("allow_call").at(Chain::Evm(call.chain_id), &call.contract);
    administer(asked, |caller| calls::allow(caller, call))
}

/// Takes the permission of a call away; what is signed stays valid. For administrators.
#[update]
fn remove_call(chain_id: u64, contract: ByteBuf, function: String) -> Result<(), Refusal> {
    let asked = Asked::method("remove_call").at(Chain::Evm(chain_id), &contract);
    administer(asked, |caller| {
        calls::remove(caller, chain_id, &contract, &function)
    })
}

/// The allowed calls behind the first `from`: `limit` of them, at most 50. For anybody.
#[query]
fn calls(from: u64, limit: u64) -> CallPage {
    calls::page(from, limit)
}

/// Sets how a chain is reached. For administrators.
#[update]
fn set_evm_rpc(rpc: EvmRpc) -> Result<(), Refusal> {
    administer(Asked::method("set_evm_rpc"), |caller| config::set(caller, rpc))
}

/// Forgets how a chain is reached; its submissions stay where they are. For administrators.
#[update]
fn remove_evm_rpc(chain_id: u64) -> Result<(), Refusal> {
    administer(Asked::method("remove_evm_rpc"), |caller| {
        config::remove(caller, chain_id)
    })
}

/// The chains that can be reached, without the providers' addresses, which may hold keys. For anybody.
#[query]
fn evm_rpcs() -> Vec<EvmRpcView> {
    config::list()
}
