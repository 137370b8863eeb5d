//! What a program accepts by mistake is found, tried with a transfer of the token program.

use anchor_spl::token::spl_token::instruction::transfer_checked;
use program_testing::{
    Chain, ed25519,
    substitution::{FOREIGN, STRANGER, Substitutions},
    tokens::{self, DECIMALS},
};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

const NAMES: [&str; 4] = ["source", "mint", "destination", "owner"];

/// Alice pays Bob 10 of her 100.
fn payment() -> (Chain, Keypair, Instruction, Address) {
    let mut chain = Chain::new(&[]);
    let (alice, bob) = (chain.user(), chain.user());
    let token = anchor_spl::token::ID;
    let mint = tokens::mint(&mut chain, &token, &[]);
    let from = tokens::account(&mut chain, &mint, &alice.pubkey(), 100);
    let to = tokens::account(&mut chain, &mint, &bob.pubkey(), 0);
    let call = transfer_checked(&token, &from, &mint, &to, &alice.pubkey(), &[], 10, DECIMALS).unwrap();
    (chain, alice, call, bob.pubkey())
}

#[test]
fn what_is_wrong_is_refused_and_what_is_harmless_is_not() {
    let (mut chain, alice, call, bob) = payment();
    let source = call.accounts[0].pubkey;
    let bobs = tokens::account(&mut chain, &call.accounts[1].pubkey, &bob, 100);
    Substitutions::named("spl_token", &NAMES, &call, &[&alice])
        .wrong("source", bobs)
        .harmless("destination", "source")
        .assert_refused(&mut chain);
    // Of all the calls only the right one has stayed.
    assert_eq!(tokens::amount(&chain, &source), 90);
}

#[test]
fn what_comes_before_the_call_is_sent_with_it() {
    let (mut chain, alice, call, _) = payment();
    let before = ed25519::verify(&alice, b"message");
    Substitutions::named("spl_token", &NAMES, &call, &[&alice])
        .after(&[before])
        .harmless("destination", "source")
        .assert_refused(&mut chain);
}

#[test]
#[should_panic(expected = "spl_token:\n  accepts source as destination")]
fn what_is_accepted_is_reported() {
    let (mut chain, alice, call, _) = payment();
    Substitutions::named("spl_token", &NAMES, &call, &[&alice]).assert_refused(&mut chain);
}

#[test]
#[should_panic(expected = "refuses foreign as mint")]
fn what_is_called_harmless_and_refused_is_reported() {
    let (mut chain, alice, call, _) = payment();
    Substitutions::named("spl_token", &NAMES, &call, &[&alice])
        .harmless("destination", "source")
        .harmless("mint", FOREIGN)
        .assert_refused(&mut chain);
}

#[test]
#[should_panic(expected = "is never given stranger as mint")]
fn what_is_called_harmless_and_never_tried_is_reported() {
    let (mut chain, alice, call, _) = payment();
    Substitutions::named("spl_token", &NAMES, &call, &[&alice])
        .harmless("destination", "source")
        .harmless("mint", STRANGER)
        .assert_refused(&mut chain);
}

#[test]
#[should_panic(expected = "refuses the right call")]
fn a_call_that_never_goes_through_proves_nothing() {
    let (mut chain, alice, mut call, _) = payment();
    call.data.truncate(1);
    Substitutions::named("spl_token", &NAMES, &call, &[&alice]).assert_refused(&mut chain);
}
