//! What counts per day, and when. On the emulator, whose time can be moved.

mod common;

use candid::Nat;
use common::{
    batch::{Batch, EVM, MAX_PER_DAY, SOLANA, allowed, asset, word},
    emulated::{Emulated, distributor},
    request, wasm,
};
use ic_emulator::Options;
use serde_bytes::ByteBuf;
use signer_api::{
    BatchRefusal, Chain, ClaimRequest, CollectionLimit, Distributor, Hours, Refusal, Settlement, SignedClaim,
};
use std::time::Duration;

fn start() -> Emulated {
    let signer = Emulated::start(Options::default());
    for chain in [EVM, SOLANA] {
        signer.set("allow_settlement", (allowed(chain),));
    }
    signer
}

/// A batch that debits so much of asset 0.
fn paying(signer: &Emulated, chain: Chain, sequence: u64, amount: u64) -> Batch {
    Batch::empty(chain, sequence, signer.now()).paying(1, 0, amount.into())
}

fn above(amount: u64, spent: u64) -> Refusal {
    Refusal::AboveDaily {
        asset: ByteBuf::from(asset(EVM, 0)),
        amount: Nat::from(amount),
        spent: Nat::from(spent),
        max: Nat::from(MAX_PER_DAY),
    }
}

#[test]
fn what_was_debited_today_survives_an_upgrade_and_ends_at_midnight() {
    let signer = start();
    signer.to_midnight();
    let sign = |n: u8, sequence, amount| {
        let batch = paying(&signer, EVM, sequence, amount);
        signer.sign_batch(&batch.request(n))
    };
    sign(1, 1, 1_000).unwrap();
    sign(2, 2, 1_000).unwrap();
    assert_eq!(sign(3, 3, 501), Err(above(501, 2_000)));
    signer.upgrade(wasm()).unwrap();
    assert_eq!(sign(3, 3, 501), Err(above(501, 2_000)));
    sign(3, 3, 500).unwrap();
    assert_eq!(sign(4, 4, 1), Err(above(1, 2_500)));
    // Another settlement, and another asset, have totals of their own.
    signer
        .sign_batch(&paying(&signer, SOLANA, 1, 1_000).request(5))
        .unwrap();
    let other = Batch::empty(EVM, 4, signer.now()).paying(1, 1, 1_000_000);
    signer.sign_batch(&other.request(6)).unwrap();

    signer.emulator.advance_time(Duration::from_secs(86_400 - 60));
    assert_eq!(sign(7, 5, 1), Err(above(1, 2_500)), "the day is not over");
    signer.to_midnight();
    sign(7, 5, 1_000).unwrap();
    assert_eq!(sign(8, 6, 1_000).map(drop), Ok(()));
    assert_eq!(sign(9, 7, 1_000), Err(above(1_000, 2_000)));
}

#[test]
fn a_refused_batch_uses_up_nothing_of_the_day() {
    let signer = start();
    signer.to_midnight();
    let sign = |n: u8, batch: Batch| signer.sign_batch(&batch.request(n));
    // Asset 0 is in bounds, but the sequence is wrong; then the sum of both is too much.
    sign(1, paying(&signer, EVM, 9, 1_000)).unwrap_err();
    let mut twice = allowed(EVM);
    twice.assets[1].max_per_day = Nat::from(5u8);
    signer.set("allow_settlement", (twice,));
    let both = paying(&signer, EVM, 1, 1_000).paying(1, 1, 6);
    let refused = sign(2, both).unwrap_err();
    assert!(
        matches!(&refused, Refusal::AboveDaily { asset: a, .. } if *a == asset(EVM, 1)),
        "{refused:?}"
    );
    for n in 1..=2 {
        sign(n + 10, paying(&signer, EVM, n.into(), 1_000)).unwrap();
    }
    sign(13, paying(&signer, EVM, 3, 500)).unwrap();
}

#[test]
fn a_request_that_is_asked_for_again_is_counted_once() {
    let signer = start();
    signer.to_midnight();
    let first = paying(&signer, EVM, 1, 1_000).request(1);
    for _ in 0..5 {
        signer.sign_batch(&first).unwrap();
    }
    signer
        .sign_batch(&paying(&signer, EVM, 2, 1_000).request(2))
        .unwrap();
    signer
        .sign_batch(&paying(&signer, EVM, 3, 500).request(3))
        .unwrap();
}

#[test]
fn claims_have_a_daily_limit_where_one_is_set_also_for_what_was_paid_before() {
    let signer = Emulated::start(Options::default());
    signer.to_midnight();
    let sign = |n, amount: u32| {
        let mut claim: ClaimRequest = request(n);
        claim.amount = Nat::from(amount);
        let signed: Result<SignedClaim, Refusal> = signer.update("sign_claim", (claim,)).unwrap();
        signed.map(drop)
    };
    sign(1, 5_000).unwrap();
    sign(2, 3_000).unwrap();
    let limited = Distributor {
        max_per_day: Some(Nat::from(9_000u32)),
        ..distributor()
    };
    signer.set("allow_distributor", (limited,));
    let above = Refusal::AboveDaily {
        asset: ByteBuf::from([0; 32]),
        amount: Nat::from(1_001u32),
        spent: Nat::from(8_000u32),
        max: Nat::from(9_000u32),
    };
    assert_eq!(sign(3, 1_001), Err(above));
    sign(3, 1_000).unwrap();
    signer.to_midnight();
    sign(4, 5_000).unwrap();
    sign(5, 4_000).unwrap();
    sign(6, 1).unwrap_err();
    signer.set("allow_distributor", (distributor(),));
    sign(6, 1).unwrap();
}

#[test]
fn batches_are_signed_in_their_hours_only() {
    let signer = start();
    let hours = Hours {
        from_minute: 60,
        to_minute: 120,
    };
    let policy = Settlement {
        hours: Some(hours),
        ..allowed(EVM)
    };
    signer.set("allow_settlement", (policy,));
    signer.to_midnight();
    let sign = |n: u8, sequence| signer.sign_batch(&paying(&signer, EVM, sequence, 1).request(n));
    let outside = |minute| Refusal::OutsideHours {
        minute,
        from_minute: 60,
        to_minute: 120,
    };
    assert_eq!(sign(1, 1), Err(outside(0)));
    signer.emulator.advance_time(Duration::from_secs(3_600));
    sign(1, 1).unwrap();
    signer.emulator.advance_time(Duration::from_secs(3_600));
    assert_eq!(sign(2, 2), Err(outside(120)));
}

#[test]
fn an_old_window_is_refused_but_what_was_accepted_in_time_keeps_its_signature() {
    let signer = start();
    let request = paying(&signer, EVM, 1, 1).request(1);
    let late = paying(&signer, SOLANA, 1, 1).request(2);
    let signed = signer.sign_batch(&request).unwrap();
    signer.emulator.advance_time(Duration::from_secs(3_700));
    assert_eq!(signer.sign_batch(&request).unwrap(), signed);
    let refused = signer.sign_batch(&late).unwrap_err();
    assert_eq!(refused.rule(), "TooOld", "{refused:?}");
    let future = Batch::empty(SOLANA, 1, signer.now() + 60).request(3);
    assert_eq!(signer.sign_batch(&future).unwrap_err().rule(), "OpensLater");
}

/// Of each listed collection, and of all items together.
#[test]
fn items_have_daily_limits_that_end_at_midnight() {
    let signer = start();
    signer.to_midnight();
    let collection = |n| ByteBuf::from(word(EVM, 0x17, n));
    let limit = |n, max_per_day| CollectionLimit {
        collection: collection(n),
        max_per_day,
    };
    let policy = Settlement {
        collections: Some(vec![limit(0, 2), limit(1, 9), limit(2, 9)]),
        max_items_per_day: Some(4),
        ..allowed(EVM)
    };
    signer.set("allow_settlement", (policy,));
    let sign = |n: u8, sequence, items: &[u32]| {
        let batch = Batch::empty(EVM, sequence, signer.now());
        let batch = items.iter().fold(batch, |batch, item| batch.moving(*item));
        signer.sign_batch(&batch.request(n)).map(drop)
    };
    let refused = |collection, count, moved, max| {
        Err(Refusal::from(BatchRefusal::TooManyItemsToday {
            collection,
            count,
            moved,
            max,
        }))
    };
    sign(1, 1, &[0]).unwrap();
    sign(2, 2, &[0, 1]).unwrap();
    assert_eq!(sign(3, 3, &[1, 0]), refused(None, 2, 3, 4));
    assert_eq!(sign(3, 3, &[0]), refused(Some(collection(0)), 1, 2, 2));
    signer.upgrade(wasm()).unwrap();
    assert_eq!(sign(3, 3, &[0]), refused(Some(collection(0)), 1, 2, 2));
    sign(3, 3, &[2]).unwrap();
    assert_eq!(sign(4, 4, &[1]), refused(None, 1, 4, 4));
    signer.to_midnight();
    sign(4, 4, &[1, 0]).unwrap();
}
