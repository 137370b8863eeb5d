//! `sign_transaction`: what is signed, and that nothing else is.

mod common;
mod mocks;

use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    eips::eip2718::Encodable2718,
    primitives::{Address, Bytes, TxKind, U256},
    signers::Signature,
    sol_types::SolCall,
};
use candid::Nat;
use canister_kit::icrc3::Value;
use common::{CHAIN, Signer, get, principal, request};
use futures_util::future::join;
use mocks::{
    ASSET, CONTRACT, GWEI, MAX_FEE, MAX_GAS, MAX_VALUE, allowed, data, read, sweepCall, transaction,
};
use serde_bytes::ByteBuf;
use signer_api::{
    AllowedCall, Refusal, SignedTransaction, TransactionRefusal as Refused, TransactionRequest,
};

async fn credits(signer: &Signer) -> Nat {
    signer.query("credits", (principal(&signer.operator),)).await
}

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

/// The request's data, with another byte.
fn patched(at: usize, byte: u8) -> ByteBuf {
    let mut data = data(1);
    data[at] = byte;
    data
}

/// The function's name, for refusals.
fn function() -> String {
    allowed().function
}

fn argument(argument: &str, rule: u64, value: &str, expected: &str) -> Refused {
    Refused::ArgumentRefused {
        function: function(),
        argument: argument.into(),
        rule,
        value: value.into(),
        expected: expected.into(),
    }
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_by_name_and_nothing_is_signed_charged_or_counted() {
    let signer = Signer::with_call().await;
    let before = (credits(&signer).await, signer.log().await.len());
    let contract = |address: [u8; 20]| ByteBuf::from(address);
    let of = |chain_id, address| Refused::ContractUnknown {
        chain_id,
        contract: contract(address),
    };
    let mut sweep = sweepCall { to: Address::ZERO }.abi_encode();
    let too_long = |field: &str, expected, actual| Refusal::WrongLength {
        field: field.into(),
        expected,
        actual,
    };
    let huge = Nat::from(u128::MAX) + 1u8;
    let too_large = |field: &str| Refusal::TooLarge {
        field: field.into(),
        value: huge.clone(),
        max: Nat::from(u128::MAX),
    };
    let cases: Vec<(TransactionRequest, Refusal)> = vec![
        (with(|r| r.id = ByteBuf::from([1; 31])), too_long("id", 32, 31)),
        (with(|r| r.to = ByteBuf::from([1; 32])), too_long("to", 20, 32)),
        (with(|r| r.to = ByteBuf::new()), too_long("to", 20, 0)),
        (
            with(|r| r.to = contract([0; 20])),
            Refusal::Zero { field: "to".into() },
        ),
        (with(|r| r.value = huge.clone()), too_large("value")),
        (
            with(|r| r.max_fee_per_gas = huge.clone()),
            too_large("max_fee_per_gas"),
        ),
        (
            with(|r| r.max_priority_fee_per_gas = huge.clone()),
            too_large("max_priority_fee_per_gas"),
        ),
        (
            with(|r| r.nonce = u64::MAX),
            Refusal::TooLarge {
                field: "nonce".into(),
                value: Nat::from(u64::MAX),
                max: Nat::from(u64::MAX - 1),
            },
        ),
        (
            with(|r| r.key_version = Some(2)),
            Refusal::UnknownKeyVersion {
                version: 2,
                current: 1,
            },
        ),
        (
            with(|r| r.key_version = Some(9)),
            Refusal::UnknownKeyVersion {
                version: 9,
                current: 1,
            },
        ),
        (with(|r| r.chain_id = 1), of(1, CONTRACT).into()),
        (
            with(|r| r.to = contract([0xc1; 20])),
            of(CHAIN, [0xc1; 20]).into(),
        ),
        (
            with(|r| r.data = ByteBuf::from([1, 2, 3])),
            Refused::SelectorMissing { bytes: 3 }.into(),
        ),
        (
            with(|r| r.data = ByteBuf::new()),
            Refused::SelectorMissing { bytes: 0 }.into(),
        ),
        (
            with(|r| r.data = ByteBuf::from(std::mem::take(&mut sweep))),
            Refused::FunctionNotAllowed {
                chain_id: CHAIN,
                contract: contract(CONTRACT),
                selector: ByteBuf::from(sweepCall::SELECTOR),
            }
            .into(),
        ),
        (
            with(|r| r.data = ByteBuf::from(vec![0; 100_001])),
            Refused::DataTooLong {
                bytes: 100_001,
                max: 100_000,
            }
            .into(),
        ),
        (
            with(|r| r.value = Nat::from(MAX_VALUE + 1)),
            Refused::ValueAboveMaximum {
                value: Nat::from(MAX_VALUE + 1),
                max: Nat::from(MAX_VALUE),
            }
            .into(),
        ),
        (
            with(|r| r.gas_limit = MAX_GAS + 1),
            Refused::GasAboveMaximum {
                gas_limit: MAX_GAS + 1,
                max: MAX_GAS,
            }
            .into(),
        ),
        (
            with(|r| r.max_fee_per_gas = Nat::from(MAX_FEE + 1)),
            Refused::FeeAboveMaximum {
                max_fee_per_gas: Nat::from(MAX_FEE + 1),
                max: Nat::from(MAX_FEE),
            }
            .into(),
        ),
        (
            with(|r| r.max_priority_fee_per_gas = Nat::from(40 * GWEI + 1)),
            Refused::PriorityFeeAboveFee {
                max_priority_fee_per_gas: Nat::from(40 * GWEI + 1),
                max_fee_per_gas: Nat::from(40 * GWEI),
            }
            .into(),
        ),
        (
            with(|r| r.max_fee_per_gas = Nat::from(u128::MAX)),
            Refused::CostTooLarge.into(),
        ),
        (
            with(|r| r.data = data(1_001)),
            argument("0", 0, "1001", "at most 1000").into(),
        ),
        (
            with(|r| r.data = patched(4 + 32 + 31, 0xa6)),
            argument(
                "1",
                1,
                &format!("0x{}a6", hex::encode(&ASSET[1..])),
                &format!("0x{}", hex::encode(ASSET)),
            )
            .into(),
        ),
        (
            with(|r| r.data = patched(4 + 3 * 32 + 31, 2)),
            argument("3", 3, "2", "one of 2 values").into(),
        ),
    ];
    let count = cases.len();
    for (asked, expected) in cases {
        assert_eq!(signer.sign_transaction(&asked).await, Err(expected));
    }
    // A byte at the end; a byte that no type uses; an array that is longer than the data.
    let mut longer = data(1);
    longer.push(0);
    for wrong in [
        longer,
        patched(4, 1),
        patched(4 + 32, 1),
        patched(4 + 5 * 32 + 30, 0xff),
    ] {
        let refused = signer
            .sign_transaction(&with(|r| r.data = wrong))
            .await
            .unwrap_err();
        assert!(
            matches!(refused, Refusal::Transaction(Refused::DataMalformed { .. })),
            "{refused:?}"
        );
    }

    let log = signer.log().await;
    assert_eq!(log.len(), before.1 + count + 4, "one block for each refusal");
    assert_eq!(signer.blocks_of("refused").await.len(), count + 4);
    assert_eq!(credits(&signer).await, before.0);
    signer.sign_transaction(&transaction(1, 0)).await.unwrap();
    assert!(
        credits(&signer).await < before.0,
        "it was free, and the nonce as well"
    );
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
    let remove = (CHAIN, ByteBuf::from(CONTRACT), function());
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
