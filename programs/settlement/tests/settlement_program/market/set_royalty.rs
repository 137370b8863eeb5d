//! `set_royalty`: by the admin, at most 10%, for sales that are agreed to later.

use program_testing::{assert_refused, events};
use settlement::error::SettlementError;
use settlement::events::RoyaltySet;
use settlement::instructions::SetRoyaltyArgs;
use settlement::state::{Item, Listing, MAX_ROYALTY_BPS};
use settlement::{accounts, instruction as call};
use solana_address::Address;
use solana_signer::Signer;

use super::Market;

#[test]
fn the_admin_sets_who_gets_how_much() {
    let (mut market, nft, ..) = Market::with_item();
    let creator = market.address();
    for bps in [1, MAX_ROYALTY_BPS, 0] {
        let done = market.set_royalty(&nft, creator, bps).unwrap();
        let Item {
            creator: stored,
            royalty_bps,
            ..
        } = market.item_state(&nft);
        assert_eq!((stored, royalty_bps), (creator, bps));
        let [event] = events::by_log::<RoyaltySet>(&done).try_into().ok().unwrap();
        assert_eq!(
            (event.config, event.item, event.mint),
            (market.config, nft.item, nft.mint)
        );
        assert_eq!((event.creator, event.bps), (creator, bps));
    }
    market.set_royalty(&nft, Address::default(), 0).unwrap();
}

#[test]
fn more_than_a_tenth_is_refused() {
    let (mut market, nft, ..) = Market::with_item();
    let creator = market.address();
    for bps in [MAX_ROYALTY_BPS + 1, u16::MAX] {
        assert_refused(
            market.set_royalty(&nft, creator, bps),
            SettlementError::RoyaltyTooHigh,
        );
    }
}

#[test]
fn a_royalty_for_nobody_is_refused() {
    let (mut market, nft, ..) = Market::with_item();
    let result = market.set_royalty(&nft, Address::default(), 1);
    assert_refused(result, SettlementError::MissingKey);
}

#[test]
fn nobody_else_may() {
    let (mut market, nft, seller, _) = Market::with_item();
    let creator = seller.owner.pubkey();
    let args = SetRoyaltyArgs { creator, bps: 100 };
    let accounts = accounts::SetRoyalty {
        admin: creator,
        ..market.set_royalty_accounts(&nft)
    };
    let result = market.call(accounts, call::SetRoyalty { args }, &[&seller.owner]);
    assert_refused(result, SettlementError::NotAdmin);
}

#[test]
fn the_admin_of_another_settlement_may_not() {
    let (mut market, nft, ..) = Market::with_item();
    market.elsewhere(|market| {
        let creator = market.admin.pubkey();
        let result = market.set_royalty(&nft, creator, 100);
        assert_refused(result, SettlementError::WrongConfig);
    });
}

#[test]
fn an_open_listing_keeps_its_royalty() {
    let (mut market, nft, seller, buyer) = Market::with_listing(100);
    let creator = market.address();
    market.set_royalty(&nft, creator, MAX_ROYALTY_BPS).unwrap();
    assert_eq!(market.read::<Listing>(&nft.listing).terms.royalty_bps, 0);
    market.buy(&nft, &buyer).unwrap();
    assert_eq!((market.balance(&seller), market.balance(&buyer)), (100, 900));
}

#[test]
fn it_works_while_paused() {
    let (mut market, nft, ..) = Market::with_item();
    let creator = market.address();
    market.pause_all();
    market.set_royalty(&nft, creator, 1).unwrap();
}
