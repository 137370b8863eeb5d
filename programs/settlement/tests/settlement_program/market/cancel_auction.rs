//! `cancel_auction`: by the seller, as long as nobody has bid.

use anchor_lang::error::ErrorCode;
use program_testing::{assert_refused, events};
use settlement::error::SettlementError;
use settlement::events::AuctionCancelled;
use settlement::state::{Auction, ItemStatus};
use settlement::{accounts, instruction as call};
use solana_address::Address;
use solana_signer::Signer;

use super::{HOUR, Market};

#[test]
fn the_seller_gets_item_and_rent_back() {
    let (mut market, nft, seller, _) = Market::with_auction(100);
    let seller_key = seller.owner.pubkey();
    let (rent, before) = (market.lamports(&nft.auction), market.lamports(&seller_key));
    let done = market.cancel_auction(&nft, &seller).unwrap();

    assert_eq!(market.whose(&nft), (ItemStatus::Held, seller_key));
    assert!(rent > 0 && !market.exists(&nft.auction));
    assert_eq!(market.lamports(&seller_key), before + rent - done.fee);

    let [event] = events::by_log::<AuctionCancelled>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.config, event.item, event.mint),
        (market.config, nft.item, nft.mint)
    );
    assert_eq!(event.seller, seller_key);
}

#[test]
fn with_a_bid_it_is_refused_also_after_the_end() {
    let (mut market, nft, seller, buyer) = Market::with_auction(100);
    market.bid(&nft, &buyer, 100).unwrap();
    assert_refused(
        market.cancel_auction(&nft, &seller),
        SettlementError::AuctionHasBid,
    );
    market.advance(HOUR);
    assert_refused(
        market.cancel_auction(&nft, &seller),
        SettlementError::AuctionHasBid,
    );
    market.settle(&nft).unwrap();
}

#[test]
fn nobody_else_may_not_even_after_the_end() {
    let (mut market, nft, _, buyer) = Market::with_auction(100);
    market.advance(HOUR);
    assert_refused(market.cancel_auction(&nft, &buyer), SettlementError::NotSeller);
}

#[test]
fn it_works_while_paused_and_after_the_end() {
    let (mut market, nft, seller, _) = Market::with_auction(100);
    market.pause_all();
    market.advance(HOUR);
    market.cancel_auction(&nft, &seller).unwrap();
}

#[test]
fn a_second_time_is_refused() {
    let (mut market, nft, seller, _) = Market::with_auction(100);
    market.cancel_auction(&nft, &seller).unwrap();
    let again = market.cancel_auction(&nft, &seller);
    assert_refused(again, ErrorCode::AccountNotInitialized);
}

#[test]
fn an_auction_that_is_opened_again_knows_no_bid_of_the_first() {
    let (mut market, nft, seller, buyer) = Market::with_auction(100);
    market.bid(&nft, &buyer, 500).unwrap();
    market.advance(HOUR);
    market.settle(&nft).unwrap();
    market.auction(&nft, &buyer, 100).unwrap();
    let auction: Auction = market.read(&nft.auction);
    assert_eq!((auction.best, auction.bidder), (0, Address::default()));
    assert_eq!(auction.seller, buyer.owner.pubkey());
    // The first seller has nothing to say any more.
    assert_refused(market.cancel_auction(&nft, &seller), SettlementError::NotSeller);
}

#[test]
fn the_item_of_another_auction_is_refused() {
    let (mut market, nft, seller, _) = Market::with_auction(100);
    let listed = market.item(&seller);
    market.list(&listed, &seller, 100).unwrap();
    let accounts = accounts::CancelAuction {
        item: listed.item,
        ..market.cancel_auction_accounts(&nft, &seller)
    };
    let result = market.call(accounts, call::CancelAuction {}, &[&seller.owner]);
    assert_refused(result, SettlementError::WrongItem);
}
