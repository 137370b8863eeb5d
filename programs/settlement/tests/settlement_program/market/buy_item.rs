//! `buy_item`: who gets how much of the price, and what protects the buyer.

use anchor_lang::error::ErrorCode;
use program_testing::{assert_refused, events};
use settlement::error::SettlementError;
use settlement::events::FixedSaleExecuted;
use settlement::instructions::BuyItemArgs;
use settlement::state::{ItemStatus, Ledger, Listing};
use settlement::{accounts, instruction as call};
use solana_signer::Signer;

use super::{Market, Nft};
use crate::world::Depositor;

/// A listing with a fee of 2.5% for one and a royalty of 5% for another, each with a ledger.
fn with_fees(price: u64) -> (Market, Nft, [Depositor; 4]) {
    let (mut market, nft, seller, buyer) = Market::with_item();
    let (marketplace, creator) = (market.trader(0), market.trader(0));
    market.set_fee(marketplace.owner.pubkey(), 250);
    market.set_royalty(&nft, creator.owner.pubkey(), 500).unwrap();
    market.list(&nft, &seller, price).unwrap();
    (market, nft, [seller, buyer, marketplace, creator])
}

#[test]
fn the_price_is_divided_and_the_buyer_holds_the_item() {
    let (mut market, nft, [seller, buyer, marketplace, creator]) = with_fees(999);
    let seller_key = seller.owner.pubkey();
    let (rent, before) = (market.lamports(&nft.listing), market.lamports(&seller_key));
    let total = market.world.total(&market.asset);
    let done = market.buy_for(&nft, &buyer, 999).unwrap();

    // 2.5% and 5% of 999 are 24.975 and 49.95: rounded down, and the seller gets the rest.
    let balances = [&seller, &buyer, &marketplace, &creator].map(|who| market.balance(who));
    assert_eq!(balances, [926, 1, 24, 49]);
    assert_eq!(market.world.total(&market.asset), total);
    assert_eq!(market.whose(&nft), (ItemStatus::Held, buyer.owner.pubkey()));
    assert!(!market.exists(&nft.listing));
    assert_eq!(market.lamports(&seller_key), before + rent);

    let [event] = events::by_call::<FixedSaleExecuted>(&done)
        .try_into()
        .ok()
        .unwrap();
    assert_eq!(
        (event.config, event.item, event.mint),
        (market.config, nft.item, nft.mint)
    );
    assert_eq!((event.seller, event.buyer), (seller_key, buyer.owner.pubkey()));
    assert_eq!((event.asset, event.price), (market.asset.mint, 999));
    assert_eq!((event.fee, event.fee_owner), (24, marketplace.owner.pubkey()));
    assert_eq!((event.royalty, event.creator), (49, creator.owner.pubkey()));
}

#[test]
fn no_ledgers_are_needed_for_parts_that_round_to_nothing() {
    let (mut market, nft, [seller, buyer, marketplace, creator]) = with_fees(19);
    market.buy(&nft, &buyer).unwrap();
    let balances = [&seller, &buyer, &marketplace, &creator].map(|who| market.balance(who));
    assert_eq!(balances, [19, 981, 0, 0]);
}

#[test]
fn a_part_without_a_ledger_is_refused() {
    let (mut market, nft, [_, buyer, ..]) = with_fees(999);
    let right = market.buy_accounts(&nft, &buyer);
    let args = BuyItemArgs { max_price: 999 };
    for accounts in [
        accounts::BuyItem {
            fee_ledger: None,
            ..right
        },
        accounts::BuyItem {
            creator_ledger: None,
            ..right
        },
    ] {
        let result = market.call(accounts, call::BuyItem { args }, &[&buyer.owner]);
        assert_refused(result, SettlementError::MissingLedger);
    }
}

#[test]
fn a_part_for_somebody_else_is_refused() {
    let (mut market, nft, [seller, buyer, marketplace, creator]) = with_fees(999);
    let right = market.buy_accounts(&nft, &buyer);
    let args = BuyItemArgs { max_price: 999 };
    for accounts in [
        accounts::BuyItem {
            seller_ledger: creator.ledger,
            ..right
        },
        accounts::BuyItem {
            seller_ledger: buyer.ledger,
            ..right
        },
        accounts::BuyItem {
            fee_ledger: Some(seller.ledger),
            ..right
        },
        accounts::BuyItem {
            creator_ledger: Some(marketplace.ledger),
            ..right
        },
        accounts::BuyItem {
            buyer_ledger: marketplace.ledger,
            ..right
        },
    ] {
        let result = market.call(accounts, call::BuyItem { args }, &[&buyer.owner]);
        assert_refused(result, SettlementError::NotLedgerOwner);
    }
}

#[test]
fn a_ledger_of_another_vault_is_refused() {
    let (mut market, nft, [seller, buyer, marketplace, creator]) = with_fees(999);
    let right = market.buy_accounts(&nft, &buyer);
    let worthless = market.asset();
    let [seller, buyer_there, marketplace, creator] =
        [&seller, &buyer, &marketplace, &creator].map(|who| market.world.ledger(&worthless, &who.owner));
    let args = BuyItemArgs { max_price: 999 };
    for accounts in [
        accounts::BuyItem {
            buyer_ledger: buyer_there,
            ..right
        },
        accounts::BuyItem {
            seller_ledger: seller,
            ..right
        },
        accounts::BuyItem {
            fee_ledger: Some(marketplace),
            ..right
        },
        accounts::BuyItem {
            creator_ledger: Some(creator),
            ..right
        },
    ] {
        let result = market.call(accounts, call::BuyItem { args }, &[&buyer.owner]);
        assert_refused(result, SettlementError::WrongVault);
    }
}

#[test]
fn the_same_ledger_in_several_places_is_counted_right() {
    // Everybody is paid who they are, whoever they are.
    for (fee_owner, creator, paid) in [
        ("seller", "seller", [1_000, 0]),
        ("buyer", "buyer", [925, 75]),
        ("seller", "buyer", [950, 50]),
        ("buyer", "seller", [975, 25]),
    ] {
        let (mut market, nft, seller, buyer) = Market::with_item();
        let key = |who| match who {
            "seller" => seller.owner.pubkey(),
            _ => buyer.owner.pubkey(),
        };
        market.set_fee(key(fee_owner), 250);
        market.set_royalty(&nft, key(creator), 500).unwrap();
        market.list(&nft, &seller, 1_000).unwrap();
        let total = market.world.total(&market.asset);
        market.buy(&nft, &buyer).unwrap();
        let balances = [&seller, &buyer].map(|who| market.balance(who));
        assert_eq!(balances, paid, "{fee_owner} gets the fee, {creator} the royalty");
        assert_eq!(market.world.total(&market.asset), total);
    }
}

#[test]
fn what_the_buyer_will_be_paid_does_not_count_before() {
    let (mut market, nft, seller, buyer) = Market::with_item();
    market.set_fee(buyer.owner.pubkey(), 1_000);
    market.list(&nft, &seller, 1_001).unwrap();
    assert_refused(market.buy(&nft, &buyer), SettlementError::InsufficientBalance);
}

#[test]
fn a_price_above_the_buyers_maximum_is_refused() {
    let (mut market, nft, _, buyer) = Market::with_listing(100);
    for max_price in [0, 99] {
        let result = market.buy_for(&nft, &buyer, max_price);
        assert_refused(result, SettlementError::PriceTooHigh);
    }
    market.buy_for(&nft, &buyer, 100).unwrap();
}

#[test]
fn a_listing_that_was_opened_again_at_a_higher_price_is_refused() {
    let (mut market, nft, seller, buyer) = Market::with_listing(100);
    let accounts = market.buy_accounts(&nft, &buyer);
    market.cancel_listing(&nft, &seller, &seller).unwrap();
    market.list(&nft, &seller, 101).unwrap();
    let args = BuyItemArgs { max_price: 100 };
    let result = market.call(accounts, call::BuyItem { args }, &[&buyer.owner]);
    assert_refused(result, SettlementError::PriceTooHigh);
}

#[test]
fn a_listing_that_was_opened_again_in_another_vault_is_refused() {
    let (mut market, nft, seller, buyer) = Market::with_listing(100);
    let accounts = market.buy_accounts(&nft, &buyer);
    market.cancel_listing(&nft, &seller, &seller).unwrap();
    let dear = market.asset();
    let cheap = std::mem::replace(&mut market.asset, dear);
    market.list(&nft, &seller, 100).unwrap();
    market.asset = cheap;
    let args = BuyItemArgs { max_price: 100 };
    let result = market.call(accounts, call::BuyItem { args }, &[&buyer.owner]);
    assert_refused(result, SettlementError::WrongVault);
}

#[test]
fn a_listing_by_another_seller_is_refused() {
    let (mut market, nft, seller, buyer) = Market::with_listing(100);
    let accounts = market.buy_accounts(&nft, &buyer);
    let second = market.trader(1_000);
    market.buy(&nft, &second).unwrap();
    market.list(&nft, &second, 100).unwrap();
    let args = BuyItemArgs { max_price: 100 };
    let result = market.call(accounts, call::BuyItem { args }, &[&buyer.owner]);
    assert_refused(result, SettlementError::WrongSeller);
    assert_eq!(market.balance(&seller), 100);
}

#[test]
fn a_second_buyer_is_refused() {
    let (mut market, nft, _, buyer) = Market::with_listing(100);
    let second = market.trader(1_000);
    let late = market.buy_accounts(&nft, &second);
    market.buy(&nft, &buyer).unwrap();
    let args = BuyItemArgs { max_price: 100 };
    let result = market.call(late, call::BuyItem { args }, &[&second.owner]);
    assert_refused(result, ErrorCode::AccountNotInitialized);
    assert_eq!(market.balance(&second), 1_000);
}

#[test]
fn the_seller_is_refused() {
    let (mut market, nft, seller, _) = Market::with_listing(100);
    market.deposit_fresh(&seller, 100);
    assert_refused(market.buy(&nft, &seller), SettlementError::SellerCannotBuy);
}

#[test]
fn a_ledger_with_less_is_refused_and_one_with_just_the_price_is_emptied() {
    let (mut market, nft, _, buyer) = Market::with_listing(1_001);
    assert_refused(market.buy(&nft, &buyer), SettlementError::InsufficientBalance);
    assert_eq!(market.balance(&buyer), 1_000);
    market.deposit_fresh(&buyer, 1);
    market.buy(&nft, &buyer).unwrap();
    assert_eq!(market.balance(&buyer), 0);
}

#[test]
fn the_largest_price_can_be_paid() {
    let (mut market, nft, seller, buyer) = Market::with_item();
    let marketplace = market.trader(0);
    market.set_fee(marketplace.owner.pubkey(), 1_000);
    market.list(&nft, &seller, u64::MAX).unwrap();
    let balance = 8 + std::mem::offset_of!(Ledger, balance);
    market.overwrite(&buyer.ledger, balance, &u64::MAX.to_le_bytes());
    market.buy(&nft, &buyer).unwrap();
    let fee = u64::MAX / 10;
    assert_eq!(market.balance(&marketplace), fee);
    assert_eq!(market.balance(&seller), u64::MAX - fee);
}

#[test]
fn a_balance_beyond_64_bits_is_refused() {
    let (mut market, nft, seller, buyer) = Market::with_listing(100);
    let balance = 8 + std::mem::offset_of!(Ledger, balance);
    market.overwrite(&seller.ledger, balance, &(u64::MAX - 99).to_le_bytes());
    assert_refused(market.buy(&nft, &buyer), SettlementError::Overflow);
    market.overwrite(&seller.ledger, balance, &(u64::MAX - 100).to_le_bytes());
    market.buy(&nft, &buyer).unwrap();
}

#[test]
fn from_the_exact_second_of_the_expiry_on_it_is_refused() {
    let (mut market, nft, _, buyer) = Market::with_listing(100);
    let expires = market.read::<Listing>(&nft.listing).expires;
    for late in [expires, i64::MAX] {
        market.set_time(late);
        assert_refused(market.buy(&nft, &buyer), SettlementError::ListingExpired);
    }
    // The clock may go back between slots.
    market.set_time(expires - 1);
    market.buy(&nft, &buyer).unwrap();
}

#[test]
fn a_pause_stops_it() {
    let (mut market, nft, _, buyer) = Market::with_listing(100);
    market.pause_all();
    assert_refused(market.buy(&nft, &buyer), SettlementError::Paused);
}

#[test]
fn another_settlement_that_is_open_does_not_lift_the_pause() {
    let (mut market, nft, _, buyer) = Market::with_listing(100);
    market.pause_all();
    let config = market.elsewhere(|market| market.config);
    let accounts = accounts::BuyItem {
        config,
        ..market.buy_accounts(&nft, &buyer)
    };
    let args = BuyItemArgs { max_price: 100 };
    let result = market.call(accounts, call::BuyItem { args }, &[&buyer.owner]);
    assert_refused(result, SettlementError::WrongConfig);
}
