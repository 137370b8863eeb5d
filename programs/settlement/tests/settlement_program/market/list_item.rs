//! `list_item`: by the holder of a free item, at terms that nobody changes later.

use program_testing::{ALREADY_IN_USE, assert_refused, events};
use settlement::error::SettlementError;
use settlement::events::ItemListed;
use settlement::instructions::ListItemArgs;
use settlement::state::{ItemStatus, Listing, MAX_LISTING_SECONDS, Terms};
use settlement::{accounts, instruction as call};
use solana_signer::Signer;

use super::{ANY_FEE, HOUR, Market};

#[test]
fn the_item_is_offered_with_fee_and_royalty_of_this_moment() {
    let (mut market, nft, seller, _) = Market::with_item();
    let (fee_owner, creator) = (market.address(), market.address());
    market.set_fee(fee_owner, 250);
    market.set_royalty(&nft, creator, 500).unwrap();
    let expires = market.now() + HOUR;
    let done = market.list_until(&nft, &seller, 1_000, expires).unwrap();
    market.set_fee(market.admin.pubkey(), 1_000);
    market.set_royalty(&nft, fee_owner, 1_000).unwrap();

    let terms = Terms {
        fee_bps: 250,
        royalty_bps: 500,
        fee_owner,
        creator,
    };
    let listing: Listing = market.read(&nft.listing);
    assert_eq!(listing.terms, terms);
    assert_eq!((listing.item, listing.seller), (nft.item, seller.owner.pubkey()));
    assert_eq!(
        (listing.vault, listing.asset),
        (market.asset.vault, market.asset.mint)
    );
    assert_eq!((listing.price, listing.expires), (1_000, expires));
    assert_eq!(market.whose(&nft), (ItemStatus::Listed, seller.owner.pubkey()));

    let [event] = events::by_log::<ItemListed>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.config, event.item, event.mint),
        (market.config, nft.item, nft.mint)
    );
    assert_eq!(
        (event.seller, event.asset),
        (seller.owner.pubkey(), market.asset.mint)
    );
    assert_eq!((event.price, event.expires, event.terms), (1_000, expires, terms));
}

#[test]
fn any_price_but_zero() {
    let (mut market, nft, seller, _) = Market::with_item();
    assert_refused(market.list(&nft, &seller, 0), SettlementError::ZeroAmount);
    for price in [1, u64::MAX] {
        market.list(&nft, &seller, price).unwrap();
        market.cancel_listing(&nft, &seller, &seller).unwrap();
    }
}

#[test]
fn the_expiry_is_later_than_now_and_not_too_late() {
    let (mut market, nft, seller, _) = Market::with_item();
    let now = market.now();
    for expires in [i64::MIN, -1, 0, now, now + MAX_LISTING_SECONDS + 1, i64::MAX] {
        let result = market.list_until(&nft, &seller, 100, expires);
        assert_refused(result, SettlementError::ExpiryOutOfRange);
    }
    for expires in [now + 1, now + MAX_LISTING_SECONDS] {
        market.list_until(&nft, &seller, 100, expires).unwrap();
        market.cancel_listing(&nft, &seller, &seller).unwrap();
    }
}

#[test]
fn fee_and_royalty_are_at_most_what_the_seller_says() {
    let (mut market, nft, seller, _) = Market::with_item();
    let (fee_owner, creator) = (market.address(), market.address());
    market.set_fee(fee_owner, 250);
    market.set_royalty(&nft, creator, 500).unwrap();
    for max_fee_bps in [0, 500, 749, 750] {
        let args = ListItemArgs {
            price: 100,
            expires: market.now() + HOUR,
            max_fee_bps,
        };
        let accounts = market.list_accounts(&nft, &seller);
        let result = market.call(accounts, call::ListItem { args }, &[&seller.owner]);
        if max_fee_bps < 750 {
            assert_refused(result, SettlementError::FeeTooHigh);
        } else {
            result.unwrap();
        }
    }
}

#[test]
fn a_pause_stops_it() {
    let (mut market, nft, seller, _) = Market::with_item();
    market.pause_all();
    assert_refused(market.list(&nft, &seller, 100), SettlementError::Paused);
}

#[test]
fn only_the_holder_may() {
    let (mut market, nft, _, buyer) = Market::with_item();
    assert_refused(market.list(&nft, &buyer, 100), SettlementError::NotHolder);
}

#[test]
fn an_item_that_is_outside_is_refused() {
    let (mut market, nft, seller, _) = Market::with_item();
    market.withdraw_item(&nft, &seller).unwrap();
    assert_refused(market.list(&nft, &seller, 100), SettlementError::ItemOutside);
}

#[test]
fn an_item_in_transit_is_refused() {
    let (mut market, nft, seller, _) = Market::with_item();
    market.moved_by_batch(&nft, 1);
    assert_refused(market.list(&nft, &seller, 100), SettlementError::ItemInTransit);
    market.settled_up_to(1);
    market.list(&nft, &seller, 100).unwrap();
}

#[test]
fn a_second_time_is_refused() {
    let (mut market, nft, seller, _) = Market::with_listing(100);
    assert_refused(market.list(&nft, &seller, 100), ALREADY_IN_USE);
}

#[test]
fn an_item_in_an_auction_is_refused() {
    let (mut market, nft, seller, _) = Market::with_auction(100);
    assert_refused(market.list(&nft, &seller, 100), SettlementError::ItemOnSale);
}

#[test]
fn a_vault_of_another_settlement_is_refused() {
    let (mut market, nft, seller, _) = Market::with_item();
    let vault = market.elsewhere(|market| market.asset.vault);
    let accounts = accounts::ListItem {
        vault,
        ..market.list_accounts(&nft, &seller)
    };
    let args = ListItemArgs {
        price: 100,
        expires: market.now() + HOUR,
        max_fee_bps: ANY_FEE,
    };
    let result = market.call(accounts, call::ListItem { args }, &[&seller.owner]);
    assert_refused(result, SettlementError::WrongConfig);
}

#[test]
fn another_settlement_that_is_open_does_not_lift_the_pause() {
    let (mut market, nft, seller, _) = Market::with_item();
    market.pause_all();
    let (config, vault) = market.elsewhere(|market| (market.config, market.asset.vault));
    let accounts = accounts::ListItem {
        config,
        vault,
        ..market.list_accounts(&nft, &seller)
    };
    let args = ListItemArgs {
        price: 100,
        expires: market.now() + HOUR,
        max_fee_bps: ANY_FEE,
    };
    let result = market.call(accounts, call::ListItem { args }, &[&seller.owner]);
    assert_refused(result, SettlementError::WrongConfig);
}
