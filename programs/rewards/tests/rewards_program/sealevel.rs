//! Of the eleven classes of coral-xyz/sealevel-attacks those that concern several instructions at once; where the
//! others are tested is in `docs/security.md`.

use anchor_lang::error::ErrorCode;
use program_testing::{assert_refused, assert_refused_at, derive_with_lower_bump, instruction};
use rewards::instructions::IssueOrderRewardArgs;
use rewards::seeds::{ALLOCATION_SEED, CLAIM_SEED, DISTRIBUTION_SEED, ORDER_SEED, TOKENS_SEED};
use rewards::state::Kind;
use rewards::{ID, accounts, instruction as call};
use solana_address::Address;
use solana_signer::Signer;
use solana_system_interface::instruction::transfer;

use crate::accounts::{allocation_of, record_of};
use crate::world::World;

fn second(seeds: &[&[u8]]) -> Address {
    derive_with_lower_bump(ID, seeds)
}

// With two addresses a recipient could be promised, and claim, everything twice.

#[test]
fn a_distribution_and_its_tokens_have_one_address() {
    let mut world = World::new();
    let args = world.args(Kind::Direct);
    let right = world.create_accounts(args.id);
    let creator = world.creator.pubkey();
    let id = args.id.to_le_bytes();
    let distribution = second(&[DISTRIBUTION_SEED, creator.as_ref(), &id]);
    let tokens = second(&[TOKENS_SEED, right.distribution.as_ref()]);
    for accounts in [
        accounts::CreateDistribution {
            distribution,
            ..right
        },
        accounts::CreateDistribution { tokens, ..right },
    ] {
        let result = world.call(accounts, call::CreateDistribution { args }, &[]);
        assert_refused(result, ErrorCode::ConstraintSeeds);
    }
}

#[test]
fn an_allocation_has_one_address() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Direct), world.recipient());
    world.allocate(&pot, &alice, 10).unwrap();
    let address = alice.address();
    let accounts = accounts::Allocate {
        allocation: second(&[ALLOCATION_SEED, pot.distribution.as_ref(), address.as_ref()]),
        ..world.allocate_accounts(&pot, &address)
    };
    let result = world.call(accounts, call::Allocate { amount: 10 }, &[]);
    assert_refused(result, ErrorCode::ConstraintSeeds);
}

#[test]
fn an_order_has_one_address() {
    let mut world = World::new();
    let (pot, alice, order) = (world.pot(Kind::Orders), world.recipient(), [1; 32]);
    world.issue(&pot, &alice, order, 10).unwrap();
    let accounts = accounts::IssueOrderReward {
        allocation: second(&[ORDER_SEED, pot.distribution.as_ref(), &order]),
        ..world.issue_accounts(&pot, &alice.address(), &order)
    };
    let args = IssueOrderRewardArgs { order, amount: 10 };
    let result = world.call(accounts, call::IssueOrderReward { args }, &[]);
    assert_refused(result, ErrorCode::ConstraintSeeds);
}

#[test]
fn a_claim_record_has_one_address() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Merkle), world.recipient());
    world.open(&pot, &alice).unwrap();
    let address = alice.address();
    let accounts = accounts::OpenClaim {
        record: second(&[CLAIM_SEED, pot.distribution.as_ref(), address.as_ref()]),
        ..world.open_accounts(&pot, &address)
    };
    let result = world.call(accounts, call::OpenClaim {}, &[]);
    assert_refused(result, ErrorCode::ConstraintSeeds);
}

// Lamports sent within the transaction keep a closed account's bytes until its end.

#[test]
fn records_that_were_closed_cannot_be_kept_alive_with_lamports() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Direct), world.recipient());
    world.allocate(&pot, &alice, 10).unwrap();
    world.claim(&pot, &alice).unwrap();
    world.close(&pot).unwrap();
    let allocation = allocation_of(&pot.distribution, &alice.address());
    let accounts = world.close_allocation_accounts(&pot, allocation);
    let close = instruction(ID, accounts, call::CloseAllocation {});
    let revive = transfer(&world.payer.pubkey(), &allocation, 10_000_000);
    let twice = [close.clone(), revive, close];
    let result = world.chain.send(&twice, &[&world.payer]);
    assert_refused_at(result, 2, ErrorCode::AccountOwnedByWrongProgram);

    let merkle = world.pot(Kind::Merkle);
    world.open(&merkle, &alice).unwrap();
    world.close(&merkle).unwrap();
    let record = record_of(&merkle.distribution, &alice.address());
    let accounts = world.close_claim_accounts(&merkle, &alice.address());
    let close = instruction(ID, accounts, call::CloseClaim {});
    let revive = transfer(&world.payer.pubkey(), &record, 10_000_000);
    let twice = [close.clone(), revive, close];
    let result = world.chain.send(&twice, &[&world.payer]);
    assert_refused_at(result, 2, ErrorCode::AccountOwnedByWrongProgram);
}
