//! Who may take a submission on, what that costs, under which ids and keys it is signed, and what of it is published.

mod common;
mod mocks;

use alloy::primitives::keccak256;
use candid::Nat;
use canister_kit::icrc3::Value;
use common::{Signer, get, identity, principal};
use evm_rpc_types::{JsonRpcError, Nat256, RpcError};
use mocks::{GWEI, Method, Rpc, consistent, count, history, read, receipt, submission, taken, transaction};
use serde_bytes::ByteBuf;
use signer_api::{
    Cost, Refusal, Role, SubmissionRefusal, SubmissionState as State, SubmissionView, TransactionRequest,
};

#[tokio::test]
async fn a_submission_is_charged_for_and_asks_nobody_without_the_price_of_a_signature() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(4).await;
    rpc.script(Method::FeeHistory, &[vec![]]).await;
    let poor = signer.node.agent(identity(7)).unwrap();
    let who = principal(&poor);
    signer
        .set_role(&signer.admin, who, Role::Operator, true)
        .await
        .unwrap();
    let cost: Result<Cost, Refusal> = signer.query("cost", ()).await;
    let cost = cost.unwrap();
    let in_all: u128 = (cost.evm.clone() + cost.margin.clone()).0.try_into().unwrap();
    let credits = async || -> Nat { signer.query("credits", (who,)).await };
    let submit = async || -> Result<SubmissionView, Refusal> {
        signer
            .update(&poor, "submit_transaction", (submission(1),))
            .await
            .unwrap()
    };
    signer.grant(who, in_all - 1).await.unwrap();
    let too_little = Refusal::InsufficientCredits {
        caller: who,
        price: Nat::from(in_all),
        credits: Nat::from(in_all - 1),
    };
    assert_eq!(submit().await, Err(too_little));
    assert_eq!(signer.submission(1).await, None);
    assert_eq!(rpc.seen(Method::TransactionCount).await.calls, 0);

    // Accepted, and stopped before anything is signed: the margin is for the record, and taken once.
    signer.grant(who, 1).await.unwrap();
    for _ in 0..2 {
        let stopped = submit().await;
        assert!(matches!(stopped, Err(Refusal::Submission(_))), "{stopped:?}");
        assert_eq!(credits().await, cost.evm);
    }
    assert_eq!(rpc.seen(Method::TransactionCount).await.calls, 2);
    let accepted = signer.blocks_of("submission_accepted").await;
    let field = |name| get(&accepted[0], &["tx", name]).cloned();
    assert_eq!(field("price"), Some(Value::Nat(cost.margin.clone())));
    assert_eq!(field("credits"), Some(Value::Nat(cost.evm.clone())));

    // Nothing is asked for somebody who cannot pay for what would be signed.
    let raised = cost.margin.clone() + 1u8;
    signer.set("set_margin", (raised,)).await;
    let stopped = submit().await;
    assert!(
        matches!(stopped, Err(Refusal::InsufficientCredits { .. })),
        "{stopped:?}"
    );
    assert_eq!(rpc.seen(Method::TransactionCount).await.calls, 2);
    signer.set("set_margin", (cost.margin,)).await;
    rpc.calm(4).await;
    assert_eq!(submit().await.unwrap().state, State::Sent);
    assert_eq!(credits().await, Nat::from(0u8));
}

/// The id of an attempt, as anybody can compute it.
fn attempt(submission: u8, number: u64) -> ByteBuf {
    let parts = [
        &b"novate submission attempt"[..],
        &[submission; 32],
        &number.to_be_bytes(),
    ];
    ByteBuf::from(keccak256(parts.concat()).to_vec())
}

#[tokio::test]
async fn an_attempt_whose_id_somebody_used_gets_the_next() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(4).await;
    rpc.configure(|config| config.stuck_after = 0).await;
    for number in [0, 2] {
        let squatting = TransactionRequest {
            id: attempt(1, number),
            ..transaction(9, 77 + number)
        };
        signer.sign_transaction(&squatting).await.unwrap();
    }
    let sent = signer.submit_transaction(&submission(1)).await.unwrap();
    assert_eq!((sent.state, sent.nonce), (State::Sent, Some(4)));
    assert_eq!(sent.attempts[0].request_id, attempt(1, 1));
    // Its first replacement would be number 1, which is its own.
    let replaced = signer.advance(1).await.unwrap();
    assert_eq!((replaced.state, replaced.attempts.len()), (State::Sent, 2));
    assert_eq!(replaced.attempts[1].request_id, attempt(1, 3));
}

#[tokio::test]
async fn what_is_in_the_chain_is_found_although_sending_was_never_confirmed() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(4).await;
    rpc.script(Method::SendRawTransaction, &[vec![]]).await;
    signer.submit_transaction(&submission(1)).await.unwrap_err();
    let signed = signer.submission(1).await.unwrap();
    assert_eq!(signed.state, State::Signed);
    rpc.script(Method::TransactionCount, &[count(5)]).await;
    let hash = signed.attempts[0].hash.clone().unwrap();
    let included = receipt(&hash, signer.own_address().await, true);
    rpc.script(Method::TransactionReceipt, &[consistent(Ok(Some(included)))])
        .await;
    assert_eq!(signer.advance(1).await.unwrap().state, State::Confirmed);
    assert_eq!(rpc.seen(Method::SendRawTransaction).await.calls, 1);
}

#[tokio::test]
async fn what_a_provider_says_is_told_to_the_caller_and_not_published() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(4).await;
    let says: Result<Nat256, RpcError> = Err(RpcError::JsonRpcError(JsonRpcError {
        code: -32_099,
        message: "anything at all".into(),
    }));
    rpc.script(Method::TransactionCount, &[consistent(says)]).await;
    let refused = signer.submit_transaction(&submission(1)).await;
    let Err(Refusal::Submission(SubmissionRefusal::RpcFailed { code, reason, .. })) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(code, "JsonRpcError -32099");
    assert!(reason.contains("anything at all"), "{reason}");
    let log = format!("{:?}", signer.blocks_of("refused").await);
    assert!(log.contains("RpcFailed") && log.contains(&code), "{log}");
    assert!(!log.contains("anything"), "{log}");
}

#[tokio::test]
async fn what_is_not_planned_takes_the_key_of_the_day_and_what_is_sent_keeps_its_own() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(4).await;
    rpc.configure(|config| config.stuck_after = 0).await;
    let sent = signer.submit_transaction(&submission(1)).await.unwrap();
    rpc.script(Method::FeeHistory, &[vec![]]).await;
    signer.submit_transaction(&submission(2)).await.unwrap_err();
    let before = signer.own_address().await;
    let rotated: Result<u32, Refusal> = signer.update(&signer.admin, "rotate_key", (0u64,)).await.unwrap();
    assert_eq!(rotated, Ok(2));
    rpc.script(Method::FeeHistory, &[history(10 * GWEI, GWEI)]).await;
    let new = signer.advance(2).await.unwrap();
    // The nonces of another account.
    assert_eq!((new.state, new.key_version, new.nonce), (State::Sent, 2, Some(4)));
    assert_ne!(read(&rpc.sent().await).1, before);
    let planned = signer.blocks_of("submission_planned").await;
    assert_eq!(get(&planned[1], &["tx", "key_version"]), Some(&Value::nat(2u8)));

    // What is signed is sent again and found, but nothing is signed to replace it.
    let retired = Refusal::KeyRetired {
        version: 1,
        current: 2,
    };
    assert_eq!(signer.advance(1).await, Err(retired));
    let (again, sender) = read(&rpc.sent().await);
    assert_eq!(
        again.tx_hash().as_slice(),
        sent.attempts[0].hash.as_ref().unwrap().as_slice()
    );
    assert_eq!(sender, before);
    rpc.script(Method::TransactionCount, &[count(5)]).await;
    let included = receipt(sent.attempts[0].hash.as_ref().unwrap(), before, true);
    rpc.script(Method::TransactionReceipt, &[consistent(Ok(Some(included)))])
        .await;
    assert_eq!(signer.advance(1).await.unwrap().state, State::Confirmed);
}

/// Whoever lost the role meanwhile decides nothing more: the log knows the order.
#[tokio::test]
async fn who_loses_the_role_meanwhile_plans_and_sends_nothing() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(4).await;
    rpc.script(Method::SendRawTransaction, &[taken()]).await;
    let operator = principal(&signer.operator);
    let missing = Refusal::RoleMissing {
        caller: operator,
        role: Role::Operator,
    };
    let mut lost = 0;
    for n in 1..100 {
        let asked = signer
            .submit(&signer.operator, "submit_transaction", (submission(n),))
            .await;
        let revoke = (operator, Role::Operator, false);
        let revoked = signer.submit(&signer.admin, "set_role", revoke).await;
        let (reply, _) = signer.operator.wait(&asked, signer.canister).await.unwrap();
        let answer: Result<SubmissionView, Refusal> = candid::decode_one(&reply).unwrap();
        signer.admin.wait(&revoked, signer.canister).await.unwrap();
        signer.set("set_role", (operator, Role::Operator, true)).await;
        // Otherwise the node finished one call before it looked at the other: try again.
        let stopped = signer.submission(n).await;
        if answer == Err(missing.clone()) && stopped.is_some_and(|kept| kept.attempts.is_empty()) {
            lost += 1;
            if lost == 3 {
                break;
            }
        }
    }
    assert!(lost > 0, "the node never revokes in the middle of a call");
    let mut may = true;
    for block in signer.log().await {
        let Some(Value::Text(block_type)) = get(&block, &["btype"]) else {
            panic!("{block:?}")
        };
        match block_type.as_str() {
            "role_granted" => may = true,
            "role_revoked" => may = false,
            // Others tell what happened to what was on its way.
            "submission_accepted" | "submission_planned" | "submission_replaced" | "transaction_accepted" => {
                assert!(may, "{block:?}");
            }
            _ => (),
        }
    }
}
