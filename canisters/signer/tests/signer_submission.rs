//! `submit_transaction` and `advance`: from nonce and fees to the receipt.

mod common;
mod mocks;

use candid::Nat;
use canister_kit::icrc3::Value;
use common::{CHAIN, Signer, get};
use futures_util::future::{join, join3};
use mocks::{
    GWEI, MAX_FEE, Method, Rpc, consistent, content, count, data, fees, history, pending, read, receipt,
    status, submission, transaction,
};
use serde_bytes::ByteBuf;
use signer_api::{
    Refusal, SubmissionRefusal, SubmissionRequest, SubmissionState as State, SubmissionView,
    TransactionRefusal,
};

#[tokio::test]
async fn a_transaction_is_priced_signed_sent_and_confirmed() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(12).await;
    let sent = signer.submit_transaction(&submission(1)).await.unwrap();
    assert_eq!(
        (sent.state, sent.nonce, sent.attempts.len()),
        (State::Sent, Some(12), 1)
    );

    let raw = rpc.sent().await;
    let (transaction, sender) = read(&raw);
    assert_eq!(sender, signer.own_address().await);
    assert_eq!(
        fees(&transaction),
        (GWEI, 21 * GWEI),
        "twice the base fee and the priority fee"
    );
    let wanted = (12, Some(CHAIN), 500_000, Some(mocks::CONTRACT.into()));
    let (nonce, chain, gas, to, value, input) = content(&transaction);
    assert_eq!((nonce, chain, gas, to), wanted);
    assert!(value.is_zero() && input == data(1).to_vec());
    assert_eq!(rpc.seen(Method::SendRawTransaction).await.cycles, 7_000_000_000);

    // The nonce is not used in a finalized block yet, then it is.
    let waiting = signer.advance(1).await.unwrap();
    assert_eq!(waiting, sent);
    assert_eq!(rpc.seen(Method::TransactionReceipt).await.calls, 0);
    let hash = sent.attempts[0].hash.clone().unwrap();
    rpc.script(Method::TransactionCount, &[count(13)]).await;
    rpc.script(
        Method::TransactionReceipt,
        &[consistent(Ok(Some(receipt(&hash, sender, true))))],
    )
    .await;
    let confirmed = signer.advance(1).await.unwrap();
    assert_eq!(confirmed.state, State::Confirmed);
    let inclusion = confirmed.inclusion.clone().unwrap();
    assert_eq!(
        (&inclusion.hash, inclusion.block, inclusion.succeeded),
        (&hash, 77, true)
    );

    // Nothing is asked or sent again.
    let again = signer.submit_transaction(&submission(1)).await.unwrap();
    assert_eq!(again, confirmed);
    assert_eq!(signer.advance(1).await.unwrap(), confirmed);
    assert_eq!(rpc.seen(Method::SendRawTransaction).await.calls, 1);
    for block_type in ["accepted", "planned", "sent", "confirmed"] {
        let blocks = signer.blocks_of(&format!("submission_{block_type}")).await;
        assert_eq!(blocks.len(), 1, "{block_type}");
        let id = get(&blocks[0], &["tx", "submission_id"]);
        assert_eq!(id, Some(&Value::blob([1; 32])));
    }
    assert_eq!(signer.blocks_of("transaction_signed").await.len(), 1);
}

#[tokio::test]
async fn a_reverted_transaction_failed_and_is_not_sent_again() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(0).await;
    let sent = signer.submit_transaction(&submission(1)).await.unwrap();
    let hash = sent.attempts[0].hash.clone().unwrap();
    rpc.script(Method::TransactionCount, &[count(1)]).await;
    let reverted = receipt(&hash, signer.own_address().await, false);
    rpc.script(Method::TransactionReceipt, &[consistent(Ok(Some(reverted)))])
        .await;
    let failed = signer.advance(1).await.unwrap();
    assert_eq!(failed.state, State::Failed);
    assert_eq!(signer.submit_transaction(&submission(1)).await.unwrap(), failed);
    assert_eq!(rpc.seen(Method::SendRawTransaction).await.calls, 1);
    assert_eq!(signer.blocks_of("submission_failed").await.len(), 1);
    assert_eq!(signer.blocks_of("submission_confirmed").await.len(), 0);
}

#[tokio::test]
async fn submissions_share_no_nonce_and_fill_what_is_free() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(5).await;
    // Somebody had nonce 6 signed.
    signer.sign_transaction(&transaction(9, 6)).await.unwrap();
    let (one, two) = (submission(1), submission(2));
    let both = join(signer.submit_transaction(&one), signer.submit_transaction(&two)).await;
    let third = signer.submit_transaction(&submission(3)).await.unwrap();
    let mut nonces = [both.0.unwrap().nonce, both.1.unwrap().nonce, third.nonce];
    nonces.sort();
    assert_eq!(nonces, [Some(5), Some(7), Some(8)]);
}

#[tokio::test]
async fn three_calls_at_the_same_time_send_one_transaction() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(0).await;
    for n in 1..100 {
        let asked = submission(n);
        let hand_in = || signer.submit(&signer.operator, "submit_transaction", (&asked,));
        // The third must not get in because the second was refused.
        let (one, two, three) = join3(hand_in(), hand_in(), hand_in()).await;
        let mut refused = vec![];
        for request in [one, two, three] {
            let (reply, _) = signer.operator.wait(&request, signer.canister).await.unwrap();
            let answer: Result<SubmissionView, Refusal> = candid::decode_one(&reply).unwrap();
            match answer {
                Ok(view) => assert_eq!((view.state, view.attempts.len()), (State::Sent, 1)),
                Err(refusal) => refused.push(refusal),
            }
        }
        let calls = rpc.seen(Method::SendRawTransaction).await.calls;
        assert_eq!(calls, u32::from(n), "each is sent once");
        for block_type in ["submission_planned", "transaction_signed", "submission_sent"] {
            assert_eq!(
                signer.blocks_of(block_type).await.len(),
                usize::from(n),
                "{block_type}"
            );
        }
        for refused in &refused {
            assert_eq!(*refused, Refusal::InProgress { id: asked.id.clone() });
        }
        // Otherwise the node happened to run one after the other: try again.
        if refused.len() == 2 {
            return;
        }
    }
    panic!("the node never runs three calls at the same time");
}

#[tokio::test]
async fn what_policy_refuses_is_not_accepted_and_asks_nobody() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(0).await;
    let refuse = async |change: &dyn Fn(&mut SubmissionRequest)| {
        let mut asked = submission(1);
        change(&mut asked);
        signer.submit_transaction(&asked).await.unwrap_err()
    };
    let transaction = |refused: Refusal| match refused {
        Refusal::Transaction(refused) => refused,
        other => panic!("{other:?}"),
    };
    assert!(matches!(
        transaction(refuse(&|r| r.to = ByteBuf::from([9; 20])).await),
        TransactionRefusal::ContractUnknown { .. }
    ));
    assert!(matches!(
        transaction(refuse(&|r| r.data = data(1_001)).await),
        TransactionRefusal::ArgumentRefused { .. }
    ));
    assert!(matches!(
        transaction(refuse(&|r| r.gas_limit = mocks::MAX_GAS + 1).await),
        TransactionRefusal::GasAboveMaximum { .. }
    ));
    assert!(matches!(
        transaction(refuse(&|r| r.max_fee_per_gas = Nat::from(MAX_FEE + 1)).await),
        TransactionRefusal::FeeAboveMaximum { .. }
    ));
    assert!(matches!(
        transaction(refuse(&|r| r.value = Nat::from(mocks::MAX_VALUE + 1)).await),
        TransactionRefusal::ValueAboveMaximum { .. }
    ));
    assert!(matches!(
        refuse(&|r| r.id = ByteBuf::from([1; 33])).await,
        Refusal::WrongLength { .. }
    ));
    signer.pause(&signer.admin).await.unwrap();
    assert_eq!(refuse(&|_| ()).await, Refusal::Paused);
    signer.resume(&signer.admin).await.unwrap();
    let unset: Result<(), Refusal> = signer
        .update(&signer.admin, "remove_evm_rpc", (CHAIN,))
        .await
        .unwrap();
    unset.unwrap();
    let not_set = SubmissionRefusal::RpcNotSet { chain_id: CHAIN };
    assert_eq!(refuse(&|_| ()).await, not_set.into());

    assert_eq!(signer.submission(1).await, None);
    let unknown = SubmissionRefusal::SubmissionUnknown {
        id: ByteBuf::from([1; 32]),
    };
    assert_eq!(signer.advance(1).await, Err(unknown.into()));
    for method in [
        Method::TransactionCount,
        Method::FeeHistory,
        Method::SendRawTransaction,
    ] {
        assert_eq!(rpc.seen(method).await.calls, 0);
    }
    assert_eq!(signer.blocks_of("submission_accepted").await.len(), 0);
}

#[tokio::test]
async fn an_id_stands_for_one_submission() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(0).await;
    signer.submit_transaction(&submission(1)).await.unwrap();
    let changed = SubmissionRequest {
        data: data(2),
        ..submission(1)
    };
    let refused = signer.submit_transaction(&changed).await;
    assert!(matches!(refused, Err(Refusal::IdTaken { .. })), "{refused:?}");
}

/// What stops a step is told, and the next call goes on from there.
async fn stopped(
    signer: &Signer,
    rpc: &Rpc<'_>,
    method: Method,
    answer: mocks::Answer,
) -> (SubmissionRefusal, SubmissionView) {
    rpc.calm(3).await;
    rpc.script(method, &[answer]).await;
    let Err(Refusal::Submission(refused)) = signer.submit_transaction(&submission(1)).await else {
        panic!("{method:?} is needed")
    };
    (refused, signer.submission(1).await.unwrap())
}

#[tokio::test]
async fn what_stops_a_step_is_told_and_the_next_call_goes_on_from_there() {
    use Method::{FeeHistory, SendRawTransaction, TransactionCount};
    use evm_rpc_types::{
        HttpOutcallError, JsonRpcError, LegacyRejectionCode, MultiRpcResult, Nat256, ProviderError, RpcError,
        RpcService, SendRawTransactionStatus as Sent,
    };
    type Failed = Result<Nat256, RpcError>;
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    let timeout: Failed = Err(RpcError::HttpOutcallError(HttpOutcallError::IcError {
        code: LegacyRejectionCode::SysTransient,
        message: "Timeout expired".into(),
    }));
    let underpaid: Failed = Err(RpcError::ProviderError(ProviderError::TooFewCycles {
        expected: 9,
        received: 7,
    }));
    let split = |one: u64, two: u64| {
        let of = |n: u64, count: u64| (RpcService::Provider(n), Ok(Nat256::from(count)));
        candid::encode_one(MultiRpcResult::Inconsistent(vec![of(1, one), of(2, two)])).unwrap()
    };
    let error = |message: &str| {
        consistent::<Sent>(Err(RpcError::JsonRpcError(JsonRpcError {
            code: -32000,
            message: message.into(),
        })))
    };

    // Before anything is planned.
    let (refused, view) = stopped(&signer, &rpc, TransactionCount, consistent(timeout)).await;
    assert!(
        matches!(&refused, SubmissionRefusal::RpcFailed { method, reason, .. } if method == "eth_getTransactionCount" && reason.contains("Timeout")),
        "{refused:?}"
    );
    assert_eq!((view.state, view.nonce), (State::Planned, None));
    let cases = [
        (TransactionCount, split(3, 4), "RpcInconsistent"),
        (TransactionCount, consistent(underpaid), "RpcUnderpaid"),
        (TransactionCount, vec![], "RpcFailed"),
        (TransactionCount, b"no candid".to_vec(), "RpcFailed"),
        (FeeHistory, consistent(Ok(Nat256::from(1u8))), "RpcFailed"),
        (FeeHistory, history(MAX_FEE + 1, 1), "MarketAboveMaximum"),
        (FeeHistory, vec![], "RpcFailed"),
    ];
    for (method, answer, name) in cases {
        let (refused, view) = stopped(&signer, &rpc, method, answer).await;
        assert_eq!(<&'static str>::from(&refused), name);
        assert_eq!((view.nonce, view.attempts.len()), (None, 0), "{name}");
    }
    assert_eq!(signer.blocks_of("transaction_accepted").await.len(), 0);

    // Between signature and node.
    let cases = [
        (vec![], "RpcFailed"),
        (status(Sent::InsufficientFunds), "InsufficientFunds"),
        (status(Sent::NonceTooHigh), "NonceGap"),
        (status(Sent::Ok(Some([9; 32].into()))), "RpcWrong"),
        (error("chain id mismatch"), "RpcFailed"),
    ];
    let mut signed = None;
    for (answer, name) in cases {
        let (refused, view) = stopped(&signer, &rpc, SendRawTransaction, answer).await;
        assert_eq!(<&'static str>::from(&refused), name);
        assert_eq!((view.state, view.nonce), (State::Signed, Some(3)), "{name}");
        let hash = view.attempts[0].hash.clone().unwrap();
        assert_eq!(
            *signed.get_or_insert(hash.clone()),
            hash,
            "{name}: not signed again"
        );
    }
    signer.upgrade().await;
    // The node had it all the time: its answer was lost.
    rpc.script(SendRawTransaction, &[error("already known")]).await;
    let sent = signer.advance(1).await.unwrap();
    assert_eq!((sent.state, sent.attempts.len()), (State::Sent, 1));
    let (resent, _) = read(&rpc.sent().await);
    assert_eq!(resent.tx_hash().as_slice(), signed.unwrap().as_slice());
    assert_eq!(signer.blocks_of("transaction_accepted").await.len(), 1);
}

#[tokio::test]
async fn an_answer_about_another_transaction_is_not_believed() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(0).await;
    let sent = signer.submit_transaction(&submission(1)).await.unwrap();
    let own = signer.own_address().await;
    let right = receipt(sent.attempts[0].hash.as_ref().unwrap(), own, true);
    rpc.script(Method::TransactionCount, &[count(1)]).await;
    let mut wrong = [right.clone(), right.clone(), right.clone(), right.clone()];
    wrong[0].transaction_hash = [9; 32].into();
    wrong[1].from = [9; 20].into();
    wrong[2].to = None;
    wrong[3].status = None;
    for receipt in wrong {
        rpc.script(Method::TransactionReceipt, &[consistent(Ok(Some(receipt)))])
            .await;
        let refused = signer.advance(1).await;
        assert!(
            matches!(
                refused,
                Err(Refusal::Submission(SubmissionRefusal::RpcWrong { .. }))
            ),
            "{refused:?}"
        );
    }
    rpc.script(Method::TransactionReceipt, &[pending()]).await;
    let missing = SubmissionRefusal::ReceiptMissing { nonce: 0 };
    assert_eq!(signer.advance(1).await, Err(missing.into()));
    assert_eq!(signer.submission(1).await.unwrap().state, State::Sent);
    rpc.script(Method::TransactionReceipt, &[consistent(Ok(Some(right)))])
        .await;
    assert_eq!(signer.advance(1).await.unwrap().state, State::Confirmed);
}

#[tokio::test]
async fn without_cycles_nothing_is_asked() {
    let signer = Signer::with_call().await;
    let rpc = Rpc::start(&signer).await;
    rpc.calm(0).await;
    rpc.configure(|config| config.cycles = Nat::from(u128::MAX / 2))
        .await;
    let refused = signer.submit_transaction(&submission(1)).await;
    assert!(
        matches!(
            refused,
            Err(Refusal::Submission(SubmissionRefusal::CyclesMissing { .. }))
        ),
        "{refused:?}"
    );
    assert_eq!(rpc.seen(Method::TransactionCount).await.calls, 0);
    rpc.configure(|_| ()).await;
    assert_eq!(signer.advance(1).await.unwrap().state, State::Sent);
}
