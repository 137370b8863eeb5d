//! Mints and accounts are the token programs' own.

use anchor_spl::token_2022::spl_token_2022::{
    error::TokenError,
    extension::{ExtensionType, transfer_fee::instruction::initialize_transfer_fee_config},
};
use program_testing::{
    Chain, assert_refused,
    tokens::{self, TOKEN_PROGRAMS},
};
use solana_signer::Signer;

#[test]
fn tokens_of_both_programs_move() {
    for program in TOKEN_PROGRAMS {
        let mut chain = Chain::new(&[]);
        let (alice, bob) = (chain.user(), chain.user());
        let mint = tokens::mint(&mut chain, &program, &[]);
        let from = tokens::account(&mut chain, &mint, &alice.pubkey(), 100);
        let to = tokens::associated(&mut chain, &mint, &bob.pubkey());
        assert_eq!(tokens::associated(&mut chain, &mint, &bob.pubkey()), to);
        tokens::transfer(&mut chain, &from, &to, &alice, 30).unwrap();
        assert_eq!(
            (tokens::amount(&chain, &from), tokens::amount(&chain, &to)),
            (70, 30)
        );
        assert_refused(
            tokens::transfer(&mut chain, &from, &to, &bob, 30),
            TokenError::OwnerMismatch,
        );
    }
}

#[test]
fn of_an_nft_no_second_one_can_be_minted() {
    let mut chain = Chain::new(&[]);
    let owner = chain.address();
    let (mint, holder) = tokens::nft(&mut chain, &TOKEN_PROGRAMS[0], &owner);
    assert_eq!(tokens::amount(&chain, &holder), 1);
    assert_refused(
        tokens::mint_to(&mut chain, &mint, &holder, 1),
        TokenError::FixedSupply,
    );
}

#[test]
fn an_account_has_the_room_that_its_mints_extensions_want() {
    let mut chain = Chain::new(&[]);
    let (alice, bob) = (chain.user(), chain.user());
    let fee: tokens::Extension = (ExtensionType::TransferFeeConfig, |program, mint| {
        initialize_transfer_fee_config(program, mint, None, None, 100, u64::MAX).unwrap()
    });
    let mint = tokens::mint(&mut chain, &anchor_spl::token_2022::ID, &[fee]);
    let from = tokens::account(&mut chain, &mint, &alice.pubkey(), 1_000);
    let to = tokens::account(&mut chain, &mint, &bob.pubkey(), 0);
    tokens::transfer(&mut chain, &from, &to, &alice, 1_000).unwrap();
    assert_eq!(tokens::amount(&chain, &to), 990);
}
