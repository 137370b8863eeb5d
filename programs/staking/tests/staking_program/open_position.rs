//! `open_position`: an empty position in a tier of the pool, once.

use anchor_lang::error::ErrorCode;
use program_testing::{ALREADY_IN_USE, assert_refused, events, substitution::Substitutions};
use solana_signer::Signer;
use staking::error::StakingError;
use staking::events::PositionOpened;
use staking::instruction as call;
use staking::state::Position;

use crate::world::{LOCKED, World, instruction_of, open_accounts};

#[test]
fn a_position_is_empty_and_of_its_tier() {
    let mut world = World::new();
    let owner = world.chain.user();
    let accounts = open_accounts(&world.pool, &owner, LOCKED);
    let done = world
        .call(accounts, call::OpenPosition { tier: LOCKED }, &[&owner])
        .unwrap();
    let position: Position = world.chain.read_zero_copy(&accounts.position);
    assert_eq!(
        (position.pool, position.owner, position.tier),
        (world.pool.pool, owner.pubkey(), LOCKED)
    );
    assert!(position.is_empty());
    assert_eq!((position.unlocks_at, position.cooled_at), (0, 0));

    let [event] = events::by_log::<PositionOpened>(&done).try_into().ok().unwrap();
    assert_eq!(
        (event.pool, event.position, event.owner, event.tier),
        (world.pool.pool, accounts.position, owner.pubkey(), LOCKED)
    );
}

#[test]
fn tiers_of_one_owner_are_apart() {
    let (mut world, alice) = World::with_alice();
    let locked = world.open(&world.pool.clone(), &alice.owner, LOCKED);
    world.stake(&alice, 10).unwrap();
    let position: Position = world.chain.read_zero_copy(&locked);
    assert_eq!((position.staked, world.position(&alice).staked), (0, 10));
}

#[test]
fn it_is_opened_once() {
    let (mut world, alice) = World::with_alice();
    world.stake(&alice, 10).unwrap();
    let accounts = open_accounts(&world.pool, &alice.owner, 0);
    let result = world.call(accounts, call::OpenPosition { tier: 0 }, &[&alice.owner]);
    assert_refused(result, ALREADY_IN_USE);
    assert_eq!(world.position(&alice).staked, 10);
}

#[test]
fn tiers_that_the_pool_does_not_have_are_refused() {
    let mut world = World::new();
    let owner = world.chain.user();
    for tier in [3, 8, u8::MAX] {
        let accounts = open_accounts(&world.pool, &owner, tier);
        let result = world.call(accounts, call::OpenPosition { tier }, &[&owner]);
        assert_refused(result, StakingError::UnknownTier);
    }
    world.open(&world.pool.clone(), &owner, 2);
}

#[test]
fn the_address_is_of_this_tier() {
    let mut world = World::new();
    let owner = world.chain.user();
    let accounts = open_accounts(&world.pool, &owner, 0);
    let result = world.call(accounts, call::OpenPosition { tier: LOCKED }, &[&owner]);
    assert_refused(result, ErrorCode::ConstraintSeeds);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::new();
    let owner = world.chain.user();
    let (other, _) = world.other_pool();
    let call = instruction_of(
        open_accounts(&world.pool, &owner, 0),
        call::OpenPosition { tier: 0 },
    );
    Substitutions::new("staking", &call, &[&owner])
        .wrong("pool", other.pool)
        .assert_refused(&mut world.chain);
}
