//! `create_item`: any NFT, and nothing that is not one.

use anchor_spl::token_2022::spl_token_2022::extension::ExtensionType;
use anchor_spl::token_2022::spl_token_2022::instruction as token;
use program_testing::tokens::{self, TOKEN_PROGRAMS};
use program_testing::{ALREADY_IN_USE, assert_refused, events};
use settlement::error::SettlementError;
use settlement::events::ItemCreated;
use settlement::state::ItemStatus;
use solana_address::{Address, address};
use solana_signer::Signer;

use super::{Market, Nft};

const METAPLEX: Address = address!("metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s");

/// Where Metaplex puts the edition of a mint.
fn edition(mint: &Address) -> Address {
    let seeds: &[&[u8]] = &[b"metadata", METAPLEX.as_ref(), mint.as_ref(), b"edition"];
    program_testing::derive(METAPLEX, seeds)
}

/// A mint with so many decimals and so much supply, in one account, that its minter may still mint.
fn mintable(market: &mut Market, decimals: u8, supply: u64) -> Nft {
    let program = anchor_spl::token::ID;
    let mint = tokens::mint_with(&mut market.world, &program, decimals, None, &[]);
    let owner = market.address();
    let wallet = tokens::account(&mut market.world, &mint, &owner, supply);
    market.nft_of(mint, wallet)
}

#[test]
fn an_nft_of_either_token_program_becomes_an_item_that_is_outside() {
    for program in TOKEN_PROGRAMS {
        let mut market = Market::new();
        let owner = market.address();
        let nft = market.nft(&program, &owner);
        let done = market.create_item(&nft).unwrap();

        let item = market.item_state(&nft);
        assert_eq!(
            (item.config, item.mint, item.tokens),
            (market.config, nft.mint, nft.item_tokens)
        );
        assert_eq!(
            (item.status, item.holder),
            (ItemStatus::Outside, Address::default())
        );
        assert_eq!(
            (item.royalty_bps, item.creator, item.sequence),
            (0, Address::default(), 0)
        );
        assert_eq!(tokens::amount(&market, &nft.item_tokens), 0);

        let [event] = events::by_log::<ItemCreated>(&done).try_into().ok().unwrap();
        assert_eq!(
            (event.config, event.item, event.mint),
            (market.config, nft.item, nft.mint)
        );
    }
}

#[test]
fn a_second_time_is_refused() {
    let mut market = Market::new();
    let owner = market.address();
    let nft = market.nft(&anchor_spl::token::ID, &owner);
    market.create_item(&nft).unwrap();
    assert_refused(market.create_item(&nft), ALREADY_IN_USE);
}

#[test]
fn every_settlement_has_its_own_item_of_an_nft() {
    let mut market = Market::new();
    let owner = market.address();
    let nft = market.nft(&anchor_spl::token::ID, &owner);
    market.create_item(&nft).unwrap();
    market.elsewhere(|market| {
        let there = market.nft_of(nft.mint, nft.wallet);
        market.create_item(&there).unwrap();
        assert_ne!((there.item, there.item_tokens), (nft.item, nft.item_tokens));
        assert_eq!(market.item_state(&there).config, market.config);
    });
}

#[test]
fn an_item_at_the_address_of_another_settlements_is_refused() {
    let mut market = Market::new();
    let owner = market.address();
    let nft = market.nft(&anchor_spl::token::ID, &owner);
    market.elsewhere(|market| {
        // Accounts of the first settlement, and the config of this one.
        assert_refused(
            market.create_item(&nft),
            anchor_lang::error::ErrorCode::ConstraintSeeds,
        );
    });
}

#[test]
fn what_is_not_one_token_without_decimals_is_refused() {
    for (decimals, supply) in [(0, 0), (0, 2), (0, u64::MAX), (1, 1), (255, 1)] {
        let mut market = Market::new();
        let nft = mintable(&mut market, decimals, supply);
        tokens::set_mint_authority(&mut market.world, &nft.mint, None).unwrap();
        assert_refused(market.create_item(&nft), SettlementError::NotUnique);
    }
}

#[test]
fn a_mint_that_somebody_may_mint_more_of_is_refused_until_they_give_that_up() {
    let mut market = Market::new();
    let nft = mintable(&mut market, 0, 1);
    assert_refused(market.create_item(&nft), SettlementError::CanBeMinted);
    tokens::set_mint_authority(&mut market.world, &nft.mint, None).unwrap();
    market.create_item(&nft).unwrap();
}

#[test]
fn the_edition_of_metaplex_may_have_the_mint_authority() {
    let mut market = Market::new();
    let nft = mintable(&mut market, 0, 1);
    tokens::set_mint_authority(&mut market.world, &nft.mint, Some(&edition(&nft.mint))).unwrap();
    market.create_item(&nft).unwrap();
}

#[test]
fn the_edition_of_another_mint_may_not() {
    let mut market = Market::new();
    let nft = mintable(&mut market, 0, 1);
    let other = market.address();
    tokens::set_mint_authority(&mut market.world, &nft.mint, Some(&edition(&other))).unwrap();
    assert_refused(market.create_item(&nft), SettlementError::CanBeMinted);
}

#[test]
fn an_extension_that_breaks_accounting_is_refused_by_name() {
    let mut market = Market::new();
    let program = anchor_spl::token_2022::ID;
    let delegate: tokens::Extension = (ExtensionType::PermanentDelegate, |program, mint| {
        token::initialize_permanent_delegate(program, mint, &Address::new_from_array([7; 32])).unwrap()
    });
    let mint = tokens::mint_with(&mut market.world, &program, 0, None, &[delegate]);
    let owner = market.address();
    let wallet = tokens::account(&mut market.world, &mint, &owner, 1);
    tokens::set_mint_authority(&mut market.world, &mint, None).unwrap();
    let nft = market.nft_of(mint, wallet);
    assert_refused(
        market.create_item(&nft),
        SettlementError::MintHasPermanentDelegate,
    );
}

#[test]
fn a_pause_stops_it() {
    let mut market = Market::new();
    let owner = market.user().pubkey();
    let nft = market.nft(&anchor_spl::token::ID, &owner);
    market.pause_all();
    assert_refused(market.create_item(&nft), SettlementError::Paused);
}
