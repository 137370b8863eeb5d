//! The eleven classes of coral-xyz/sealevel-attacks, each tried against this program.

use anchor_lang::error::ErrorCode;
use anchor_spl::token_2022::spl_token_2022::error::TokenError;
use program_testing::{ALREADY_IN_USE, SYSTEM_PROGRAM, assert_refused, assert_refused_at, idl};
use solana_address::Address;
use solana_signer::Signer;
use staking::error::StakingError;
use staking::seeds::POSITION_SEED;
use staking::{ID, accounts, instruction as call};

use crate::world::{FUNDS, World, instruction_of, open_accounts};

#[test]
fn c00_signer_authorization() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 10).unwrap();
    let mut exit = instruction_of(world.exit_accounts(&alice), call::Exit {});
    exit.accounts[0].is_signer = false;
    let mallory = world.chain.user();
    assert_refused(
        world.chain.send(&[exit], &[&mallory]),
        ErrorCode::AccountNotSigner,
    );
}

#[test]
fn c01_account_data_matching() {
    let (mut world, alice) = World::with_alice();
    let mallory = world.staker(0);
    world.stake(&alice, 10).unwrap();
    // Mallory signs for Alice's position.
    let accounts = accounts::Unstake {
        owner: mallory.owner.pubkey(),
        ..world.unstake_accounts(&alice)
    };
    let result = world.call(accounts, call::Unstake { amount: 10 }, &[&mallory.owner]);
    assert_refused(result, StakingError::NotPositionOwner);
}

#[test]
fn c02_owner_checks() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 10).unwrap();
    // The same bytes, but not written by this program.
    let position = world.chain.copy_of(&alice.position, SYSTEM_PROGRAM);
    let accounts = accounts::Unstake {
        position,
        ..world.unstake_accounts(&alice)
    };
    let result = world.call(accounts, call::Unstake { amount: 10 }, &[&alice.owner]);
    assert_refused(result, ErrorCode::AccountOwnedByWrongProgram);
}

#[test]
fn c03_type_cosplay() {
    let (mut world, alice) = World::with_alice();
    let accounts = accounts::Unstake {
        pool: alice.position,
        ..world.unstake_accounts(&alice)
    };
    let result = world.call(accounts, call::Unstake { amount: 10 }, &[&alice.owner]);
    assert_refused(result, ErrorCode::AccountDiscriminatorMismatch);
}

#[test]
fn c04_initialization() {
    let (mut world, alice) = World::with_alice();
    assert_refused(world.create(world.args()), ALREADY_IN_USE);
    let accounts = open_accounts(&world.pool, &alice.owner, 0);
    let result = world.call(accounts, call::OpenPosition { tier: 0 }, &[&alice.owner]);
    assert_refused(result, ALREADY_IN_USE);
}

#[test]
fn c04_lamports_sent_to_an_address_beforehand_keep_nobody_out() {
    let mut world = World::untouched();
    let (mallory, owner) = (world.chain.user(), world.chain.user());
    let position = open_accounts(&world.pool, &owner, 0).position;
    for address in [world.pool.pool, world.pool.stakes, world.pool.rewards, position] {
        let sent = solana_system_interface::instruction::transfer(&mallory.pubkey(), &address, 1_000_000);
        world.chain.send(&[sent], &[&mallory]).unwrap();
    }
    world.create(world.args()).unwrap();
    world.open(&world.pool.clone(), &owner, 0);
}

#[test]
fn c05_arbitrary_cpi() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 10).unwrap();
    for token_program in [SYSTEM_PROGRAM, ID] {
        let accounts = accounts::Stake {
            token_program,
            ..world.stake_accounts(&alice)
        };
        let result = world.call(accounts, call::Stake { amount: 10 }, &[&alice.owner]);
        assert_refused(result, ErrorCode::InvalidProgramId);
    }
}

#[test]
fn c06_duplicate_mutable_accounts() {
    let mut world = World::with_one_mint();
    let alice = world.staker(0);
    world.stake(&alice, 600).unwrap();
    world.fund(10_000).unwrap();
    world.chain.advance(10);
    // One vault in the place of both.
    for vault in [world.pool.stakes, world.pool.rewards] {
        let accounts = accounts::Compound {
            stakes: vault,
            rewards: vault,
            ..world.compound_accounts(&alice)
        };
        let result = world.call(accounts, call::Compound {}, &[&alice.owner]);
        assert!(result.is_err());
    }
    // Staking from the pool's own account into itself.
    let accounts = accounts::Stake {
        source: world.pool.stakes,
        ..world.stake_accounts(&alice)
    };
    let result = world.call(accounts, call::Stake { amount: 10 }, &[&alice.owner]);
    assert_refused(result, TokenError::OwnerMismatch);
    assert_eq!(
        (
            world.tokens(&world.pool.stakes),
            world.tokens(&world.pool.rewards)
        ),
        (600, 10_000)
    );
}

#[test]
fn c07_bump_seed_canonicalization() {
    let mut world = World::new();
    let owner = world.chain.user();
    let key = owner.pubkey();
    let seeds: [&[u8]; 4] = [POSITION_SEED, world.pool.pool.as_ref(), key.as_ref(), &[0]];
    let (_, canonical) = Address::find_program_address(&seeds, &ID);
    // Another bump would give the same owner a second position in a tier.
    let [a, b, c, d] = seeds;
    let second = (0..canonical)
        .rev()
        .find_map(|bump| Address::create_program_address(&[a, b, c, d, &[bump]], &ID).ok())
        .unwrap();
    let accounts = accounts::OpenPosition {
        position: second,
        ..open_accounts(&world.pool, &owner, 0)
    };
    let result = world.call(accounts, call::OpenPosition { tier: 0 }, &[&owner]);
    assert_refused(result, ErrorCode::ConstraintSeeds);
}

#[test]
fn c08_pda_sharing() {
    let (mut world, alice) = World::with_alice();
    let (other, _) = world.other_pool();
    world.stake(&alice, 10).unwrap();
    // The other pool's signature and position, on this pool's tokens.
    let position = world.open(&other, &alice.owner, 0);
    world.unstake(&alice, 10).unwrap();
    let accounts = accounts::Withdraw {
        pool: other.pool,
        position,
        ..world.withdraw_accounts(&alice)
    };
    let result = world.call(accounts, call::Withdraw {}, &[&alice.owner]);
    assert_refused(result, StakingError::WrongVault);
}

#[test]
fn c09_closing_accounts() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 10).unwrap();
    world.fund(1_000).unwrap();
    world.chain.advance(500);
    world.exit(&alice).unwrap();
    // Kept alive with lamports within the transaction, it is no position any more.
    let close = instruction_of(world.close_accounts(&alice), call::ClosePosition {});
    let revive =
        solana_system_interface::instruction::transfer(&alice.owner.pubkey(), &alice.position, 10_000_000);
    let stake = instruction_of(world.stake_accounts(&alice), call::Stake { amount: 10 });
    let result = world.chain.send(&[close.clone(), revive, stake], &[&alice.owner]);
    assert_refused_at(result, 2, ErrorCode::AccountOwnedByWrongProgram);

    // Opened again it has no past.
    world.chain.send(&[close], &[&alice.owner]).unwrap();
    world.open(&world.pool.clone(), &alice.owner, 0);
    assert!(world.position(&alice).is_empty());
    assert_refused(world.claim(&alice), StakingError::NothingEarned);
    world.stake(&alice, 10).unwrap();
    assert_refused(world.claim(&alice), StakingError::NothingEarned);
    assert_eq!(world.tokens(&alice.tokens), FUNDS - 10);
}

#[test]
fn c10_sysvar_address_checking() {
    // The clock is asked of the runtime: there is no account that could stand in for it.
    for instruction in idl::instructions("staking") {
        for account in instruction.accounts {
            assert!(
                !["clock", "rent", "instructions"].contains(&account.as_str()),
                "{account}"
            );
        }
    }
}
