//! What `sign_transaction` refuses, and that nothing is signed, charged or counted then.

mod common;
mod mocks;

use alloy::{primitives::Address, sol_types::SolCall};
use candid::Nat;
use common::{CHAIN, Signer, principal};
use mocks::{ASSET, CONTRACT, GWEI, MAX_FEE, MAX_GAS, MAX_VALUE, allowed, data, sweepCall, transaction};
use serde_bytes::ByteBuf;
use signer_api::{Refusal, TransactionRefusal as Refused, TransactionRequest};

async fn credits(signer: &Signer) -> Nat {
    signer.query("credits", (principal(&signer.operator),)).await
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
