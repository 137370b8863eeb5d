//! What attempts offer, and what counts as an answer: functions without a canister.

use candid::Nat;
use evm_rpc_types::{
    JsonRpcError, MultiRpcResult, Nat256, ProviderError, RpcError, RpcResult, RpcService,
    SendRawTransactionStatus,
};
use proptest::prelude::*;
use signer::{
    evm_rpc::answer::{Taken, agreed, taken},
    submission::fees::{Fees, Market, first, next},
    transaction::nonces::raised,
};
use signer_api::SubmissionRefusal;

#[test]
fn the_market_is_the_next_base_fee_and_the_median_priority_fee() {
    let market = |base: &[u128], rewards: &[u128]| Market::of(base, rewards.to_vec());
    assert_eq!(market(&[5, 7], &[9, 1, 3]), Some(Market { base: 7, priority: 3 }));
    assert_eq!(market(&[5], &[4, 2]), Some(Market { base: 5, priority: 4 }));
    assert_eq!(market(&[0], &[0, 0]), Some(Market { base: 0, priority: 1 }));
    assert_eq!(market(&[0], &[]), Some(Market { base: 0, priority: 1 }));
    assert_eq!(market(&[], &[1]), None);
}

#[test]
fn an_eighth_more_is_rounded_up_and_never_nothing() {
    let cases = [
        (0, 1),
        (1, 2),
        (7, 8),
        (8, 9),
        (9, 11),
        (16, 18),
        (u128::MAX, u128::MAX),
    ];
    for (fee, more) in cases {
        assert_eq!(raised(fee), more, "{fee}");
    }
}

fn fee() -> impl Strategy<Value = u128> {
    prop_oneof![0..100u128, 0..1_000_000_000_000u128, any::<u128>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_first_offer_pays_the_next_block_and_stays_below_the_most(base in fee(), priority in fee(), most in fee()) {
        let market = Market { base, priority };
        match first(market, most) {
            Ok(offer) => {
                prop_assert!(offer.max <= most && offer.max >= base && offer.max > 0);
                prop_assert!(offer.priority <= offer.max);
            }
            Err(_) => prop_assert!(base > most || most == 0),
        }
    }

    /// Both fees rise by an eighth, or nothing is offered; so nodes take the replacement, and the canister signs it.
    #[test]
    fn each_offer_can_replace_the_one_before(base in fee(), priority in fee(), more in fee(), most in fee()) {
        let Ok(mut before) = first(Market { base, priority }, most) else { return Ok(()) };
        for step in 0..200u128 {
            let market = Market { base: base.saturating_add(more.saturating_mul(step)), priority };
            match next(before, market, most) {
                Ok(after) => {
                    prop_assert!(after.max <= most && after.max >= raised(before.max));
                    prop_assert!(after.priority >= raised(before.priority) && after.priority <= after.max);
                    before = after;
                }
                Err(SubmissionRefusal::MarketAboveMaximum { needed, max }) => {
                    prop_assert_eq!(max, Nat::from(most));
                    prop_assert!(needed > most);
                    return Ok(());
                }
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn a_first_offer_of_nothing_is_raised_to_something() {
    let before = Fees { priority: 1, max: 1 };
    let market = Market { base: 0, priority: 1 };
    assert_eq!(next(before, market, 2), Ok(Fees { priority: 2, max: 2 }));
    assert!(next(before, market, 1).is_err());
}

const HASH: [u8; 32] = [7; 32];

fn json(message: &str) -> RpcResult<SendRawTransactionStatus> {
    Err(RpcError::JsonRpcError(JsonRpcError {
        code: -32_000,
        message: message.into(),
    }))
}

fn one(answer: RpcResult<SendRawTransactionStatus>) -> Result<Taken, SubmissionRefusal> {
    taken(HASH, 3, "0xacc", None, Ok(MultiRpcResult::Consistent(answer)))
}

fn many(
    agreeing: Option<u8>,
    answers: Vec<RpcResult<SendRawTransactionStatus>>,
) -> Result<Taken, SubmissionRefusal> {
    let answers = answers
        .into_iter()
        .zip(1..)
        .map(|(answer, n)| (RpcService::Provider(n), answer));
    taken(
        HASH,
        3,
        "0xacc",
        agreeing,
        Ok(MultiRpcResult::Inconsistent(answers.collect())),
    )
}

#[test]
fn a_node_has_the_transaction_in_whichever_words_it_says_so() {
    use SendRawTransactionStatus::{NonceTooLow, Ok as Taken_};
    for answer in [
        Ok(Taken_(None)),
        Ok(Taken_(Some(HASH.into()))),
        Ok(NonceTooLow),
        json("already known"),
        json("AlreadyKnown"),
        json("Known transaction"),
        json("nonce too low: next nonce 5, tx nonce 3"),
        json("OldNonce"),
    ] {
        assert_eq!(one(answer.clone()), Ok(Taken::InHand), "{answer:?}");
    }
    for answer in [
        json("replacement transaction underpriced"),
        json("transaction underpriced: tip needed 25"),
        json("ReplacementNotAllowed"),
    ] {
        assert_eq!(one(answer.clone()), Ok(Taken::Underpriced), "{answer:?}");
    }
    let failed = one(json("intrinsic gas too low")).unwrap_err();
    assert!(
        matches!(failed, SubmissionRefusal::RpcFailed { .. }),
        "{failed:?}"
    );
}

#[test]
fn providers_that_differ_must_all_have_the_transaction_unless_fewer_are_to_agree() {
    use SendRawTransactionStatus::{InsufficientFunds, Ok as Taken_};
    let all = vec![
        Ok(Taken_(None)),
        json("already known"),
        Ok(Taken_(Some(HASH.into()))),
    ];
    assert_eq!(many(None, all), Ok(Taken::InHand));
    for odd in [
        Ok(InsufficientFunds),
        json("replacement transaction underpriced"),
        json("internal error"),
        Ok(Taken_(Some([8; 32].into()))),
    ] {
        let two = vec![Ok(Taken_(None)), json("already known"), odd.clone()];
        assert_eq!(many(Some(2), two.clone()), Ok(Taken::InHand), "{odd:?}");
        for all in [None, Some(3)] {
            let refused = many(all, two.clone()).unwrap_err();
            assert!(
                matches!(refused, SubmissionRefusal::RpcInconsistent { answers: 3, .. }),
                "{refused:?}"
            );
        }
        let refused = many(Some(2), vec![Ok(Taken_(None)), odd]).unwrap_err();
        assert!(
            matches!(refused, SubmissionRefusal::RpcInconsistent { answers: 2, .. }),
            "{refused:?}"
        );
    }
    // Two of three want a higher fee, in different words.
    let low = vec![
        json("replacement transaction underpriced"),
        json("ReplacementNotAllowed"),
        json("internal error"),
    ];
    assert_eq!(many(Some(2), low.clone()), Ok(Taken::Underpriced));
    assert!(many(None, low).is_err());
    assert!(many(Some(0), vec![]).is_err());
}

#[test]
fn too_few_cycles_are_told_as_such_even_in_different_numbers() {
    let underpaid = |expected| -> RpcResult<Nat256> {
        Err(RpcError::ProviderError(ProviderError::TooFewCycles {
            expected,
            received: 1,
        }))
    };
    let of = |expected, n| (RpcService::Provider(n), underpaid(expected));
    let refused = agreed("m", Ok(MultiRpcResult::Inconsistent(vec![of(5, 1), of(6, 2)]))).unwrap_err();
    assert!(
        matches!(refused, SubmissionRefusal::RpcUnderpaid { .. }),
        "{refused:?}"
    );
    let mixed = vec![of(5, 1), (RpcService::Provider(2), Ok(Nat256::from(1u8)))];
    let refused = agreed("m", Ok(MultiRpcResult::Inconsistent(mixed))).unwrap_err();
    assert!(
        matches!(refused, SubmissionRefusal::RpcInconsistent { answers: 2, .. }),
        "{refused:?}"
    );
    let nothing = agreed::<Nat256>("m", Ok(MultiRpcResult::Inconsistent(vec![])));
    assert!(matches!(
        nothing,
        Err(SubmissionRefusal::RpcInconsistent { answers: 0, .. })
    ));
}

#[test]
fn a_long_reason_is_cut() {
    let long = one(json(&"x".repeat(10_000))).unwrap_err();
    let SubmissionRefusal::RpcFailed { reason, .. } = long else {
        panic!("{long:?}")
    };
    assert!(reason.len() <= 200);
}
