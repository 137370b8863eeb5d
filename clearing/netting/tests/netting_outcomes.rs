//! Every outcome an intent can have, one test each.

mod worlds;

use novate_netting::{Fees, Outcome, Session};
use novate_protocol::{
    ids::Owner,
    intent::{Scheme, actions},
};
use worlds::plain::{
    ALICE, BOB, CAROL, CLOSED_AT, EUR, HAT, HOUSE, Plain, USD, buy, cancel, list, pay, session_of,
};

use Outcome::{Filled, Open};

#[test]
fn a_payment_that_is_covered_is_filled() {
    let mut plain = Plain::new().balance(ALICE, USD, 100);
    plain.push(ALICE, pay(BOB, USD, 100));
    plain.expect([Filled]);
    assert_eq!(plain.debits(), [(ALICE, USD, session_of(ALICE), -100)]);
    assert_eq!(plain.credits(), [(BOB, USD, 100)]);
}

#[test]
fn the_fee_is_taken_out_of_what_the_recipient_gets_and_rounded_down() {
    let fees = Fees {
        owner: HOUSE,
        pay_bps: 250,
        sale_bps: 0,
    };
    let mut plain = Plain::new().balance(ALICE, USD, 1_000).fees(fees);
    plain.push(ALICE, pay(BOB, USD, 999));
    plain.expect([Filled]);
    assert_eq!(plain.debits(), [(ALICE, USD, session_of(ALICE), -999)]);
    // 24.975
    assert_eq!(plain.credits(), [(BOB, USD, 975), (HOUSE, USD, 24)]);
}

#[test]
fn a_signature_that_is_not_the_session_keys_is_refused_and_takes_no_nonce() {
    let mut plain = Plain::new().balance(ALICE, USD, 10);
    let good = plain.push(ALICE, pay(BOB, USD, 1));
    plain.entries[0].signed = false;
    plain.entries.push(good);
    plain.expect([Outcome::BadSignature, Filled]);
}

#[test]
fn who_has_no_session_or_one_that_is_over_is_refused() {
    let mut plain = Plain::new().balance(ALICE, USD, 10);
    plain.push(Owner([0x77; 32]), pay(BOB, USD, 1));
    plain.push(ALICE, pay(BOB, USD, 1));
    plain.opening.sessions[0].expires_at = CLOSED_AT;
    plain.expect([Outcome::NoSession; 2]);
    plain.opening.sessions[0].expires_at = CLOSED_AT + 1;
    plain.expect([Outcome::NoSession, Filled]);
}

#[test]
fn what_expired_before_the_window_was_closed_is_refused() {
    let mut plain = Plain::new().balance(ALICE, USD, 10);
    plain.push(ALICE, pay(BOB, USD, 1));
    plain.entries[0].intent.expires_at = CLOSED_AT;
    plain.expect([Outcome::Expired]);
}

#[test]
fn what_was_signed_an_hour_before_it_arrived_or_after_is_refused() {
    let mut plain = Plain::new().balance(ALICE, USD, 10);
    plain.push(ALICE, pay(BOB, USD, 1));
    let created_at = plain.entries[0].intent.created_at;
    for (received_at, outcome) in [
        (created_at - 1, Outcome::TooOld),
        (created_at, Filled),
        (created_at + 3_599, Filled),
        (created_at + 3_600, Outcome::TooOld),
    ] {
        plain.entries[0].received_at = received_at;
        plain.expect([outcome]);
    }
}

#[test]
fn a_nonce_that_does_not_rise_is_a_replay() {
    let mut plain = Plain::new().balance(ALICE, USD, 10);
    for amount in 1..=3 {
        plain.push(ALICE, pay(BOB, USD, amount));
    }
    plain.entries[1].intent.nonce = plain.entries[0].intent.nonce;
    plain.expect([Filled, Outcome::Replay, Filled]);
    plain.opening.sessions[0].next_nonce = plain.entries[0].intent.nonce + 1;
    plain.expect([Outcome::Replay, Outcome::Replay, Filled]);
}

#[test]
fn gaps_between_nonces_are_allowed_and_a_refused_intent_takes_its_nonce() {
    let mut plain = Plain::new();
    plain.push(ALICE, pay(BOB, USD, 1));
    plain.push(ALICE, cancel([9; 32]));
    plain.entries[0].intent.nonce = 50;
    plain.entries[1].intent.nonce = 50;
    plain.expect([Outcome::InsufficientFunds, Outcome::Replay]);
    plain.entries[1].intent.nonce = 51;
    plain.expect([Outcome::InsufficientFunds, Outcome::NothingToCancel]);
}

#[test]
fn an_intent_that_is_carried_and_sent_again_counts_once() {
    let mut plain = Plain::new().balance(ALICE, USD, 10);
    let carried = plain.push(ALICE, pay(BOB, USD, 1));
    plain.entries[0].carried = true;
    plain.entries.push(carried);
    plain.expect([Filled, Outcome::Replay]);
    // A carried intent's nonce was taken in an earlier window.
    plain.entries.truncate(1);
    plain.opening.sessions[0].next_nonce = 1_000;
    plain.expect([Filled]);
}

#[test]
fn a_session_does_only_what_it_is_allowed() {
    let mut plain = Plain::new().balance(ALICE, USD, 10);
    plain.push(ALICE, pay(BOB, USD, 1));
    plain.opening.sessions[0].actions = actions::LIST | actions::BUY | actions::CANCEL;
    plain.expect([Outcome::ActionNotAllowed]);
}

#[test]
fn what_is_malformed_or_for_another_settlement_is_refused() {
    let mut plain = Plain::new().balance(ALICE, USD, 10);
    plain.push(ALICE, pay(BOB, USD, 0));
    plain.push(ALICE, pay(ALICE, USD, 1));
    for _ in 0..3 {
        plain.push(ALICE, pay(BOB, USD, 1));
    }
    plain.entries[2].intent.chain += 1;
    plain.entries[3].intent.settlement = [8; 32];
    plain.entries[4].intent.nonce = 1 << 63;
    plain.expect([Outcome::Malformed; 5]);
}

#[test]
fn the_latest_payment_above_the_sessions_limit_is_dropped() {
    let mut plain = Plain::new().balance(ALICE, USD, 1_000).limit(ALICE, USD, 10);
    plain.push(ALICE, pay(BOB, USD, 6));
    plain.push(ALICE, pay(CAROL, USD, 5));
    plain.push(ALICE, pay(CAROL, USD, 4));
    plain.expect([Filled, Outcome::OverLimit, Outcome::OverLimit]);
}

#[test]
fn without_a_limit_for_an_asset_only_what_was_received_can_be_spent() {
    let mut plain = Plain::new().balance(ALICE, EUR, 100).balance(BOB, EUR, 5);
    plain.opening.sessions[0]
        .limits
        .retain(|limit| limit.asset != EUR);
    plain.push(BOB, pay(ALICE, EUR, 5));
    plain.push(ALICE, pay(CAROL, EUR, 5));
    plain.push(ALICE, pay(CAROL, EUR, 1));
    plain.expect([Filled, Filled, Outcome::OverLimit]);
    assert_eq!(plain.debits(), [(BOB, EUR, session_of(BOB), -5)]);
}

#[test]
fn of_two_sessions_the_one_with_the_lower_key_is_charged_first() {
    let mut plain = Plain::new().balance(ALICE, USD, 100).limit(ALICE, USD, 10);
    let mut key = session_of(ALICE);
    key[31] += 1;
    plain.opening.sessions.insert(
        1,
        Session {
            key,
            ..plain.opening.sessions[0].clone()
        },
    );
    plain.push(ALICE, pay(BOB, USD, 8));
    plain.push(ALICE, pay(BOB, USD, 9));
    plain.entries[0].intent.session = key;
    plain.push(BOB, pay(ALICE, USD, 5));
    plain.expect([Filled; 3]);
    assert_eq!(
        plain.debits(),
        [(ALICE, USD, session_of(ALICE), -9), (ALICE, USD, key, -3)]
    );
}

#[test]
fn the_latest_payment_that_is_not_covered_after_netting_is_dropped() {
    let mut plain = Plain::new().balance(ALICE, USD, 10);
    plain.push(ALICE, pay(BOB, USD, 8));
    plain.push(ALICE, pay(CAROL, USD, 7));
    plain.push(CAROL, pay(ALICE, USD, 4));
    // Carol's payment would cover it with 7 - 4 of Alice's own money, and 10 + 4 is less than 15.
    plain.expect([Filled, Outcome::InsufficientFunds, Outcome::InsufficientFunds]);
}

#[test]
fn debts_in_a_circle_clear_without_any_money() {
    let mut plain = Plain::new();
    plain.push(ALICE, pay(BOB, USD, 10));
    plain.push(BOB, pay(CAROL, USD, 10));
    plain.push(CAROL, pay(ALICE, USD, 10));
    plain.expect([Filled; 3]);
    assert!(plain.net().deltas.is_empty());
}

#[test]
fn a_broken_circle_falls_from_its_latest_intent() {
    let mut plain = Plain::new();
    plain.push(ALICE, pay(BOB, USD, 10));
    plain.push(BOB, pay(CAROL, USD, 10));
    plain.push(CAROL, pay(ALICE, USD, 9));
    plain.expect([Outcome::InsufficientFunds; 3]);
}

#[test]
fn a_buy_meets_the_listing_at_the_listings_price() {
    let fees = Fees {
        owner: HOUSE,
        pay_bps: 0,
        sale_bps: 1_000,
    };
    let mut plain = Plain::new().balance(BOB, USD, 100).holds(ALICE, HAT).fees(fees);
    plain.push(ALICE, list(HAT, USD, 50));
    plain.push(BOB, buy(HAT, USD, 80));
    plain.expect([Filled; 2]);
    assert_eq!(plain.debits(), [(BOB, USD, session_of(BOB), -50)]);
    assert_eq!(plain.credits(), [(ALICE, USD, 45), (HOUSE, USD, 5)]);
    assert_eq!(plain.moves(), [(HAT, ALICE, BOB, session_of(ALICE))]);
}

#[test]
fn an_item_can_pass_through_many_hands_and_moves_once() {
    let mut plain = Plain::new().balance(CAROL, USD, 70).holds(ALICE, HAT);
    plain.push(ALICE, list(HAT, USD, 50));
    plain.push(BOB, buy(HAT, USD, 50));
    plain.push(BOB, list(HAT, USD, 70));
    plain.push(CAROL, buy(HAT, USD, 70));
    plain.expect([Filled; 4]);
    assert_eq!(plain.moves(), [(HAT, ALICE, CAROL, session_of(ALICE))]);
    assert_eq!(plain.credits(), [(ALICE, USD, 50), (BOB, USD, 20)]);
}

#[test]
fn an_item_that_came_back_is_not_moved() {
    let mut plain = Plain::new().holds(ALICE, HAT);
    plain.push(ALICE, list(HAT, USD, 50));
    plain.push(BOB, buy(HAT, USD, 50));
    plain.push(BOB, list(HAT, USD, 50));
    plain.push(ALICE, buy(HAT, USD, 50));
    plain.expect([Filled; 4]);
    assert!(plain.moves().is_empty() && plain.net().deltas.is_empty());
}

#[test]
fn a_listing_that_nobody_buys_stays_open() {
    let mut plain = Plain::new().holds(ALICE, HAT);
    plain.push(ALICE, list(HAT, USD, 50));
    plain.expect([Open]);
}

#[test]
fn what_nobody_offers_or_not_for_this_currency_is_not_listed() {
    let mut plain = Plain::new().holds(ALICE, HAT).balance(BOB, USD, 100);
    plain.push(BOB, buy(HAT, USD, 50));
    plain.push(ALICE, list(HAT, USD, 50));
    plain.push(BOB, buy(HAT, EUR, 50));
    plain.push(BOB, buy(HAT, USD, 50));
    plain.push(CAROL, buy(HAT, USD, 50));
    let not_listed = Outcome::NotListed;
    plain.expect([not_listed, Filled, not_listed, Filled, not_listed]);
}

#[test]
fn only_the_holder_can_list() {
    let mut plain = Plain::new().holds(ALICE, HAT).balance(BOB, USD, 100);
    plain.push(BOB, list(HAT, USD, 50));
    plain.push(ALICE, list(HAT, USD, 50));
    plain.push(BOB, buy(HAT, USD, 50));
    plain.push(ALICE, list(HAT, USD, 50));
    let not_held = Outcome::ItemNotHeld;
    plain.expect([not_held, Filled, Filled, not_held]);
}

#[test]
fn a_sale_that_is_dropped_takes_later_sales_of_the_item_with_it() {
    let mut plain = Plain::new().holds(ALICE, HAT).balance(CAROL, USD, 100);
    plain.push(ALICE, list(HAT, USD, 90)); // stays in the book
    plain.push(BOB, buy(HAT, USD, 90)); // whom it brings no more than 60
    plain.push(BOB, list(HAT, USD, 60));
    plain.push(CAROL, buy(HAT, USD, 60));
    plain.push(CAROL, list(HAT, USD, 70));
    let not_held = Outcome::ItemNotHeld;
    plain.expect([Open, Outcome::InsufficientFunds, not_held, not_held, not_held]);
    assert!(plain.net().deltas.is_empty() && plain.moves().is_empty());
}

#[test]
fn a_price_above_the_buyers_maximum_is_not_paid() {
    let mut plain = Plain::new().holds(ALICE, HAT).balance(BOB, USD, 100);
    plain.push(ALICE, list(HAT, USD, 50));
    plain.push(BOB, buy(HAT, USD, 49));
    plain.expect([Open, Outcome::PriceAboveMaximum]);
}

#[test]
fn nobody_buys_from_themselves() {
    let mut plain = Plain::new().holds(ALICE, HAT).balance(ALICE, USD, 100);
    plain.push(ALICE, list(HAT, USD, 50));
    plain.push(ALICE, buy(HAT, USD, 50));
    plain.expect([Open, Outcome::OwnListing]);
}

#[test]
fn a_later_listing_takes_the_place_of_an_earlier_one() {
    let mut plain = Plain::new().holds(ALICE, HAT).balance(BOB, USD, 100);
    plain.push(ALICE, list(HAT, USD, 50));
    plain.push(ALICE, list(HAT, USD, 60));
    plain.push(BOB, buy(HAT, USD, 100));
    plain.expect([Outcome::Replaced, Filled, Filled]);
    assert_eq!(plain.credits(), [(ALICE, USD, 60)]);
}

#[test]
fn payments_and_listings_can_be_cancelled_by_their_owner() {
    let mut plain = Plain::new().holds(ALICE, HAT).balance(ALICE, USD, 100);
    let paid = plain.push(ALICE, pay(BOB, USD, 5));
    let listed = plain.push(ALICE, list(HAT, USD, 50));
    plain.push(BOB, cancel(paid.id));
    plain.push(ALICE, cancel(paid.id));
    plain.push(ALICE, cancel(listed.id));
    plain.push(BOB, buy(HAT, USD, 50));
    let cancelled = Outcome::Cancelled;
    plain.expect([
        cancelled,
        cancelled,
        Outcome::NothingToCancel,
        Filled,
        Filled,
        Outcome::NotListed,
    ]);
    assert!(plain.net().deltas.is_empty());
}

#[test]
fn what_is_sold_bought_cancelled_or_unknown_cannot_be_cancelled() {
    let mut plain = Plain::new().holds(ALICE, HAT).balance(BOB, USD, 100);
    let listed = plain.push(ALICE, list(HAT, USD, 50));
    let bought = plain.push(BOB, buy(HAT, USD, 50));
    plain.push(ALICE, cancel(listed.id));
    plain.push(BOB, cancel(bought.id));
    plain.push(ALICE, cancel([1; 32]));
    let paid = plain.push(BOB, pay(ALICE, USD, 1));
    plain.push(BOB, cancel(paid.id));
    plain.push(BOB, cancel(paid.id));
    let nothing = Outcome::NothingToCancel;
    plain.expect([
        Filled,
        Filled,
        nothing,
        nothing,
        nothing,
        Outcome::Cancelled,
        Filled,
        nothing,
    ]);
}

#[test]
fn sums_of_the_largest_amounts_neither_overflow_nor_wrap() {
    let most = i128::MAX as u128;
    let mut plain = Plain::new().scheme(Scheme::Eip712).balance(CAROL, USD, 7);
    for _ in 0..40 {
        plain.push(ALICE, pay(BOB, USD, most));
    }
    plain.push(CAROL, pay(BOB, USD, 7));
    // Two of them are within a limit of 2^128 - 1.
    let outcomes = plain.net().outcomes;
    assert_eq!(outcomes[..2], [Outcome::InsufficientFunds; 2]);
    assert_eq!(outcomes[2..40], [Outcome::OverLimit; 38]);
    assert_eq!(outcomes[40], Filled);
    for _ in 0..40 {
        plain.push(BOB, pay(ALICE, USD, most));
    }
    assert_eq!(plain.net().outcomes, [Filled; 81]);
    assert_eq!(plain.credits(), [(BOB, USD, 7)]);
}

#[test]
fn an_asset_of_which_there_is_more_than_a_delta_can_hold_counts_as_held_by_nobody() {
    let mut plain = Plain::new()
        .balance(ALICE, USD, i128::MAX as u128)
        .balance(BOB, USD, 0);
    plain.push(ALICE, pay(CAROL, USD, 1));
    plain.expect([Filled]);
    plain = plain.balance(CAROL, USD, 1);
    plain.expect([Outcome::InsufficientFunds]);
}
