//! The policy for batches, without a canister.

mod common;

use candid::Nat;
use common::batch::{Batch, EVM, allowed, asset, word};
use serde_bytes::ByteBuf;
use signer::batch::{parse, policy};
use signer_api::{BatchRefusal, CollectionLimit, Hours, Refusal, Settlement};

/// 12:00 of some day, in Unix seconds.
const NOON: u64 = 20_000 * 86_400 + 43_200;

fn check(change: impl FnOnce(&mut Settlement), now: u64) -> Result<(), Refusal> {
    let mut policy = allowed(EVM);
    change(&mut policy);
    let batch = parse::Batch::parse(&Batch::mixed(EVM).request(1)).unwrap();
    policy::check(&batch, &policy, now)
}

#[test]
fn the_policy_refuses_at_its_limits() {
    type Field = fn(&mut Settlement) -> &mut u32;
    assert_eq!(check(|_| (), NOON), Ok(()));
    let counts: [(&str, u64, Field); 3] = [
        ("intent_count", 1, |s| &mut s.max_intents),
        ("delta_count", 6, |s| &mut s.max_deltas),
        ("item_count", 2, |s| &mut s.max_items),
    ];
    for (field, count, of) in counts {
        assert_eq!(check(|s| *of(s) = count as u32, NOON), Ok(()));
        let max = count - 1;
        let too_many = BatchRefusal::TooMany {
            field: field.into(),
            count,
            max,
        };
        assert_eq!(check(|s| *of(s) = max as u32, NOON), Err(too_many.into()));
    }

    assert_eq!(
        check(|s| s.assets[0].max_per_batch = Nat::from(20u8), NOON),
        Ok(())
    );
    let above = BatchRefusal::AboveBatchMaximum {
        asset: ByteBuf::from(asset(EVM, 0)),
        debits: Nat::from(20u8),
        max: Nat::from(19u8),
    };
    assert_eq!(
        check(|s| s.assets[0].max_per_batch = Nat::from(19u8), NOON),
        Err(above.into())
    );
    let unknown = BatchRefusal::AssetNotAllowed {
        asset: ByteBuf::from(asset(EVM, 1)),
    };
    assert_eq!(check(|s| drop(s.assets.pop()), NOON), Err(unknown.into()));
}

#[test]
fn hours_begin_and_end_on_the_minute_and_may_go_over_midnight() {
    let at = |from_minute, to_minute, now| {
        let hours = Hours {
            from_minute,
            to_minute,
        };
        check(|s| s.hours = Some(hours), now).is_ok()
    };
    assert!(at(720, 721, NOON) && at(720, 721, NOON + 59));
    assert!(!at(720, 721, NOON - 1) && !at(720, 721, NOON + 60));
    // From 22:00 to 06:00.
    let night = |minute: u64| at(1_320, 360, NOON - 43_200 + minute * 60);
    assert!(night(1_320) && night(1_439) && night(0) && night(359));
    assert!(!night(360) && !night(1_319) && !night(720));
    let outside = check(
        |s| {
            s.hours = Some(Hours {
                from_minute: 1,
                to_minute: 2,
            });
        },
        NOON,
    );
    let refusal = Refusal::OutsideHours {
        minute: 720,
        from_minute: 1,
        to_minute: 2,
    };
    assert_eq!(outside, Err(refusal));
}

#[test]
fn a_window_is_open_and_for_an_hour_at_most() {
    assert_eq!(policy::check_age(NOON, NOON), Ok(()));
    assert_eq!(policy::check_age(NOON - 3_600, NOON), Ok(()));
    let old = BatchRefusal::TooOld {
        opened_at: NOON - 3_601,
        now: NOON,
        max_age: 3_600,
    };
    assert_eq!(policy::check_age(NOON - 3_601, NOON), Err(old));
    let later = BatchRefusal::OpensLater {
        opened_at: NOON + 1,
        now: NOON,
    };
    assert_eq!(policy::check_age(NOON + 1, NOON), Err(later));
}

#[test]
fn items_are_of_listed_collections_where_there_is_a_list() {
    let listed = |collections: &[u32]| {
        let limit = |n: &u32| CollectionLimit {
            collection: ByteBuf::from(word(EVM, 0x17, *n)),
            max_per_day: 1,
        };
        let collections = collections.iter().map(limit).collect();
        check(|s| s.collections = Some(collections), NOON)
    };
    assert_eq!(listed(&[2, 1, 0]), Ok(()));
    let unknown = |n| BatchRefusal::CollectionNotAllowed {
        collection: ByteBuf::from(word(EVM, 0x17, n)),
    };
    assert_eq!(listed(&[0]), Err(unknown(1).into()));
    assert_eq!(listed(&[]), Err(unknown(0).into()));
}
