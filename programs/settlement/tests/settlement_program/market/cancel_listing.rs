//! `cancel_listing`: by the seller at any time, by anybody from the expiry on.

use anchor_lang::error::ErrorCode;
use program_testing::{assert_refused, events};
use settlement::error::SettlementError;
use settlement::events::ListingCancelled;
use settlement::state::{ItemStatus, Listing};
use solana_signer::Signer;

use super::Market;

#[test]
fn the_seller_gets_item_and_rent_back() {
    let (mut market, nft, seller, _) = Market::with_listing(100);
    let seller_key = seller.owner.pubkey();
    let (rent, before) = (market.lamports(&nft.listing), market.lamports(&seller_key));
    let done = market.cancel_listing(&nft, &seller, &seller).unwrap();

    assert_eq!(market.whose(&nft), (ItemStatus::Held, seller_key));
    assert!(rent > 0 && !market.exists(&nft.listing));
    assert_eq!(market.lamports(&seller_key), before + rent - done.fee);

    let [event] = events::by_log::<ListingCancelled>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.config, event.item, event.mint),
        (market.config, nft.item, nft.mint)
    );
    assert_eq!((event.seller, event.by), (seller_key, seller_key));
}

#[test]
fn anybody_may_from_the_exact_second_of_the_expiry_on() {
    let (mut market, nft, seller, stranger) = Market::with_listing(100);
    let expires = market.read::<Listing>(&nft.listing).expires;
    market.set_time(expires - 1);
    let early = market.cancel_listing(&nft, &seller, &stranger);
    assert_refused(early, SettlementError::NotSeller);

    market.set_time(expires);
    let (rent, before) = (
        market.lamports(&nft.listing),
        market.lamports(&seller.owner.pubkey()),
    );
    let done = market.cancel_listing(&nft, &seller, &stranger).unwrap();
    // The seller has paid the rent, and gets it.
    assert_eq!(market.lamports(&seller.owner.pubkey()), before + rent);
    let [event] = events::by_log::<ListingCancelled>(&done).try_into().ok().unwrap();
    assert_eq!(event.by, stranger.owner.pubkey());
    assert_eq!(market.whose(&nft), (ItemStatus::Held, seller.owner.pubkey()));
}

#[test]
fn a_clock_that_goes_back_makes_the_listing_the_sellers_again() {
    let (mut market, nft, seller, stranger) = Market::with_listing(100);
    let expires = market.read::<Listing>(&nft.listing).expires;
    market.set_time(expires);
    market.set_time(expires - 1);
    let early = market.cancel_listing(&nft, &seller, &stranger);
    assert_refused(early, SettlementError::NotSeller);
    market.buy(&nft, &stranger).unwrap();
}

#[test]
fn it_works_while_paused() {
    let (mut market, nft, seller, _) = Market::with_listing(100);
    market.pause_all();
    market.cancel_listing(&nft, &seller, &seller).unwrap();
}

#[test]
fn a_second_time_is_refused() {
    let (mut market, nft, seller, _) = Market::with_listing(100);
    market.cancel_listing(&nft, &seller, &seller).unwrap();
    let again = market.cancel_listing(&nft, &seller, &seller);
    assert_refused(again, ErrorCode::AccountNotInitialized);
}

#[test]
fn the_item_can_be_listed_again() {
    let (mut market, nft, seller, buyer) = Market::with_listing(100);
    market.cancel_listing(&nft, &seller, &seller).unwrap();
    market.list(&nft, &seller, 200).unwrap();
    market.buy(&nft, &buyer).unwrap();
    assert_eq!((market.balance(&seller), market.balance(&buyer)), (200, 800));
}

#[test]
fn the_listing_of_one_item_does_not_free_another() {
    let (mut market, listed, seller, _) = Market::with_listing(100);
    let auctioned = market.item(&seller);
    market.auction(&auctioned, &seller, 100).unwrap();
    let accounts = settlement::accounts::CancelListing {
        item: auctioned.item,
        ..market.cancel_listing_accounts(&listed, &seller, &seller)
    };
    let result = market.call(
        accounts,
        settlement::instruction::CancelListing {},
        &[&seller.owner],
    );
    assert_refused(result, SettlementError::WrongItem);
}
