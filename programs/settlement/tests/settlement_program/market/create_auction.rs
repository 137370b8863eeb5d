//! `create_auction`: by the holder of a free item, within bounds.

use program_testing::{ALREADY_IN_USE, assert_refused, events};
use settlement::error::SettlementError;
use settlement::events::AuctionCreated;
use settlement::instructions::CreateAuctionArgs;
use settlement::state::{Auction, ItemStatus, MAX_AUCTION_SECONDS, MAX_EXTENSION_SECONDS, Terms};
use settlement::{accounts, instruction as call};
use solana_address::Address;
use solana_signer::Signer;

use super::{EXTENSION, HOUR, Market, STEP};

/// Changes one argument.
type Change = fn(CreateAuctionArgs) -> CreateAuctionArgs;

#[track_caller]
fn refused(change: Change, reason: SettlementError) {
    let (mut market, nft, seller, _) = Market::with_item();
    let args = change(market.auction_args());
    assert_refused(market.auction_with(&nft, &seller, args), reason);
}

#[track_caller]
fn accepted(change: Change) {
    let (mut market, nft, seller, _) = Market::with_item();
    let args = change(market.auction_args());
    market.auction_with(&nft, &seller, args).unwrap();
}

#[test]
fn the_item_is_auctioned_with_fee_and_royalty_of_this_moment() {
    let (mut market, nft, seller, _) = Market::with_item();
    let (fee_owner, creator) = (market.address(), market.address());
    market.set_fee(fee_owner, 250);
    market.set_royalty(&nft, creator, 500).unwrap();
    let (starts, args) = (market.now(), market.auction_args());
    let done = market.auction_with(&nft, &seller, args).unwrap();
    market.set_fee(market.admin.pubkey(), 1_000);
    market.set_royalty(&nft, fee_owner, 1_000).unwrap();

    let terms = Terms {
        fee_bps: 250,
        royalty_bps: 500,
        fee_owner,
        creator,
    };
    let auction: Auction = market.read(&nft.auction);
    assert_eq!(auction.terms, terms);
    assert_eq!(
        (auction.config, auction.item, auction.seller),
        (market.config, nft.item, seller.owner.pubkey())
    );
    assert_eq!(
        (auction.vault, auction.asset),
        (market.asset.vault, market.asset.mint)
    );
    assert_eq!(
        (auction.reserve, auction.min_step, auction.extension),
        (100, STEP, EXTENSION)
    );
    assert_eq!((auction.starts, auction.ends), (starts, starts + HOUR));
    assert_eq!((auction.best, auction.bidder), (0, Address::default()));
    assert_eq!(market.whose(&nft), (ItemStatus::Auctioned, seller.owner.pubkey()));

    let [event] = events::by_log::<AuctionCreated>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.config, event.item, event.mint),
        (market.config, nft.item, nft.mint)
    );
    assert_eq!(
        (event.seller, event.asset),
        (seller.owner.pubkey(), market.asset.mint)
    );
    assert_eq!(
        (event.reserve, event.min_step, event.extension),
        (100, STEP, EXTENSION)
    );
    assert_eq!(
        (event.starts, event.ends, event.terms),
        (starts, starts + HOUR, terms)
    );
}

#[test]
fn any_reserve_and_step_but_zero() {
    refused(
        |args| CreateAuctionArgs { reserve: 0, ..args },
        SettlementError::ZeroAmount,
    );
    refused(
        |args| CreateAuctionArgs { min_step: 0, ..args },
        SettlementError::ZeroAmount,
    );
    accepted(|args| CreateAuctionArgs {
        reserve: 1,
        min_step: 1,
        ..args
    });
    accepted(|args| CreateAuctionArgs {
        reserve: u64::MAX,
        min_step: u64::MAX,
        ..args
    });
}

#[test]
fn the_end_is_later_than_now_and_not_too_late() {
    let now = Market::new().now(); // that of every new chain
    let with = |ends: i64| {
        let (mut market, nft, seller, _) = Market::with_item();
        assert_eq!(market.now(), now);
        let args = CreateAuctionArgs {
            ends,
            ..market.auction_args()
        };
        market.auction_with(&nft, &seller, args)
    };
    for ends in [i64::MIN, -1, 0, now, now + MAX_AUCTION_SECONDS + 1, i64::MAX] {
        assert_refused(with(ends), SettlementError::EndOutOfRange);
    }
    for ends in [now + 1, now + MAX_AUCTION_SECONDS] {
        with(ends).unwrap();
    }
}

#[test]
fn the_extension_is_at_most_an_hour() {
    accepted(|args| CreateAuctionArgs { extension: 0, ..args });
    accepted(|args| CreateAuctionArgs {
        extension: MAX_EXTENSION_SECONDS,
        ..args
    });
    let too_long = SettlementError::ExtensionTooLong;
    refused(
        |args| CreateAuctionArgs {
            extension: MAX_EXTENSION_SECONDS + 1,
            ..args
        },
        too_long,
    );
    let too_long = SettlementError::ExtensionTooLong;
    refused(
        |args| CreateAuctionArgs {
            extension: u32::MAX,
            ..args
        },
        too_long,
    );
}

#[test]
fn fee_and_royalty_are_at_most_what_the_seller_says() {
    let (mut market, nft, seller, _) = Market::with_item();
    let (fee_owner, creator) = (market.address(), market.address());
    market.set_fee(fee_owner, 250);
    market.set_royalty(&nft, creator, 500).unwrap();
    for max_fee_bps in [0, 500, 749] {
        let args = CreateAuctionArgs {
            max_fee_bps,
            ..market.auction_args()
        };
        let result = market.auction_with(&nft, &seller, args);
        assert_refused(result, SettlementError::FeeTooHigh);
    }
    let args = CreateAuctionArgs {
        max_fee_bps: 750,
        ..market.auction_args()
    };
    market.auction_with(&nft, &seller, args).unwrap();
}

#[test]
fn a_pause_stops_it() {
    let (mut market, nft, seller, _) = Market::with_item();
    market.pause_all();
    assert_refused(market.auction(&nft, &seller, 100), SettlementError::Paused);
}

#[test]
fn only_the_holder_may() {
    let (mut market, nft, _, buyer) = Market::with_item();
    assert_refused(market.auction(&nft, &buyer, 100), SettlementError::NotHolder);
}

#[test]
fn an_item_that_is_outside_is_refused() {
    let (mut market, nft, seller, _) = Market::with_item();
    market.withdraw_item(&nft, &seller).unwrap();
    assert_refused(market.auction(&nft, &seller, 100), SettlementError::ItemOutside);
}

#[test]
fn an_item_in_transit_is_refused() {
    let (mut market, nft, seller, _) = Market::with_item();
    market.moved_by_batch(&nft, 1);
    assert_refused(market.auction(&nft, &seller, 100), SettlementError::ItemInTransit);
    market.settled_up_to(1);
    market.auction(&nft, &seller, 100).unwrap();
}

#[test]
fn a_second_time_is_refused() {
    let (mut market, nft, seller, _) = Market::with_auction(100);
    assert_refused(market.auction(&nft, &seller, 100), ALREADY_IN_USE);
}

#[test]
fn an_item_that_is_listed_is_refused() {
    let (mut market, nft, seller, _) = Market::with_listing(100);
    assert_refused(market.auction(&nft, &seller, 100), SettlementError::ItemOnSale);
}

#[test]
fn a_vault_of_another_settlement_is_refused() {
    let (mut market, nft, seller, _) = Market::with_item();
    let vault = market.elsewhere(|market| market.asset.vault);
    let accounts = accounts::CreateAuction {
        vault,
        ..market.auction_accounts(&nft, &seller)
    };
    let args = market.auction_args();
    let result = market.call(accounts, call::CreateAuction { args }, &[&seller.owner]);
    assert_refused(result, SettlementError::WrongConfig);
}
