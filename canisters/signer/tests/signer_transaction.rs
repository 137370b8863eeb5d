//! `sign_transaction`: what is signed, and that nothing else is.

mod common;
mod mocks;

use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    eips::eip2718::Encodable2718,
    primitives::{Address, Bytes, TxKind, U256},
    signers::Signature,
};
use candid::Nat;
use canister_kit::icrc3::Value;
use common::{CHAIN, Signer, get, request};
use futures_util::future::join;
use mocks::{CONTRACT, GWEI, allowed, data, read, transaction};
use serde_bytes::ByteBuf;
use signer_api::{
    AllowedCall, Refusal, SignedTransaction, TransactionRefusal as Refused, TransactionRequest,
};

#[tokio::test]
async fn a_transaction_is_signed_as_alloy_would_and_comes_from_our_address() {
    let signer = Signer::with_call().await;
    let asked = transaction(1, 5);
    let signed = signer.sign_transaction(&asked).await.unwrap();

    let alloy = TxEip1559 {
        chain_id: CHAIN,
        nonce: 5,
        gas_limit: 500_000,
        max_fee_per_gas: 40 * GWEI,
        max_priority_fee_per_gas: 2 * GWEI,
        to: TxKind::Call(Address::from(CONTRACT)),
        value: U256::from(10),
        access_list: Default::default(),
        input: Bytes::from(asked.data.to_vec()),
    };
    let signature = Signature::from_raw(&signed.signature).unwrap();
    let expected = TxEnvelope::from(alloy.into_signed(signature));
    assert_eq!(signed.raw.as_slice(), expected.encoded_2718());
    assert_eq!(signed.hash.as_slice(), expected.tx_hash().as_slice());
    assert_eq!(read(&signed.raw).1, signer.own_address().await);
    assert_eq!(signed.signer, signer.evm_address().await);

    assert_eq!(
        signer.sign_transaction(&asked).await.unwrap(),
        signed,
        "the same again"
    );
    signer.pause(&signer.admin).await.unwrap();
    assert_eq!(
        signer.sign_transaction(&asked).await.unwrap(),
        signed,
        "it is public"
    );
    assert_eq!(
        signer.sign_transaction(&transaction(2, 6)).await,
        Err(Refusal::Paused)
    );

    let block = signer.blocks_of("transaction_signed").await.remove(0);
    for (field, value) in [
        ("request_id", Value::Blob(asked.id)),
        ("nonce", Value::nat(5u8)),
        ("contract", Value::blob(CONTRACT)),
        ("signature", Value::Blob(signed.signature)),
    ] {
        assert_eq!(get(&block, &["tx", field]), Some(&value), "{field}");
    }
    assert_eq!(signer.blocks_of("transaction_accepted").await.len(), 1);
}

fn with(change: impl FnOnce(&mut TransactionRequest)) -> TransactionRequest {
    let mut request = transaction(1, 0);
    change(&mut request);
    request
}

#[tokio::test]
async fn only_operators_get_signatures() {
    let signer = Signer::with_call().await;
    for who in [&signer.admin, &signer.stranger, &signer.anonymous] {
        signer
            .turned_away(who, "sign_transaction", (transaction(1, 0),))
            .await;
        signer
            .turned_away(who, "submit_transaction", (mocks::submission(1),))
            .await;
        signer
            .turned_away(who, "advance", (ByteBuf::from([1; 32]),))
            .await;
    }
    assert_eq!(signer.blocks_of("transaction_accepted").await.len(), 0);
}

#[tokio::test]
async fn an_id_stands_for_one_content_whatever_the_method() {
    let signer = Signer::with_call().await;
    let signed = signer.sign_transaction(&transaction(1, 0)).await.unwrap();
    for changed in [
        with(|r| r.nonce = 1),
        with(|r| r.value = Nat::from(11u8)),
        with(|r| r.gas_limit = 400_000),
        with(|r| r.max_fee_per_gas = Nat::from(80 * GWEI)),
        with(|r| r.data = data(2)),
    ] {
        let refused = signer.sign_transaction(&changed).await;
        assert!(matches!(refused, Err(Refusal::IdTaken { .. })), "{refused:?}");
    }
    let claim = signer.sign(&signer.operator, &request(1)).await;
    assert!(matches!(claim, Err(Refusal::IdTaken { .. })), "{claim:?}");
    signer.sign(&signer.operator, &request(2)).await.unwrap();
    let refused = signer.sign_transaction(&transaction(2, 1)).await;
    assert!(matches!(refused, Err(Refusal::IdTaken { .. })), "{refused:?}");
    assert_eq!(signer.sign_transaction(&transaction(1, 0)).await.unwrap(), signed);
}

fn replacement(n: u8, priority: u128, fee: u128) -> TransactionRequest {
    TransactionRequest {
        max_priority_fee_per_gas: Nat::from(priority),
        max_fee_per_gas: Nat::from(fee),
        ..transaction(n, 0)
    }
}

#[tokio::test]
async fn a_nonce_is_given_away_once_and_again_only_for_the_same_content_with_higher_fees() {
    let signer = Signer::with_call().await;
    signer.sign_transaction(&transaction(1, 0)).await.unwrap();
    let other: [fn(&mut TransactionRequest); 2] = [|r| r.value = Nat::from(11u8), |r| r.data = data(2)];
    for change in other {
        let mut asked = replacement(2, 90 * GWEI, 90 * GWEI);
        change(&mut asked);
        let taken = Refused::NonceTaken {
            chain_id: CHAIN,
            nonce: 0,
            id: ByteBuf::from([1; 32]),
        };
        assert_eq!(signer.sign_transaction(&asked).await, Err(taken.into()));
    }
    let least = (2 * GWEI + GWEI / 4, 45 * GWEI);
    for (priority, fee) in [
        (2 * GWEI, 40 * GWEI),
        (least.0 - 1, least.1),
        (least.0, least.1 - 1),
        (2 * GWEI, 90 * GWEI),
    ] {
        let underpriced = Refused::ReplacementUnderpriced {
            nonce: 0,
            min_priority_fee_per_gas: Nat::from(least.0),
            min_fee_per_gas: Nat::from(least.1),
        };
        let refused = signer.sign_transaction(&replacement(2, priority, fee)).await;
        assert_eq!(refused, Err(underpriced.into()));
    }
    let replaced = signer
        .sign_transaction(&replacement(2, least.0, least.1))
        .await
        .unwrap();
    assert_eq!(mocks::fees(&read(&replaced.raw).0), least);
    // The next one must be above the replacement, and other nonces are free.
    let refused = signer.sign_transaction(&replacement(3, least.0, least.1)).await;
    assert!(matches!(
        refused,
        Err(Refusal::Transaction(Refused::ReplacementUnderpriced { .. }))
    ));
    signer.sign_transaction(&transaction(4, 1)).await.unwrap();
}

#[tokio::test]
async fn of_two_transactions_that_race_for_a_nonce_one_is_signed() {
    let signer = Signer::with_call().await;
    for nonce in 0..3 {
        let mut other = transaction(100 + nonce, nonce.into());
        other.data = data(2);
        let one = transaction(nonce, nonce.into());
        let both = join(signer.sign_transaction(&one), signer.sign_transaction(&other)).await;
        let ((Ok(_), Err(refused)) | (Err(refused), Ok(_))) = both else {
            panic!("{both:?}")
        };
        assert!(
            matches!(refused, Refusal::Transaction(Refused::NonceTaken { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(signer.blocks_of("transaction_signed").await.len(), 3);
}

#[tokio::test]
async fn a_limit_that_is_set_at_noon_knows_the_morning() {
    let signer = Signer::with_call().await;
    signer.sign_transaction(&transaction(1, 0)).await.unwrap();
    let cost = 500_000 * 40 * GWEI + 10;
    let limited = AllowedCall {
        max_per_day: Some(Nat::from(2 * cost - 1)),
        ..allowed()
    };
    signer.allow_call(limited).await.unwrap();
    let [spent, max] = [cost, 2 * cost - 1].map(Nat::from);
    let above = Refused::DayAboveMaximum {
        cost: spent.clone(),
        spent,
        max,
    };
    let second = signer.sign_transaction(&transaction(2, 1)).await;
    assert_eq!(second, Err(above.into()));
}

#[tokio::test]
async fn a_day_has_its_maximum_and_a_replacement_counts_what_it_adds() {
    let signer = Signer::with_call().await;
    let cost = |fee: u128| 500_000 * fee + 10;
    let max = 2 * cost(40 * GWEI) + cost(5 * GWEI);
    let limited = AllowedCall {
        max_per_day: Some(Nat::from(max)),
        ..allowed()
    };
    signer.allow_call(limited.clone()).await.unwrap();
    signer.sign_transaction(&transaction(1, 0)).await.unwrap();
    signer.sign_transaction(&transaction(2, 1)).await.unwrap();
    let above = |spent: u128, cost: u128| {
        let [spent, cost, max] = [spent, cost, max].map(Nat::from);
        Err(Refused::DayAboveMaximum { spent, cost, max }.into())
    };
    let third = signer.sign_transaction(&transaction(3, 2)).await;
    assert_eq!(third, above(2 * cost(40 * GWEI), cost(40 * GWEI)));
    // 45 instead of 40 gwei: five more. Then the day is full but for the value.
    signer
        .sign_transaction(&replacement(4, 3 * GWEI, 45 * GWEI))
        .await
        .unwrap();
    let spent = 2 * cost(40 * GWEI) + 500_000 * 5 * GWEI;
    let again = signer
        .sign_transaction(&replacement(5, 4 * GWEI, 60 * GWEI))
        .await;
    assert_eq!(again, above(spent, 500_000 * 15 * GWEI));
    // A refusal counts nothing; another limit counts on.
    signer
        .allow_call(AllowedCall {
            max_per_day: Some(Nat::from(spent + 500_000 * 15 * GWEI)),
            ..limited
        })
        .await
        .unwrap();
    signer
        .sign_transaction(&replacement(5, 4 * GWEI, 60 * GWEI))
        .await
        .unwrap();
    signer.upgrade().await;
    let full = signer.sign_transaction(&transaction(6, 9)).await;
    assert!(
        matches!(full, Err(Refusal::Transaction(Refused::DayAboveMaximum { .. }))),
        "it survives an upgrade: {full:?}"
    );
}

#[tokio::test]
async fn what_is_no_longer_allowed_is_no_longer_signed() {
    let signer = Signer::with_call().await;
    let signed = signer.sign_transaction(&transaction(1, 0)).await.unwrap();
    let remove = (CHAIN, ByteBuf::from(CONTRACT), allowed().function);
    signer
        .update::<Result<(), Refusal>>(&signer.admin, "remove_call", remove)
        .await
        .unwrap()
        .unwrap();
    let refused = signer.sign_transaction(&transaction(2, 1)).await;
    assert!(
        matches!(
            refused,
            Err(Refusal::Transaction(Refused::ContractUnknown { .. }))
        ),
        "{refused:?}"
    );
    assert_eq!(signer.sign_transaction(&transaction(1, 0)).await.unwrap(), signed);
}

#[tokio::test]
async fn each_version_of_the_key_is_an_account_with_its_own_nonces() {
    let signer = Signer::with_call().await;
    let first = signer.sign_transaction(&transaction(1, 0)).await.unwrap();
    signer
        .update::<Result<u32, Refusal>>(&signer.admin, "rotate_key", (3_600u64,))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(signer.sign_transaction(&transaction(1, 0)).await.unwrap(), first);
    let mut other = transaction(2, 0);
    other.data = data(2);
    let second: SignedTransaction = signer.sign_transaction(&other).await.unwrap();
    assert_ne!(second.signer, first.signer);
    assert_eq!(read(&second.raw).1, second.signer.parse::<Address>().unwrap());
    other.id = ByteBuf::from([3; 32]);
    other.key_version = Some(1);
    let refused = signer.sign_transaction(&other).await;
    assert!(
        matches!(refused, Err(Refusal::Transaction(Refused::NonceTaken { .. }))),
        "{refused:?}"
    );
}
