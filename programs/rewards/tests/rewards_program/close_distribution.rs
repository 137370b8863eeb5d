//! `close_distribution`: when nothing is promised any more, everything goes back, and the address is never used again.

use anchor_lang::Discriminator;
use anchor_lang::error::ErrorCode;
use program_testing::substitution::Substitutions;
use program_testing::tokens::{self, TOKEN_PROGRAMS};
use program_testing::{ALREADY_IN_USE, assert_refused, events, instruction};
use rewards::ID;
use rewards::error::RewardsError;
use rewards::events::DistributionClosed;
use rewards::instruction as call;
use rewards::instructions::CreateDistributionArgs;
use rewards::state::{ClosedDistribution, Kind};
use solana_signer::Signer;

use crate::world::*;

/// Alice is paid 600 of 1,000; nothing else is promised.
fn finished(token_program: solana_address::Address) -> (World, Pot, Recipient) {
    let mut world = World::with(token_program);
    let pot = world.pot(Kind::Direct);
    let alice = world.recipient();
    world.allocate(&pot, &alice, 600).unwrap();
    world.claim(&pot, &alice).unwrap();
    (world, pot, alice)
}

#[test]
fn leftovers_and_rent_go_back() {
    for token_program in TOKEN_PROGRAMS {
        let (mut world, pot, _) = finished(token_program);
        // Sent without funding: it would keep the token account open.
        tokens::mint_to(&mut world.chain, &world.mint, &pot.tokens, 50).unwrap();
        let rents = world.chain.lamports(&pot.distribution) + world.chain.lamports(&pot.tokens);
        let before = world.chain.lamports(&world.payer.pubkey());
        let friend = world.chain.user();
        let close = instruction(ID, world.close_accounts(&pot), call::CloseDistribution {});
        let creator = world.creator.insecure_clone();
        let done = world.chain.send(&[close], &[&friend, &creator]).unwrap();

        assert_eq!(world.amount(&world.source), PURSE - 600 + 50);
        assert!(!world.chain.exists(&pot.tokens));
        assert_eq!(
            world.chain.data(&pot.distribution),
            ClosedDistribution::DISCRIMINATOR
        );
        let kept = world.chain.svm.minimum_balance_for_rent_exemption(8);
        assert_eq!(world.chain.lamports(&pot.distribution), kept);
        assert_eq!(world.chain.lamports(&world.payer.pubkey()), before + rents - kept);

        let [event] = events::by_call::<DistributionClosed>(&done)
            .try_into()
            .ok()
            .unwrap();
        assert_eq!((event.distribution, event.mint), (pot.distribution, world.mint));
        assert_eq!((event.destination, event.amount), (world.source, 450));
    }
}

#[test]
fn an_empty_one_can_be_closed() {
    let mut world = World::new();
    world.create(world.args(Kind::Merkle)).unwrap();
    let pot = world.pot_of(0);
    world.close(&pot).unwrap();
    assert!(!world.chain.exists(&pot.tokens));
}

#[test]
fn while_something_is_promised_it_is_refused() {
    let mut world = World::new();
    let deadline = world.chain.now() + DAY;
    let pot = world.pot_with(CreateDistributionArgs {
        deadline,
        ..world.args(Kind::Direct)
    });
    let (alice, bob) = (world.recipient(), world.recipient());
    world.allocate(&pot, &alice, 600).unwrap();
    world.allocate(&pot, &bob, 1).unwrap();
    assert_refused(world.close(&pot), RewardsError::StillPromised);
    world.claim(&pot, &alice).unwrap();
    assert_refused(world.close(&pot), RewardsError::StillPromised);
    world.chain.set_time(deadline);
    assert_refused(world.close(&pot), RewardsError::StillPromised);
    world.clawback(&pot).unwrap();
    world.close(&pot).unwrap();
}

#[test]
fn a_published_total_keeps_it_open() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Merkle), world.recipient());
    world.open(&pot, &alice).unwrap();
    let rewards = world.publish_rewards(&pot, &[(&alice, 600)]);
    assert_refused(world.close(&pot), RewardsError::StillPromised);
    world.claim_merkle(&pot, &alice, rewards.claim(0)).unwrap();
    world.close(&pot).unwrap();
}

#[test]
fn the_address_is_never_used_again() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Merkle), world.recipient());
    let args = CreateDistributionArgs {
        id: 0,
        ..world.args(Kind::Merkle)
    };
    world.open(&pot, &alice).unwrap();
    let rewards = world.publish_rewards(&pot, &[(&alice, 600)]);
    world.claim_merkle(&pot, &alice, rewards.claim(0)).unwrap();
    world.close(&pot).unwrap();

    assert_refused(world.create(args), ALREADY_IN_USE);
    // Not with more lamports either.
    world.chain.fund(&pot.distribution);
    assert_refused(world.create(args), ALREADY_IN_USE);

    // And nothing that takes a distribution takes what is left of it.
    let mismatch = ErrorCode::AccountDiscriminatorMismatch;
    assert_refused(world.close(&pot), mismatch);
    let results = [
        world.fund(&pot, 1),
        world.defund(&pot, 1),
        world.clawback(&pot),
        world.publish(&pot, [1; 32], 1, 2),
        world.claim_merkle(&pot, &alice, rewards.claim(0)),
    ];
    for result in results {
        assert_refused(result, ErrorCode::AccountDiscriminatorMismatch);
    }
    let bob = world.recipient();
    assert_refused(world.open(&pot, &bob), ErrorCode::AccountDiscriminatorMismatch);
}

#[test]
fn it_cannot_be_revived_in_the_same_transaction() {
    let (mut world, pot, _) = finished(anchor_spl::token::ID);
    let close = instruction(ID, world.close_accounts(&pot), call::CloseDistribution {});
    let args = CreateDistributionArgs {
        id: 0,
        ..world.args(Kind::Direct)
    };
    let create = instruction(ID, world.create_accounts(0), call::CreateDistribution { args });
    let signers = [&world.payer, &world.creator];
    let result = world.chain.send(&[close, create], &signers);
    program_testing::assert_refused_at(result, 1, ALREADY_IN_USE);
    assert_eq!(world.totals(&pot), totals(1_000, 600, 600, 0));
}

#[test]
fn neither_authority_nor_stranger_may() {
    let (mut world, pot, _) = finished(anchor_spl::token::ID);
    for somebody in [world.authority.insecure_clone(), world.chain.user()] {
        let mut accounts = world.close_accounts(&pot);
        accounts.creator = somebody.pubkey();
        let call = instruction(ID, accounts, call::CloseDistribution {});
        let result = world.chain.send(&[call], &[&world.payer, &somebody]);
        assert_refused(result, RewardsError::NotCreator);
    }
}

#[test]
fn tokens_that_vanish_are_noticed() {
    let (mut world, pot, _) = finished(anchor_spl::token::ID);
    // Behind the program's back: the amount follows mint and owner.
    world.chain.overwrite(&pot.tokens, 32 + 32, &399u64.to_le_bytes());
    assert_refused(world.close(&pot), RewardsError::TokensShort);
}

#[test]
fn accounts_that_do_not_belong_are_refused() {
    let (mut world, pot, alice) = finished(anchor_spl::token::ID);
    let other = world.pot(Kind::Direct);
    let other_mint = tokens::mint(&mut world.chain, &world.token_program, &[]);
    let of_other_mint = tokens::account(&mut world.chain, &other_mint, &alice.address(), 0);
    let call = instruction(ID, world.close_accounts(&pot), call::CloseDistribution {});
    let creator = world.creator.insecure_clone();
    Substitutions::new("rewards", &call, &[&creator])
        .wrong("payer", world.authority.pubkey())
        .wrong("distribution", other.distribution)
        .wrong("tokens", other.tokens)
        .wrong("tokens", alice.tokens)
        .wrong("mint", other_mint)
        .wrong("destination", of_other_mint)
        .assert_refused(&mut world.chain);
}
