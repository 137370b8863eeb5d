//! The beginning of a submission.

use super::{
    may,
    record::{self, Submission},
};
use crate::{
    contract::{amount, bytes},
    credits, events,
    evm_rpc::client::Client,
    keys,
    transaction::{calls, eip1559::Transaction, policy, request},
};
use candid::{Nat, Principal};
use canister_kit::icrc3::Value;
use novate_protocol::keccak::keccak256;
use serde_bytes::ByteBuf;
use signer_api::{Refusal, SubmissionRequest, SubmissionView, TransactionRefusal};

/// Accepts a submission and takes it as far as it gets; of one that was accepted before, goes on. The caller holds the
/// role of an operator.
///
/// # Errors
/// [`Refusal::IdTaken`] for other content; what policy refuses; those of [`super::advance`], after which the submission
/// stays accepted.
pub async fn submit(caller: Principal, request: SubmissionRequest) -> Result<SubmissionView, Refusal> {
    let id = bytes("id", &request.id)?;
    if record::find(id).is_err() {
        let own = request::own_address(keys::current()).await?;
        // A twin may have come first while the key was asked for.
        if record::find(id).is_err() {
            accept(caller, id, &request, own)?;
        }
    }
    let known = record::find(id)?;
    if known.request != request {
        return Err(Refusal::IdTaken {
            id: request.id,
            digest: ByteBuf::from(digest(&known.request)),
        });
    }
    super::advance(caller, id).await
}

/// Which of the submissions with one id: over its chain, contract, value and data.
fn digest(request: &SubmissionRequest) -> [u8; 32] {
    let value = request.value.0.to_bytes_be();
    let chain_id = request.chain_id.to_be_bytes();
    keccak256(&[&chain_id, &request.to, &value, &keccak256(&[&request.data])])
}

fn accept(
    caller: Principal,
    id: [u8; 32],
    request: &SubmissionRequest,
    own: [u8; 20],
) -> Result<(), Refusal> {
    may::go_on(caller)?;
    // With the highest fees it may get to, so that policy does not stop it on the way.
    let highest = Transaction {
        max_fee_per_gas: amount("max_fee_per_gas", &request.max_fee_per_gas)?,
        ..record::content(request)?
    };
    highest.cost().ok_or(TransactionRefusal::CostTooLarge)?;
    policy::check(&highest, &calls::of(&highest)?, own)?;
    Client::of(request.chain_id)?;
    // For the record, which stays. Its signatures cost their own price.
    let price = credits::margin();
    may::pay(caller, price)?;
    let credits = credits::charge(caller, price);

    let submission = Submission {
        request: request.clone(),
        key_version: keys::current(),
        nonce: None,
        attempts: vec![],
        inclusion: None,
        caller,
        accepted_at: ic_cdk::api::time(),
    };
    record::put(id, &submission);
    let fields = vec![
        ("submission_id", Value::blob(id)),
        ("chain_id", Value::nat(request.chain_id)),
        ("contract", Value::blob(request.to.as_slice())),
        ("value", Value::Nat(request.value.clone())),
        ("data_hash", Value::blob(keccak256(&[&request.data]))),
        ("gas_limit", Value::nat(request.gas_limit)),
        ("max_fee_per_gas", Value::Nat(Nat::from(highest.max_fee_per_gas))),
        ("key_version", Value::nat(submission.key_version)),
        ("price", Value::nat(price)),
        ("credits", Value::nat(credits)),
    ];
    events::record(caller, "submission_accepted", fields);
    Ok(())
}
