//! `settle_auction`: by anybody, from the exact second of the end on.

use anchor_lang::error::ErrorCode;
use program_testing::{assert_refused, events};
use settlement::error::SettlementError;
use settlement::events::{AuctionSettled, AuctionUnsold};
use settlement::state::{AFTER_PAUSE_SECONDS, Auction, ItemStatus};
use settlement::{accounts, instruction as call};
use solana_signer::Signer;

use super::{HOUR, Market, Nft};
use crate::world::Depositor;

/// An auction that the buyer has won with 999 and that is over: with a fee of 2.5% for one and a royalty of 5% for
/// another.
fn won() -> (Market, Nft, [Depositor; 4]) {
    let (mut market, nft, seller, buyer) = Market::with_item();
    let (marketplace, creator) = (market.trader(0), market.trader(0));
    market.set_fee(marketplace.owner.pubkey(), 250);
    market.set_royalty(&nft, creator.owner.pubkey(), 500).unwrap();
    market.auction(&nft, &seller, 100).unwrap();
    market.bid(&nft, &buyer, 999).unwrap();
    market.advance(HOUR);
    (market, nft, [seller, buyer, marketplace, creator])
}

#[test]
fn the_bid_is_divided_and_the_bidder_holds_the_item() {
    let (mut market, nft, [seller, buyer, marketplace, creator]) = won();
    let seller_key = seller.owner.pubkey();
    let (rent, before) = (market.lamports(&nft.auction), market.lamports(&seller_key));
    let total = market.world.total(&market.asset);
    let done = market.settle(&nft).unwrap();

    let balances = [&seller, &buyer, &marketplace, &creator].map(|who| market.balance(who));
    assert_eq!(balances, [926, 1, 24, 49]);
    assert_eq!(market.world.total(&market.asset), total);
    assert_eq!(market.whose(&nft), (ItemStatus::Held, buyer.owner.pubkey()));
    assert!(!market.exists(&nft.auction));
    assert_eq!(market.lamports(&seller_key), before + rent);

    let [event] = events::by_call::<AuctionSettled>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.config, event.item, event.mint),
        (market.config, nft.item, nft.mint)
    );
    assert_eq!((event.seller, event.winner), (seller_key, buyer.owner.pubkey()));
    assert_eq!((event.asset, event.price), (market.asset.mint, 999));
    assert_eq!((event.fee, event.fee_owner), (24, marketplace.owner.pubkey()));
    assert_eq!((event.royalty, event.creator), (49, creator.owner.pubkey()));
}

#[test]
fn without_a_bid_the_item_goes_back() {
    let (mut market, nft, seller, _) = Market::with_auction(100);
    market.advance(HOUR);
    let (rent, before) = (
        market.lamports(&nft.auction),
        market.lamports(&seller.owner.pubkey()),
    );
    let done = market.settle(&nft).unwrap();
    assert_eq!(market.whose(&nft), (ItemStatus::Held, seller.owner.pubkey()));
    assert_eq!(market.lamports(&seller.owner.pubkey()), before + rent);
    assert!(events::by_call::<AuctionSettled>(&done).is_empty());
    let [event] = events::by_log::<AuctionUnsold>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.config, event.item, event.mint),
        (market.config, nft.item, nft.mint)
    );
    assert_eq!(event.seller, seller.owner.pubkey());
}

#[test]
fn before_the_exact_second_of_the_end_it_is_refused() {
    let (mut market, nft, _) = won();
    let end = market.read::<Auction>(&nft.auction).ends;
    for early in [end - 1, 0, i64::MIN] {
        market.set_time(early);
        assert_refused(market.settle(&nft), SettlementError::AuctionRunning);
    }
    market.set_time(end);
    market.settle(&nft).unwrap();
}

#[test]
fn an_end_that_a_bid_has_made_later_counts() {
    let (mut market, nft, _, buyer) = Market::with_auction(100);
    let end = market.read::<Auction>(&nft.auction).ends;
    market.set_time(end - 1);
    market.bid(&nft, &buyer, 100).unwrap();
    market.set_time(end);
    assert_refused(market.settle(&nft), SettlementError::AuctionRunning);
    let later = market.read::<Auction>(&nft.auction).ends;
    market.set_time(later);
    market.settle(&nft).unwrap();
}

#[test]
fn with_a_bid_it_waits_for_the_end_of_a_pause() {
    let (mut market, nft, [_, buyer, ..]) = won();
    market.pause_all();
    assert_refused(market.settle(&nft), SettlementError::Paused);
    market.go_on();
    // It was over before the pause, so it is not opened again.
    let late = market.trader(2_000);
    assert_refused(market.bid(&nft, &late, 2_000), SettlementError::AuctionOver);
    market.settle(&nft).unwrap();
    assert_eq!(market.whose(&nft), (ItemStatus::Held, buyer.owner.pubkey()));
}

#[test]
fn without_a_bid_it_works_while_paused_when_it_was_over_before() {
    let (mut market, nft, seller, _) = Market::with_auction(100);
    market.advance(HOUR);
    market.pause_all();
    market.settle(&nft).unwrap();
    assert_eq!(market.whose(&nft), (ItemStatus::Held, seller.owner.pubkey()));
}

#[test]
fn what_a_pause_interrupts_goes_on_for_an_hour_after_it() {
    for bid in [false, true] {
        let (mut market, nft, _, buyer) = Market::with_auction(100);
        let end = market.read::<Auction>(&nft.auction).ends;
        if bid {
            market.bid(&nft, &buyer, 100).unwrap();
        }
        market.set_time(end - 1);
        market.pause_all();
        market.set_time(end + 1_000);
        let refused = if bid {
            SettlementError::Paused
        } else {
            SettlementError::AuctionRunning
        };
        assert_refused(market.settle(&nft), refused);
        market.go_on();
        let later = end + 1_000 + AFTER_PAUSE_SECONDS;
        market.set_time(later - 1);
        assert_refused(market.settle(&nft), SettlementError::AuctionRunning);
        market.set_time(later);
        market.settle(&nft).unwrap();
    }
}

#[test]
fn after_a_pause_others_can_bid_until_the_exact_second() {
    let (mut market, nft, _, buyer) = Market::with_auction(100);
    let (second, third) = (market.trader(1_000), market.trader(1_000));
    market.bid(&nft, &buyer, 100).unwrap();
    market.pause_all();
    market.advance(2 * HOUR);
    market.go_on();
    let end = market.now() + AFTER_PAUSE_SECONDS;
    market.set_time(end - 1_000);
    market.bid(&nft, &second, 200).unwrap();
    // The bid has written down what the pause has changed.
    assert_eq!(market.read::<Auction>(&nft.auction).ends, end);
    market.set_time(end);
    assert_refused(market.bid(&nft, &third, 300), SettlementError::AuctionOver);
    market.settle(&nft).unwrap();
    assert_eq!(market.whose(&nft), (ItemStatus::Held, second.owner.pubkey()));
}

#[test]
fn what_ended_in_the_second_of_the_pause_was_over() {
    let (mut market, nft, seller, _) = Market::with_auction(100);
    let end = market.read::<Auction>(&nft.auction).ends;
    market.set_time(end);
    market.pause_all();
    market.settle(&nft).unwrap();
    assert_eq!(market.whose(&nft), (ItemStatus::Held, seller.owner.pubkey()));
}

#[test]
fn a_later_end_than_an_hour_after_the_pause_stays() {
    let (mut market, nft, _, buyer) = Market::with_auction(100);
    let end = market.read::<Auction>(&nft.auction).ends;
    market.pause_all();
    market.set_time(end - AFTER_PAUSE_SECONDS);
    market.go_on();
    market.bid(&nft, &buyer, 100).unwrap();
    market.set_time(end - 1);
    assert_refused(market.settle(&nft), SettlementError::AuctionRunning);
    market.set_time(end);
    market.settle(&nft).unwrap();
}

#[test]
fn a_pause_within_the_hour_after_a_pause_interrupts_the_same_auctions() {
    let (mut market, nft, _, buyer) = Market::with_auction(100);
    market.bid(&nft, &buyer, 100).unwrap();
    market.pause_all();
    market.advance(2 * HOUR);
    market.go_on();
    market.advance(AFTER_PAUSE_SECONDS - 1);
    market.pause_all();
    market.advance(2 * HOUR);
    market.go_on();
    market.advance(AFTER_PAUSE_SECONDS - 1);
    assert_refused(market.settle(&nft), SettlementError::AuctionRunning);
    market.advance(1);
    // Now it is over, and the next pause does not open it again.
    market.pause_all();
    market.go_on();
    let late = market.trader(1_000);
    assert_refused(market.bid(&nft, &late, 1_000), SettlementError::AuctionOver);
    market.settle(&nft).unwrap();
}

#[test]
fn a_second_time_is_refused() {
    let (mut market, nft, _) = won();
    let again = market.settle_accounts(&nft);
    market.settle(&nft).unwrap();
    let stranger = market.user();
    let result = market.call(again, call::SettleAuction {}, &[&stranger]);
    assert_refused(result, ErrorCode::AccountNotInitialized);
}

#[test]
fn a_part_without_a_ledger_is_refused() {
    let (mut market, nft, _) = won();
    let right = market.settle_accounts(&nft);
    let stranger = market.user();
    for accounts in [
        accounts::SettleAuction {
            seller_ledger: None,
            ..right
        },
        accounts::SettleAuction {
            fee_ledger: None,
            ..right
        },
        accounts::SettleAuction {
            creator_ledger: None,
            ..right
        },
    ] {
        let result = market.call(accounts, call::SettleAuction {}, &[&stranger]);
        assert_refused(result, SettlementError::MissingLedger);
    }
}

#[test]
fn a_part_for_somebody_else_is_refused() {
    let (mut market, nft, _) = won();
    let mallory = market.trader(0);
    let right = market.settle_accounts(&nft);
    let mallorys = Some(mallory.ledger);
    for accounts in [
        accounts::SettleAuction {
            seller_ledger: mallorys,
            ..right
        },
        accounts::SettleAuction {
            fee_ledger: mallorys,
            ..right
        },
        accounts::SettleAuction {
            creator_ledger: mallorys,
            ..right
        },
    ] {
        let result = market.call(accounts, call::SettleAuction {}, &[&mallory.owner]);
        assert_refused(result, SettlementError::NotLedgerOwner);
    }
}

#[test]
fn a_ledger_of_another_vault_is_refused() {
    let (mut market, nft, [seller, ..]) = won();
    let worthless = market.asset();
    let there = Some(market.world.ledger(&worthless, &seller.owner));
    let accounts = accounts::SettleAuction {
        seller_ledger: there,
        ..market.settle_accounts(&nft)
    };
    let stranger = market.user();
    let result = market.call(accounts, call::SettleAuction {}, &[&stranger]);
    assert_refused(result, SettlementError::WrongVault);
}

#[test]
fn the_rent_of_another_seller_is_refused() {
    let (mut market, nft, _) = won();
    let mallory = market.user();
    let accounts = accounts::SettleAuction {
        seller: mallory.pubkey(),
        ..market.settle_accounts(&nft)
    };
    let result = market.call(accounts, call::SettleAuction {}, &[&mallory]);
    assert_refused(result, SettlementError::WrongSeller);
}

#[test]
fn another_settlement_that_is_open_does_not_lift_the_pause() {
    let (mut market, nft, _) = won();
    market.pause_all();
    let accounts = accounts::SettleAuction {
        config: market.elsewhere(|market| market.config),
        ..market.settle_accounts(&nft)
    };
    let stranger = market.user();
    let result = market.call(accounts, call::SettleAuction {}, &[&stranger]);
    assert_refused(result, SettlementError::WrongConfig);
}

#[test]
fn the_item_of_another_auction_is_refused() {
    let (mut market, nft, [seller, ..]) = won();
    let other = market.item(&seller);
    market.auction(&other, &seller, 100).unwrap();
    let accounts = accounts::SettleAuction {
        item: other.item,
        ..market.settle_accounts(&nft)
    };
    let stranger = market.user();
    let result = market.call(accounts, call::SettleAuction {}, &[&stranger]);
    assert_refused(result, SettlementError::WrongItem);
}

#[test]
fn one_ledger_for_everybody_is_counted_right() {
    let (mut market, nft, seller, buyer) = Market::with_item();
    let seller_key = seller.owner.pubkey();
    market.set_fee(seller_key, 1_000);
    market.set_royalty(&nft, seller_key, 1_000).unwrap();
    market.auction(&nft, &seller, 100).unwrap();
    market.bid(&nft, &buyer, 1_000).unwrap();
    market.advance(HOUR);
    market.settle(&nft).unwrap();
    assert_eq!([&seller, &buyer].map(|who| market.balance(who)), [1_000, 0]);
}

#[test]
fn the_bidder_can_be_paid_a_part() {
    let (mut market, nft, seller, buyer) = Market::with_item();
    market.set_fee(buyer.owner.pubkey(), 1_000);
    market.auction(&nft, &seller, 100).unwrap();
    market.bid(&nft, &buyer, 1_000).unwrap();
    market.advance(HOUR);
    market.settle(&nft).unwrap();
    assert_eq!([&seller, &buyer].map(|who| market.balance(who)), [900, 100]);
}
