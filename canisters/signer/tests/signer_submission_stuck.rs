//! Transactions that do not get into the chain are replaced: same nonce, same content, higher fees.

mod common;
mod mocks;

use candid::Nat;
use common::Signer;
use evm_rpc_types::{JsonRpcError, RpcError, SendRawTransactionStatus as Sent};
use mocks::{
    GWEI, MAX_FEE, Method, Rpc, allowed, consistent, content, count, fees, history, pending, read, receipt,
    status, submission, transaction,
};
use serde_bytes::ByteBuf;
use signer_api::{AllowedCall, Refusal, SubmissionRefusal, SubmissionState as State, TransactionRequest};

/// Everything that is sent counts as stuck at once.
async fn impatient(signer: &Signer) -> Rpc<'_> {
    let rpc = Rpc::start(signer).await;
    rpc.configure(|config| config.stuck_after = 0).await;
    rpc.calm(4).await;
    rpc
}

#[tokio::test]
async fn a_stuck_transaction_is_replaced_and_whichever_gets_in_settles_the_submission() {
    let signer = Signer::with_call().await;
    let rpc = impatient(&signer).await;
    signer.submit_transaction(&submission(1)).await.unwrap();
    let first = read(&rpc.sent().await).0;
    signer.upgrade().await;
    let replaced = signer.advance(1).await.unwrap();
    assert_eq!((replaced.state, replaced.attempts.len()), (State::Sent, 2));
    let second = read(&rpc.sent().await).0;
    assert_eq!(content(&second), content(&first));
    // The market did not move: an eighth more, rounded up.
    assert_eq!(fees(&first), (GWEI, 21 * GWEI));
    assert_eq!(fees(&second), (GWEI + GWEI / 8, 21 * GWEI + 21 * GWEI / 8));
    // The market moved by more than an eighth.
    rpc.script(Method::FeeHistory, &[history(40 * GWEI, 3 * GWEI)])
        .await;
    signer.advance(1).await.unwrap();
    let third = read(&rpc.sent().await).0;
    assert_eq!(
        (content(&third), fees(&third)),
        (content(&first), (3 * GWEI, 83 * GWEI))
    );
    assert_eq!(signer.blocks_of("submission_replaced").await.len(), 2);
    assert_eq!(signer.blocks_of("transaction_signed").await.len(), 3);

    // The second got in: the newest has no receipt.
    rpc.script(Method::TransactionCount, &[count(5)]).await;
    let hash = ByteBuf::from(second.tx_hash().to_vec());
    let included = receipt(&hash, signer.own_address().await, true);
    rpc.script(
        Method::TransactionReceipt,
        &[pending(), consistent(Ok(Some(included)))],
    )
    .await;
    let confirmed = signer.advance(1).await.unwrap();
    assert_eq!(confirmed.state, State::Confirmed);
    assert_eq!(confirmed.inclusion.unwrap().hash, hash);
    assert_eq!(rpc.seen(Method::SendRawTransaction).await.calls, 3);
}

#[tokio::test]
async fn no_replacement_offers_more_than_was_allowed() {
    let signer = Signer::with_call().await;
    let rpc = impatient(&signer).await;
    let mut asked = submission(1);
    asked.max_fee_per_gas = Nat::from(25 * GWEI);
    signer.submit_transaction(&asked).await.unwrap();
    let second = signer.advance(1).await.unwrap();
    assert_eq!(
        second.attempts[1].max_fee_per_gas,
        Nat::from(21 * GWEI + 21 * GWEI / 8)
    );
    let above = |needed: u128, max: u128| {
        let [needed, max] = [needed, max].map(Nat::from);
        Err(Refusal::Submission(SubmissionRefusal::MarketAboveMaximum {
            needed,
            max,
        }))
    };
    let last = 21 * GWEI + 21 * GWEI / 8;
    let raw = rpc.sent().await;
    assert_eq!(signer.advance(1).await, above(last + last / 8, 25 * GWEI));
    let kept = signer.submission(1).await.unwrap();
    assert_eq!((kept.state, kept.attempts.len()), (State::Sent, 2));
    // A node may have forgotten it: it is sent again, and has its time again.
    assert_eq!(rpc.seen(Method::SendRawTransaction).await.calls, 3);
    assert_eq!(rpc.sent().await, raw);
    assert!(kept.attempts[1].sent_at > second.attempts[1].sent_at);
    assert_eq!(signer.blocks_of("submission_sent").await.len(), 3);

    // The first attempt is capped as well, and not made when the chain wants more.
    rpc.script(Method::FeeHistory, &[history(20 * GWEI, 2 * GWEI)])
        .await;
    let mut capped = submission(2);
    capped.max_fee_per_gas = Nat::from(21 * GWEI);
    let sent = signer.submit_transaction(&capped).await.unwrap();
    assert_eq!(sent.attempts[0].max_fee_per_gas, Nat::from(21 * GWEI));
    let mut low = submission(3);
    low.max_fee_per_gas = Nat::from(19 * GWEI);
    assert_eq!(signer.submit_transaction(&low).await, above(20 * GWEI, 19 * GWEI));
}

#[tokio::test]
async fn what_waits_for_an_older_transaction_is_sent_again_and_not_replaced() {
    let signer = Signer::with_call().await;
    let rpc = impatient(&signer).await;
    signer.submit_transaction(&submission(1)).await.unwrap();
    let behind = signer.submit_transaction(&submission(2)).await.unwrap();
    let raw = rpc.sent().await;
    let again = signer.advance(2).await.unwrap();
    assert_eq!((again.nonce, again.attempts.len()), (Some(5), 1));
    assert_eq!(rpc.seen(Method::SendRawTransaction).await.calls, 3);
    assert_eq!(rpc.sent().await, raw);
    assert!(again.attempts[0].sent_at > behind.attempts[0].sent_at);
    assert_eq!(signer.blocks_of("submission_replaced").await.len(), 0);

    // The older one is what is to be replaced; once it is in a block, the other.
    assert_eq!(signer.advance(1).await.unwrap().attempts.len(), 2);
    rpc.script(Method::TransactionCount, &[count(4), count(5)]).await;
    assert_eq!(signer.advance(2).await.unwrap().attempts.len(), 2);
    assert_eq!(rpc.seen(Method::SendRawTransaction).await.calls, 5);
}

#[tokio::test]
async fn what_is_in_a_block_that_is_not_settled_is_left_alone() {
    let signer = Signer::with_call().await;
    let rpc = impatient(&signer).await;
    let sent = signer.submit_transaction(&submission(1)).await.unwrap();
    rpc.script(Method::TransactionCount, &[count(4), count(5)]).await;
    assert_eq!(signer.advance(1).await.unwrap(), sent);
    assert_eq!(rpc.seen(Method::SendRawTransaction).await.calls, 1);
}

#[tokio::test]
async fn a_node_that_wants_higher_fees_gets_them() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(4).await;
    let underpriced = consistent::<Sent>(Err(RpcError::JsonRpcError(JsonRpcError {
        code: -32000,
        message: "replacement transaction underpriced".into(),
    })));
    rpc.script(Method::SendRawTransaction, &[underpriced, mocks::taken()])
        .await;
    let refused = signer.submit_transaction(&submission(1)).await.unwrap();
    assert_eq!(
        (refused.state, refused.attempts[0].underpriced),
        (State::Signed, true)
    );
    let sent = signer.advance(1).await.unwrap();
    assert_eq!((sent.state, sent.attempts.len()), (State::Sent, 2));
    assert_eq!(
        fees(&read(&rpc.sent().await).0),
        (GWEI + GWEI / 8, 21 * GWEI + 21 * GWEI / 8)
    );
}

#[tokio::test]
async fn a_nonce_that_is_too_low_is_looked_up_and_not_chosen_anew() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(4).await;
    rpc.script(Method::SendRawTransaction, &[status(Sent::NonceTooLow)])
        .await;
    let sent = signer.submit_transaction(&submission(1)).await.unwrap();
    assert_eq!((sent.state, sent.nonce), (State::Sent, Some(4)));
    rpc.script(Method::TransactionCount, &[count(5)]).await;
    let hash = sent.attempts[0].hash.clone().unwrap();
    let included = receipt(&hash, signer.own_address().await, true);
    rpc.script(Method::TransactionReceipt, &[consistent(Ok(Some(included)))])
        .await;
    assert_eq!(signer.advance(1).await.unwrap().state, State::Confirmed);
    assert_eq!(rpc.seen(Method::SendRawTransaction).await.calls, 1);
}

#[tokio::test]
async fn a_replacement_that_was_signed_by_hand_is_outbid_and_recognised() {
    let signer = Signer::with_call().await;
    let rpc = impatient(&signer).await;
    let sent = signer.submit_transaction(&submission(1)).await.unwrap();
    let by_hand = TransactionRequest {
        value: Nat::from(0u8),
        max_priority_fee_per_gas: Nat::from(8 * GWEI),
        max_fee_per_gas: Nat::from(48 * GWEI),
        ..transaction(9, sent.nonce.unwrap())
    };
    let by_hand = signer.sign_transaction(&by_hand).await.unwrap();
    let outbid = signer.advance(1).await.unwrap();
    assert_eq!(outbid.attempts[1].max_fee_per_gas, Nat::from(54 * GWEI));
    assert_eq!(outbid.attempts[1].max_priority_fee_per_gas, Nat::from(9 * GWEI));
    rpc.script(Method::TransactionCount, &[count(5)]).await;
    let included = receipt(&by_hand.hash, signer.own_address().await, true);
    rpc.script(
        Method::TransactionReceipt,
        &[pending(), consistent(Ok(Some(included)))],
    )
    .await;
    let confirmed = signer.advance(1).await.unwrap();
    assert_eq!(confirmed.inclusion.unwrap().hash, by_hand.hash);
}

#[tokio::test]
async fn what_is_signed_is_not_sent_during_a_pause() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(4).await;
    rpc.script(Method::SendRawTransaction, &[vec![]]).await;
    signer.submit_transaction(&submission(1)).await.unwrap_err();
    assert_eq!(signer.submission(1).await.unwrap().state, State::Signed);
    signer.pause(&signer.admin).await.unwrap();
    rpc.script(Method::SendRawTransaction, &[mocks::taken()]).await;
    assert_eq!(signer.advance(1).await, Err(Refusal::Paused));
    assert_eq!(rpc.seen(Method::SendRawTransaction).await.calls, 1);
    signer.resume(&signer.admin).await.unwrap();
    assert_eq!(signer.advance(1).await.unwrap().state, State::Sent);
    assert_eq!(rpc.seen(Method::SendRawTransaction).await.calls, 2);
}

/// What was sent is found in the chain although nothing may be signed any more.
#[tokio::test]
async fn a_pause_stops_replacements_and_not_the_search_for_a_receipt() {
    let signer = Signer::with_call().await;
    let rpc = impatient(&signer).await;
    let sent = signer.submit_transaction(&submission(1)).await.unwrap();
    signer.pause(&signer.admin).await.unwrap();
    assert_eq!(signer.advance(1).await, Err(Refusal::Paused));
    assert_eq!(signer.submission(1).await.unwrap(), sent);
    assert_eq!(rpc.seen(Method::SendRawTransaction).await.calls, 1);
    signer
        .allow_call(AllowedCall {
            max_fee_per_gas: Nat::from(MAX_FEE / 10),
            ..allowed()
        })
        .await
        .unwrap();
    rpc.script(Method::TransactionCount, &[count(5)]).await;
    let hash = sent.attempts[0].hash.clone().unwrap();
    let included = receipt(&hash, signer.own_address().await, true);
    rpc.script(Method::TransactionReceipt, &[consistent(Ok(Some(included)))])
        .await;
    assert_eq!(signer.advance(1).await.unwrap().state, State::Confirmed);
}

#[tokio::test]
async fn what_policy_no_longer_allows_is_neither_planned_nor_kept() {
    let signer = Signer::with_call().await;
    let rpc = impatient(&signer).await;
    signer.submit_transaction(&submission(1)).await.unwrap();
    let limit = async |max: u128| {
        let call = AllowedCall {
            max_fee_per_gas: Nat::from(max),
            ..allowed()
        };
        signer.allow_call(call).await.unwrap();
    };
    limit(22 * GWEI).await;
    let above = SubmissionRefusal::MarketAboveMaximum {
        needed: Nat::from(21 * GWEI + 21 * GWEI / 8),
        max: Nat::from(22 * GWEI),
    };
    assert_eq!(signer.advance(1).await, Err(above.into()));
    limit(24 * GWEI).await;
    assert_eq!(signer.advance(1).await.unwrap().attempts.len(), 2);

    limit(MAX_FEE).await;
    let sent = signer.submit_transaction(&submission(2)).await.unwrap();
    assert_eq!((sent.state, sent.nonce), (State::Sent, Some(5)));

    // Of a call that is removed, the chain is asked nothing more.
    let remove = (common::CHAIN, ByteBuf::from(mocks::CONTRACT), allowed().function);
    let removed: Result<(), Refusal> = signer.update(&signer.admin, "remove_call", remove).await.unwrap();
    removed.unwrap();
    let before = rpc.seen(Method::FeeHistory).await.calls;
    let refused = signer.advance(2).await;
    assert!(
        matches!(
            refused,
            Err(Refusal::Transaction(
                signer_api::TransactionRefusal::ContractUnknown { .. }
            ))
        ),
        "{refused:?}"
    );
    assert_eq!(rpc.seen(Method::FeeHistory).await.calls, before);
}
