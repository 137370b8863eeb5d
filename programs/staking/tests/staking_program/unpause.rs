//! `unpause`: only the admin lets in again, and not before everybody had a day to leave.

use program_testing::{assert_refused, assert_refused_at, events, substitution::Substitutions, tokens};
use solana_signer::Signer;
use staking::error::StakingError;
use staking::events::Unpaused;
use staking::instruction as call;
use staking::state::MIN_PAUSE;

use crate::world::{FUNDS, LOCKED, Staker, World, instruction_of};

#[test]
fn the_admin_ends_a_pause_after_a_day_and_not_a_second_before() {
    let mut world = World::new();
    let (admin, guardian) = (world.admin.insecure_clone(), world.guardian.insecure_clone());
    world.pause(&guardian).unwrap();
    for seconds in [0, MIN_PAUSE - 1] {
        world.chain.advance(seconds);
        assert_refused(world.unpause(), StakingError::PauseTooShort);
    }
    // A clock that goes back ends it no earlier.
    world.chain.advance(-MIN_PAUSE);
    assert_refused(world.unpause(), StakingError::PauseTooShort);
    world.chain.advance(MIN_PAUSE + 1);
    let done = world.unpause().unwrap();
    assert_eq!(world.state().paused, 0);
    let [event] = events::by_log::<Unpaused>(&done).try_into().ok().unwrap();
    assert_eq!((event.pool, event.by), (world.pool.pool, admin.pubkey()));

    // The next pause lasts a day again.
    world.pause(&guardian).unwrap();
    assert_refused(world.unpause(), StakingError::PauseTooShort);
}

#[test]
fn an_admin_cannot_leave_a_lock_alone_in_one_transaction() {
    let mut world = World::new();
    let (owner, keys) = (world.admin.insecure_clone(), world.pool);
    let admin = Staker {
        position: world.open(&keys, &owner, LOCKED),
        tokens: tokens::account(&mut world.chain, &keys.stake_mint, &owner.pubkey(), FUNDS),
        rewards: world.treasury,
        owner,
    };
    let bob = world.staker(LOCKED);
    for staker in [&admin, &bob] {
        world.stake(staker, 1_000).unwrap();
    }
    world.fund(10_000).unwrap();
    world.chain.advance(10);

    let key = &admin.owner;
    let claim = instruction_of(world.claim_accounts(&admin), call::Claim {});
    let pause = instruction_of(world.pause_accounts(key), call::Pause {});
    let leave = instruction_of(world.withdraw_accounts(&admin), call::EmergencyWithdraw {});
    let unpause = instruction_of(world.administer_accounts(key), call::Unpause {});
    let result = world
        .chain
        .send(&[claim.clone(), pause.clone(), leave.clone(), unpause], &[key]);
    assert_refused_at(result, 3, StakingError::PauseTooShort);
    assert_eq!(world.position(&admin).staked, 1_000);
    assert!(!world.state().is_paused());

    // Without its end it works, and then everybody can do the same for a day.
    world.chain.send(&[claim, pause, leave], &[key]).unwrap();
    world.chain.advance(MIN_PAUSE - 1);
    assert_refused(world.unpause(), StakingError::PauseTooShort);
    world.emergency_withdraw(&bob).unwrap();
    assert_eq!(world.tokens(&bob.tokens), FUNDS);
}

#[test]
fn the_guardian_can_only_stop() {
    let mut world = World::new();
    let guardian = world.guardian.insecure_clone();
    world.pause(&guardian).unwrap();
    world.chain.advance(MIN_PAUSE);
    assert_refused(
        world.administer(&guardian, call::Unpause {}),
        StakingError::NotAdmin,
    );
}

#[test]
fn a_pool_that_is_open_is_refused() {
    let mut world = World::new();
    assert_refused(world.unpause(), StakingError::NotPaused);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::new();
    let (other, _) = world.other_pool();
    let admin = world.admin.insecure_clone();
    world.pause(&admin).unwrap();
    world.chain.advance(MIN_PAUSE);
    let unpause = instruction_of(world.administer_accounts(&admin), call::Unpause {});
    Substitutions::new("staking", &unpause, &[&admin])
        .wrong("pool", other.pool)
        .assert_refused(&mut world.chain);
}
