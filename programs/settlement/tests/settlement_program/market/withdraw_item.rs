//! `withdraw_item`: the holder's right, whatever the settlement's admin does.

use program_testing::tokens::{self, TOKEN_PROGRAMS};
use program_testing::{assert_refused, events};
use settlement::error::SettlementError;
use settlement::events::ItemWithdrawn;
use settlement::state::ItemStatus;
use solana_address::Address;
use solana_signer::Signer;

use super::{Market, Nft};

#[test]
fn the_nft_goes_to_any_account_and_the_item_is_nobodys() {
    for program in TOKEN_PROGRAMS {
        let mut market = Market::new();
        let seller = market.trader(0);
        let nft = market.nft(&program, &seller.owner.pubkey());
        market.create_item(&nft).unwrap();
        market.deposit_item(&nft, &seller).unwrap();
        let friend = market.address();
        let wallet = tokens::account(&mut market.world, &nft.mint, &friend, 0);
        let done = market.withdraw_item(&Nft { wallet, ..nft }, &seller).unwrap();

        assert_eq!(tokens::amount(&market, &wallet), 1);
        assert_eq!(tokens::amount(&market, &nft.item_tokens), 0);
        assert_eq!(market.whose(&nft), (ItemStatus::Outside, Address::default()));

        let [event] = events::by_call::<ItemWithdrawn>(&done).try_into().ok().unwrap();
        assert_eq!(
            (event.config, event.item, event.mint),
            (market.config, nft.item, nft.mint)
        );
        assert_eq!((event.holder, event.destination), (seller.owner.pubkey(), wallet));
    }
}

#[test]
fn it_works_while_paused() {
    let (mut market, nft, seller, _) = Market::with_item();
    market.pause_all();
    market.withdraw_item(&nft, &seller).unwrap();
}

#[test]
fn who_has_bought_it_withdraws_it() {
    let (mut market, nft, seller, buyer) = Market::with_listing(100);
    market.buy(&nft, &buyer).unwrap();
    assert_refused(market.withdraw_item(&nft, &seller), SettlementError::NotHolder);
    market.withdraw_item(&nft, &buyer).unwrap();
}

#[test]
fn a_second_time_is_refused() {
    let (mut market, nft, seller, _) = Market::with_item();
    market.withdraw_item(&nft, &seller).unwrap();
    assert_refused(market.withdraw_item(&nft, &seller), SettlementError::ItemOutside);
}

#[test]
fn an_item_that_is_listed_or_auctioned_is_refused() {
    let (mut market, nft, seller, _) = Market::with_listing(100);
    assert_refused(market.withdraw_item(&nft, &seller), SettlementError::ItemOnSale);
    market.cancel_listing(&nft, &seller, &seller).unwrap();
    market.auction(&nft, &seller, 100).unwrap();
    assert_refused(market.withdraw_item(&nft, &seller), SettlementError::ItemOnSale);
    market.cancel_auction(&nft, &seller).unwrap();
    market.withdraw_item(&nft, &seller).unwrap();
}

#[test]
fn an_item_in_transit_is_refused() {
    let (mut market, nft, seller, _) = Market::with_item();
    for sequence in [1, u64::MAX] {
        market.moved_by_batch(&nft, sequence);
        assert_refused(
            market.withdraw_item(&nft, &seller),
            SettlementError::ItemInTransit,
        );
    }
    market.settled_up_to(1);
    market.moved_by_batch(&nft, 2);
    assert_refused(
        market.withdraw_item(&nft, &seller),
        SettlementError::ItemInTransit,
    );
    market.moved_by_batch(&nft, 1);
    market.withdraw_item(&nft, &seller).unwrap();
}

#[test]
fn another_settlement_does_not_settle_the_batch() {
    let (mut market, nft, seller, _) = Market::with_item();
    market.moved_by_batch(&nft, 1);
    let config = market.elsewhere(|market| {
        market.settled_up_to(1);
        market.config
    });
    let accounts = settlement::accounts::WithdrawItem {
        config,
        ..market.withdraw_item_accounts(&nft, &seller)
    };
    let result = market.call(
        accounts,
        settlement::instruction::WithdrawItem {},
        &[&seller.owner],
    );
    assert_refused(result, SettlementError::WrongConfig);
}
