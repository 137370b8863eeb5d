//! What the log says of transactions, as its schema describes it.

mod common;
mod mocks;

use common::{CHAIN, Signer, schema};
use mocks::{CONTRACT, Method, Rpc, allowed, consistent, count, receipt, submission, transaction};
use serde_bytes::ByteBuf;
use signer_api::{AllowedCall, EvmRpc, Refusal, SubmissionState as State};
use std::collections::BTreeSet;

/// The block types that concern transactions.
const BLOCK_TYPES: [&str; 12] = [
    "call_allowed",
    "call_removed",
    "transaction_accepted",
    "transaction_signed",
    "evm_rpc_set",
    "evm_rpc_removed",
    "submission_accepted",
    "submission_planned",
    "submission_replaced",
    "submission_sent",
    "submission_confirmed",
    "submission_failed",
];

async fn set(signer: &Signer, method: &str, args: impl candid::utils::ArgumentEncoder) {
    let done: Result<(), Refusal> = signer.update(&signer.admin, method, args).await.unwrap();
    done.unwrap();
}

/// Settles submission `n` on the chain, which has nonce `nonce`.
async fn settle(signer: &Signer, rpc: &Rpc<'_>, n: u8, nonce: u64, succeeds: bool) -> State {
    rpc.calm(nonce).await;
    signer.submit_transaction(&submission(n)).await.unwrap();
    let replaced = signer.advance(n).await.unwrap();
    let hash = replaced.attempts[1].hash.clone().unwrap();
    let receipt = receipt(&hash, signer.own_address().await, succeeds);
    rpc.script(Method::TransactionCount, &[count(nonce + 1)]).await;
    rpc.script(Method::TransactionReceipt, &[consistent(Ok(Some(receipt)))])
        .await;
    signer.advance(n).await.unwrap().state
}

#[tokio::test]
async fn blocks_of_transactions_are_as_the_schema_says() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    signer
        .allow_call(AllowedCall {
            max_per_day: Some(candid::Nat::from(u128::MAX)),
            ..allowed()
        })
        .await
        .unwrap();
    let impatient = EvmRpc {
        stuck_after: 0,
        agreeing: None,
        ..rpc.config()
    };
    set(&signer, "set_evm_rpc", (impatient,)).await;
    signer.sign_transaction(&transaction(9, 100)).await.unwrap();
    assert_eq!(settle(&signer, &rpc, 1, 0, true).await, State::Confirmed);
    assert_eq!(settle(&signer, &rpc, 2, 1, false).await, State::Failed);
    set(&signer, "remove_evm_rpc", (CHAIN,)).await;
    let call = (CHAIN, ByteBuf::from(CONTRACT), allowed().function);
    set(&signer, "remove_call", call).await;

    let seen = schema::check(&signer.log().await);
    let missing: BTreeSet<_> = BLOCK_TYPES
        .into_iter()
        .filter(|name| !seen.contains(*name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
