//! Keys and clocks are the same in every run; signatures and lookup tables work as on a cluster.

use program_testing::{
    Chain, Reason, assert_refused, chain::GENESIS, derive, derive_with_lower_bump, ed25519, units,
};
use solana_address::Address;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use solana_system_interface::instruction::transfer;
use solana_transaction::TransactionError;

#[test]
fn the_same_keys_are_handed_out_in_the_same_order() {
    let keys = || {
        let mut chain = Chain::new(&[]);
        [chain.minter.pubkey(), chain.user().pubkey(), chain.address()]
    };
    let [minter, user, other] = keys();
    assert_eq!(keys(), [minter, user, other]);
    assert!(minter != user && user != other);
}

#[test]
fn another_bump_gives_another_address_that_has_no_key_either() {
    let program = anchor_spl::token::ID;
    for seed in 0..50u8 {
        let seeds: &[&[u8]] = &[b"seed", &[seed]];
        let other = derive_with_lower_bump(program, seeds);
        assert!(other != derive(program, seeds) && !other.is_on_curve());
    }
}

#[test]
fn the_clock_stands_until_it_is_set() {
    let mut chain = Chain::new(&[]);
    let user = chain.user();
    chain
        .send(&[transfer(&user.pubkey(), &user.pubkey(), 1)], &[&user])
        .unwrap();
    assert_eq!(chain.now(), GENESIS);
    chain.advance(60);
    assert_eq!(chain.now(), GENESIS + 60);
    chain.set_time(5);
    assert_eq!(chain.now(), 5);
}

#[test]
fn a_signature_is_verified_before_anything_runs() {
    let mut chain = Chain::new(&[]);
    let (user, signer) = (chain.user(), chain.key());
    let sent = chain.send(&[ed25519::verify(&signer, b"message")], &[&user]);
    assert_eq!(units(&sent), 0);
    let mut signature = *signer.sign_message(b"message").as_array();
    signature[0] ^= 1;
    let forged = ed25519::verify_signature(&signer, b"message", &signature);
    let failed = chain.send(&[forged], &[&user]).unwrap_err();
    assert!(matches!(failed.err, TransactionError::InstructionError(0, _)));
}

#[test]
fn a_lookup_table_makes_room_for_fifty_accounts() {
    let mut chain = Chain::new(&[]);
    let user = chain.user();
    let to: Vec<Address> = (0..50).map(|_| chain.address()).collect();
    let transfers: Vec<_> = to
        .iter()
        .map(|to| transfer(&user.pubkey(), to, 1_000_000))
        .collect();
    let table = chain.lookup_table(&to);
    chain.send_with(&[table], &transfers, &[&user]).unwrap();
    assert!(to.iter().all(|to| chain.lamports(to) == 1_000_000));
}

#[test]
#[should_panic(expected = "do not fit into a packet")]
fn a_transaction_larger_than_a_packet_is_not_sent() {
    let mut chain = Chain::new(&[]);
    let user = chain.user();
    let transfers: Vec<_> = (0..60)
        .map(|_| transfer(&user.pubkey(), &chain.address(), 1))
        .collect();
    let _ = chain.send_with(&[], &transfers, &[&user]);
}

#[test]
fn a_refusal_is_compared_with_its_reason() {
    let mut chain = Chain::new(&[]);
    let user = chain.user();
    let too_much = transfer(&user.pubkey(), &chain.address(), u64::MAX);
    // The system program's ResultWithNegativeLamports.
    assert_refused(chain.send(&[too_much], &[&user]), InstructionError::Custom(1));
}

#[test]
fn errors_of_anchor_tokens_and_runtime_are_reasons() {
    use anchor_lang::error::ErrorCode;
    use anchor_spl::token_2022::spl_token_2022::error::TokenError;
    let custom = |code: u32| InstructionError::Custom(code).refusal();
    assert_eq!(ErrorCode::AccountNotSigner.refusal(), custom(3010));
    assert_eq!(TokenError::OwnerMismatch.refusal(), custom(4));
    assert_eq!(
        InstructionError::InvalidAccountData.refusal(),
        InstructionError::InvalidAccountData.refusal()
    );
    assert_ne!(InstructionError::InvalidAccountData.refusal(), custom(0));
}
