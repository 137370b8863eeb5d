//! `bid`: escrow and refund in one instruction, and an end that leaves time to answer.

use anchor_lang::error::ErrorCode;
use program_testing::{assert_refused, events};
use settlement::error::SettlementError;
use settlement::events::BidPlaced;
use settlement::instructions::CreateAuctionArgs;
use settlement::state::{Auction, Ledger};
use settlement::{accounts, instruction as call};
use solana_address::Address;
use solana_signer::Signer;

use super::{EXTENSION, HOUR, Market, Nft, STEP};
use crate::world::Depositor;

/// An auction with a reserve of 100, its first bidder and somebody else with 1,000.
fn with_bidders() -> (Market, Nft, Depositor, Depositor) {
    let (mut market, nft, _, alice) = Market::with_auction(100);
    let bob = market.trader(1_000);
    (market, nft, alice, bob)
}

fn ends(market: &Market, nft: &Nft) -> i64 {
    market.read::<Auction>(&nft.auction).ends
}

#[test]
fn the_best_bid_is_in_escrow_and_the_one_before_is_back() {
    let (mut market, nft, alice, bob) = with_bidders();
    let total = market.world.total(&market.asset);
    let first = market.bid(&nft, &alice, 100).unwrap();
    assert_eq!([&alice, &bob].map(|who| market.balance(who)), [900, 1_000]);
    let second = market.bid(&nft, &bob, 110).unwrap();
    assert_eq!([&alice, &bob].map(|who| market.balance(who)), [1_000, 890]);
    assert_eq!(market.world.total(&market.asset), total);

    let auction: Auction = market.read(&nft.auction);
    assert_eq!((auction.best, auction.bidder), (110, bob.owner.pubkey()));

    let [event] = events::by_call::<BidPlaced>(&first).try_into().ok().unwrap();
    assert_eq!((event.bidder, event.amount), (alice.owner.pubkey(), 100));
    assert_eq!((event.outbid, event.refund), (Address::default(), 0));
    let [event] = events::by_call::<BidPlaced>(&second).try_into().ok().unwrap();
    assert_eq!(
        (event.config, event.item, event.asset),
        (market.config, nft.item, market.asset.mint)
    );
    assert_eq!(
        (event.bidder, event.amount, event.ends),
        (bob.owner.pubkey(), 110, auction.ends)
    );
    assert_eq!((event.outbid, event.refund), (alice.owner.pubkey(), 100));
}

#[test]
fn who_raises_their_own_bid_needs_the_difference() {
    let (mut market, nft, alice, _) = with_bidders();
    market.bid(&nft, &alice, 600).unwrap();
    market.bid(&nft, &alice, 1_000).unwrap();
    assert_eq!(market.balance(&alice), 0);
    assert_refused(
        market.bid(&nft, &alice, 1_010),
        SettlementError::InsufficientBalance,
    );
    assert_eq!(market.read::<Auction>(&nft.auction).best, 1_000);
}

#[test]
fn the_first_bid_is_at_least_the_reserve() {
    let (mut market, nft, alice, _) = with_bidders();
    for amount in [0, 1, 99] {
        assert_refused(market.bid(&nft, &alice, amount), SettlementError::BidTooLow);
    }
    market.bid(&nft, &alice, 100).unwrap();
}

#[test]
fn a_later_bid_is_at_least_a_step_more() {
    let (mut market, nft, alice, bob) = with_bidders();
    market.bid(&nft, &alice, 100).unwrap();
    for amount in [0, 99, 100, 100 + STEP - 1] {
        assert_refused(market.bid(&nft, &bob, amount), SettlementError::BidTooLow);
    }
    market.bid(&nft, &bob, 100 + STEP).unwrap();
}

#[test]
fn a_bid_near_64_bits_cannot_be_beaten_by_wrapping_around() {
    let (mut market, nft, alice, bob) = with_bidders();
    let balance = 8 + std::mem::offset_of!(Ledger, balance);
    market.overwrite(&alice.ledger, balance, &u64::MAX.to_le_bytes());
    market.overwrite(&bob.ledger, balance, &u64::MAX.to_le_bytes());
    market.bid(&nft, &alice, u64::MAX - STEP + 1).unwrap();
    for amount in [0, STEP, u64::MAX] {
        assert_refused(market.bid(&nft, &bob, amount), SettlementError::BidTooLow);
    }
}

#[test]
fn a_ledger_with_less_is_refused() {
    let (mut market, nft, alice, bob) = with_bidders();
    market.bid(&nft, &bob, 100).unwrap();
    for amount in [1_001, u64::MAX] {
        assert_refused(
            market.bid(&nft, &alice, amount),
            SettlementError::InsufficientBalance,
        );
    }
    // Nothing of it has happened: neither the refund nor the new best bid.
    assert_eq!(market.balance(&bob), 900);
    assert_eq!(market.read::<Auction>(&nft.auction).bidder, bob.owner.pubkey());
}

#[test]
fn the_seller_is_refused() {
    let (mut market, nft, seller, _) = Market::with_auction(100);
    market.deposit_fresh(&seller, 100);
    assert_refused(market.bid(&nft, &seller, 100), SettlementError::SellerCannotBuy);
}

#[test]
fn a_refund_without_a_ledger_is_refused() {
    let (mut market, nft, alice, bob) = with_bidders();
    market.bid(&nft, &alice, 100).unwrap();
    let accounts = accounts::Bid {
        outbid_ledger: None,
        ..market.bid_accounts(&nft, &bob)
    };
    let result = market.call(accounts, call::Bid { amount: 200 }, &[&bob.owner]);
    assert_refused(result, SettlementError::MissingLedger);
}

#[test]
fn a_refund_for_somebody_else_is_refused() {
    let (mut market, nft, alice, bob) = with_bidders();
    market.bid(&nft, &alice, 100).unwrap();
    let accounts = accounts::Bid {
        outbid_ledger: Some(bob.ledger),
        ..market.bid_accounts(&nft, &bob)
    };
    let result = market.call(accounts, call::Bid { amount: 200 }, &[&bob.owner]);
    assert_refused(result, SettlementError::NotLedgerOwner);
}

#[test]
fn a_ledger_of_another_vault_is_refused() {
    let (mut market, nft, alice, bob) = with_bidders();
    market.bid(&nft, &alice, 100).unwrap();
    let worthless = market.asset();
    let alices = market.world.ledger(&worthless, &alice.owner);
    let bobs = market.world.ledger(&worthless, &bob.owner);
    let right = market.bid_accounts(&nft, &bob);
    for accounts in [
        accounts::Bid {
            bidder_ledger: bobs,
            ..right
        },
        accounts::Bid {
            outbid_ledger: Some(alices),
            ..right
        },
    ] {
        let result = market.call(accounts, call::Bid { amount: 200 }, &[&bob.owner]);
        assert_refused(result, SettlementError::WrongVault);
    }
}

#[test]
fn the_ledger_of_somebody_else_does_not_pay() {
    let (mut market, nft, alice, bob) = with_bidders();
    let accounts = accounts::Bid {
        bidder_ledger: alice.ledger,
        ..market.bid_accounts(&nft, &bob)
    };
    let result = market.call(accounts, call::Bid { amount: 200 }, &[&bob.owner]);
    assert_refused(result, SettlementError::NotLedgerOwner);
}

#[test]
fn from_the_exact_second_of_the_end_on_it_is_refused() {
    let (mut market, nft, alice, _) = with_bidders();
    let end = ends(&market, &nft);
    for late in [end, end + 1, i64::MAX] {
        market.set_time(late);
        assert_refused(market.bid(&nft, &alice, 100), SettlementError::AuctionOver);
    }
    market.set_time(end - 1);
    market.bid(&nft, &alice, 100).unwrap();
}

#[test]
fn a_late_bid_makes_the_end_later() {
    let (mut market, nft, alice, bob) = with_bidders();
    let (end, extension) = (ends(&market, &nft), i64::from(EXTENSION));
    // Time enough: the end stays.
    market.set_time(end - extension);
    market.bid(&nft, &alice, 100).unwrap();
    assert_eq!(ends(&market, &nft), end);
    // A second less than enough: a second more.
    market.set_time(end - extension + 1);
    market.bid(&nft, &bob, 200).unwrap();
    assert_eq!(ends(&market, &nft), end + 1);
    // In the last second.
    market.set_time(end);
    let done = market.bid(&nft, &alice, 300).unwrap();
    assert_eq!(ends(&market, &nft), end + extension);
    let [event] = events::by_call::<BidPlaced>(&done).try_into().ok().unwrap();
    assert_eq!(event.ends, end + extension);
}

#[test]
fn a_clock_that_goes_back_makes_no_end_earlier() {
    let (mut market, nft, alice, bob) = with_bidders();
    let end = ends(&market, &nft);
    market.set_time(end - 1);
    market.bid(&nft, &alice, 100).unwrap();
    let later = ends(&market, &nft);
    for back in [end - 2, end - HOUR, end - 2 * HOUR, 0, i64::MIN] {
        market.set_time(back);
        let best = market.read::<Auction>(&nft.auction).best;
        market.bid(&nft, &bob, best + STEP).unwrap();
        assert_eq!(ends(&market, &nft), later);
    }
}

#[test]
fn without_an_extension_the_end_is_fixed() {
    let (mut market, nft, seller, alice) = Market::with_item();
    let args = CreateAuctionArgs {
        extension: 0,
        ..market.auction_args()
    };
    market.auction_with(&nft, &seller, args).unwrap();
    market.set_time(args.ends - 1);
    market.bid(&nft, &alice, 100).unwrap();
    assert_eq!(ends(&market, &nft), args.ends);
}

#[test]
fn a_pause_stops_it() {
    let (mut market, nft, alice, _) = with_bidders();
    market.pause_all();
    assert_refused(market.bid(&nft, &alice, 100), SettlementError::Paused);
}

#[test]
fn another_settlement_that_is_open_does_not_lift_the_pause() {
    let (mut market, nft, alice, _) = with_bidders();
    market.pause_all();
    let config = market.elsewhere(|market| market.config);
    let accounts = accounts::Bid {
        config,
        ..market.bid_accounts(&nft, &alice)
    };
    let result = market.call(accounts, call::Bid { amount: 100 }, &[&alice.owner]);
    assert_refused(result, SettlementError::WrongConfig);
}

#[test]
fn a_listing_is_no_auction() {
    let (mut market, nft, alice, _) = with_bidders();
    let seller = market.trader(0);
    let listed = market.item(&seller);
    market.list(&listed, &seller, 1).unwrap();
    let accounts = accounts::Bid {
        auction: listed.listing,
        ..market.bid_accounts(&nft, &alice)
    };
    let result = market.call(accounts, call::Bid { amount: 100 }, &[&alice.owner]);
    assert_refused(result, ErrorCode::AccountDiscriminatorMismatch);
}
