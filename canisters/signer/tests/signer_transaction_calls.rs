//! The calls that administrators allow.

mod common;
mod mocks;

use candid::Nat;
use canister_kit::icrc3::Value;
use common::{CHAIN, Signer, get};
use mocks::{CONTRACT, allowed};
use serde_bytes::ByteBuf;
use signer_api::{
    AllowedCall, ArgumentRule, CallPage, Check, Constant, Refusal, Step, TransactionRefusal as Refused,
};

async fn calls(signer: &Signer, from: u64, limit: u64) -> CallPage {
    signer.query("calls", (from, limit)).await
}

async fn remove(signer: &Signer, function: &str) -> Result<(), Refusal> {
    let args = (CHAIN, ByteBuf::from(CONTRACT), function);
    signer.update(&signer.admin, "remove_call", args).await.unwrap()
}

#[tokio::test]
async fn a_call_is_allowed_changed_and_removed_with_a_block_for_each_change() {
    let signer = Signer::with_call().await;
    signer.allow_call(allowed()).await.unwrap(); // as it is: no block
    let changed = AllowedCall {
        max_gas: 7,
        max_per_day: Some(Nat::from(8u8)),
        ..allowed()
    };
    signer.allow_call(changed.clone()).await.unwrap();
    assert_eq!(calls(&signer, 0, 10).await.calls, [changed]);
    let blocks = signer.blocks_of("call_allowed").await;
    assert_eq!(blocks.len(), 2);
    let field = |n: usize, name| get(&blocks[n], &["tx", name]).cloned();
    assert_eq!(field(0, "function"), Some(Value::text(allowed().function)));
    assert_eq!(
        (field(0, "max_per_day"), field(1, "max_per_day")),
        (None, Some(Value::nat(8u8)))
    );
    assert_eq!(
        field(0, "rules_hash"),
        field(1, "rules_hash"),
        "the rules are the same"
    );

    signer.upgrade().await;
    remove(&signer, &allowed().function).await.unwrap();
    let refused = remove(&signer, &allowed().function).await;
    assert!(
        matches!(
            refused,
            Err(Refusal::Transaction(Refused::FunctionNotAllowed { .. }))
        ),
        "{refused:?}"
    );
    assert_eq!(calls(&signer, 0, 10).await.total, 0);
    assert_eq!(signer.blocks_of("call_removed").await.len(), 1);
}

#[tokio::test]
async fn calls_are_paged_in_a_fixed_order() {
    let signer = Signer::start().await;
    for n in 0..7u8 {
        let function = format!("f{n}()");
        let call = AllowedCall {
            function,
            arguments: vec![],
            ..allowed()
        };
        signer.allow_call(call).await.unwrap();
    }
    let all = calls(&signer, 0, u64::MAX).await;
    assert_eq!((all.total, all.calls.len()), (7, 7));
    let (one, two) = (calls(&signer, 0, 4).await.calls, calls(&signer, 4, 4).await.calls);
    assert_eq!([one, two].concat(), all.calls);
    assert_eq!(calls(&signer, u64::MAX, 4).await.calls, []);
    assert_eq!(calls(&signer, 0, 0).await.calls, []);
}

#[tokio::test]
async fn a_call_that_cannot_be_meant_is_refused() {
    let signer = Signer::start().await;
    let with = |change: &dyn Fn(&mut AllowedCall)| {
        let mut call = allowed();
        change(&mut call);
        call
    };
    let zero = |field: &str| Refusal::Zero { field: field.into() };
    let huge = || Nat::from(u128::MAX) + 1u8;
    let too_large = |field: &str| Refusal::TooLarge {
        field: field.into(),
        value: huge(),
        max: Nat::from(u128::MAX),
    };
    let cases = [
        (with(&|c| c.chain_id = 0), zero("chain_id")),
        (with(&|c| c.max_gas = 0), zero("max_gas")),
        (with(&|c| c.contract = ByteBuf::from([0; 20])), zero("contract")),
        (
            with(&|c| c.contract = ByteBuf::from([1; 32])),
            Refusal::WrongLength {
                field: "contract".into(),
                expected: 20,
                actual: 32,
            },
        ),
        (with(&|c| c.max_value = huge()), too_large("max_value")),
        (
            with(&|c| c.max_fee_per_gas = huge()),
            too_large("max_fee_per_gas"),
        ),
        (with(&|c| c.max_per_day = Some(huge())), too_large("max_per_day")),
        (
            with(&|c| drop(c.arguments.pop())),
            Refused::ArgumentWithoutRule { argument: 5 }.into(),
        ),
    ];
    for (call, expected) in cases {
        assert_eq!(signer.allow_call(call).await, Err(expected));
    }
    let malformed = signer.allow_call(with(&|c| c.function.push(' '))).await;
    assert!(
        matches!(
            malformed,
            Err(Refusal::Transaction(Refused::FunctionMalformed { .. }))
        ),
        "{malformed:?}"
    );
    let misfit = with(&|c| c.arguments[0].check = Check::OwnAddress);
    let misfit = signer.allow_call(misfit).await;
    assert!(
        matches!(
            misfit,
            Err(Refusal::Transaction(Refused::RuleMalformed { rule: 0, .. }))
        ),
        "{misfit:?}"
    );
    let large = with(&|c| {
        c.arguments.push(ArgumentRule {
            path: vec![Step::Index(4)],
            check: Check::Equals(Constant::Bytes(ByteBuf::from(vec![1; 20_000]))),
        });
    });
    let large = signer.allow_call(large).await;
    assert!(matches!(large, Err(Refusal::TooLarge { .. })), "{large:?}");
    assert_eq!(calls(&signer, 0, 10).await.total, 0);
    assert_eq!(signer.blocks_of("call_allowed").await.len(), 0);
}

#[tokio::test]
async fn only_administrators_allow_and_configure() {
    let signer = Signer::with_call().await;
    let remove = (CHAIN, ByteBuf::from(CONTRACT), allowed().function);
    for who in [&signer.operator, &signer.stranger, &signer.anonymous] {
        signer.turned_away(who, "allow_call", (allowed(),)).await;
        signer.turned_away(who, "remove_call", remove.clone()).await;
        signer.turned_away(who, "remove_evm_rpc", (CHAIN,)).await;
    }
    assert_eq!(calls(&signer, 0, 10).await.calls, [allowed()]);
}
