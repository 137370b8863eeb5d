//! `deposit_item`: the NFT comes in, and who brought it holds the item.

use anchor_spl::token_2022::spl_token_2022::error::TokenError;
use program_testing::tokens::{self, TOKEN_PROGRAMS};
use program_testing::{assert_refused, events};
use settlement::error::SettlementError;
use settlement::events::ItemDeposited;
use settlement::state::ItemStatus;
use solana_address::Address;
use solana_signer::Signer;

use super::{Market, Nft};
use crate::world::Depositor;

/// An NFT in the owner's wallet that the settlement knows.
fn known(market: &mut Market, token_program: &Address) -> (Nft, Depositor) {
    let owner = market.trader(0);
    let nft = market.nft(token_program, &owner.owner.pubkey());
    market.create_item(&nft).unwrap();
    (nft, owner)
}

#[test]
fn the_owner_becomes_the_holder() {
    for program in TOKEN_PROGRAMS {
        let mut market = Market::new();
        let (nft, owner) = known(&mut market, &program);
        let done = market.deposit_item(&nft, &owner).unwrap();

        let holder = owner.owner.pubkey();
        assert_eq!(market.whose(&nft), (ItemStatus::Held, holder));
        assert_eq!(tokens::amount(&market, &nft.item_tokens), 1);
        assert_eq!(tokens::amount(&market, &nft.wallet), 0);

        let [event] = events::by_call::<ItemDeposited>(&done).try_into().ok().unwrap();
        assert_eq!((event.config, event.item), (market.config, nft.item));
        assert_eq!((event.mint, event.holder), (nft.mint, holder));
    }
}

#[test]
fn a_pause_stops_it() {
    let mut market = Market::new();
    let (nft, owner) = known(&mut market, &anchor_spl::token::ID);
    market.pause_all();
    assert_refused(market.deposit_item(&nft, &owner), SettlementError::Paused);
}

#[test]
fn a_second_time_is_refused() {
    let mut market = Market::new();
    let (nft, owner) = known(&mut market, &anchor_spl::token::ID);
    market.deposit_item(&nft, &owner).unwrap();
    assert_refused(market.deposit_item(&nft, &owner), SettlementError::ItemInside);
}

#[test]
fn the_nft_of_somebody_else_is_refused() {
    let mut market = Market::new();
    let (nft, _) = known(&mut market, &anchor_spl::token::ID);
    let mallory = market.trader(0);
    assert_refused(market.deposit_item(&nft, &mallory), TokenError::OwnerMismatch);
    assert_eq!(market.whose(&nft), (ItemStatus::Outside, Address::default()));
}

#[test]
fn a_mint_whose_supply_has_changed_is_refused() {
    const SUPPLY: usize = 4 + 32; // after the mint authority
    let mut market = Market::new();
    let (nft, owner) = known(&mut market, &anchor_spl::token::ID);
    for supply in [0u64, 2, u64::MAX] {
        market.overwrite(&nft.mint, SUPPLY, &supply.to_le_bytes());
        assert_refused(market.deposit_item(&nft, &owner), SettlementError::NotUnique);
    }
    market.overwrite(&nft.mint, SUPPLY, &1u64.to_le_bytes());
    market.deposit_item(&nft, &owner).unwrap();
}

#[test]
fn a_mint_whose_authority_has_come_back_is_refused() {
    let mut market = Market::new();
    let (nft, owner) = known(&mut market, &anchor_spl::token::ID);
    market.overwrite(&nft.mint, 0, &1u32.to_le_bytes()); // some authority: all zeros, which is nobody's edition
    assert_refused(market.deposit_item(&nft, &owner), SettlementError::CanBeMinted);
}

#[test]
fn an_nft_that_is_sent_by_hand_belongs_to_nobody() {
    let mut market = Market::new();
    let (nft, owner) = known(&mut market, &anchor_spl::token::ID);
    let sent = tokens::transfer(&mut market.world, &nft.wallet, &nft.item_tokens, &owner.owner, 1);
    sent.unwrap();
    assert_eq!(market.whose(&nft), (ItemStatus::Outside, Address::default()));
    assert_refused(market.withdraw_item(&nft, &owner), SettlementError::ItemOutside);
}

#[test]
fn whoever_brings_it_back_holds_it() {
    let mut market = Market::new();
    let (nft, owner) = known(&mut market, &anchor_spl::token::ID);
    market.deposit_item(&nft, &owner).unwrap();
    let bob = market.trader(0);
    let wallet = tokens::account(&mut market.world, &nft.mint, &bob.owner.pubkey(), 0);
    let at_bobs = Nft { wallet, ..nft };
    market.withdraw_item(&at_bobs, &owner).unwrap();
    market.deposit_item(&at_bobs, &bob).unwrap();
    assert_eq!(market.whose(&nft), (ItemStatus::Held, bob.owner.pubkey()));
    assert_refused(market.withdraw_item(&nft, &owner), SettlementError::NotHolder);
}
