//! `set_guardian`: another key may pause.

use program_testing::{assert_refused, events, substitution::Substitutions};
use solana_address::Address;
use solana_signer::Signer;
use staking::error::StakingError;
use staking::events::GuardianSet;
use staking::instruction as call;

use crate::world::{World, instruction_of};

#[test]
fn the_new_guardian_can_pause_and_the_old_one_cannot() {
    let mut world = World::new();
    let (admin, old, new) = (
        world.admin.insecure_clone(),
        world.guardian.insecure_clone(),
        world.chain.user(),
    );
    let guardian = new.pubkey();
    let done = world.administer(&admin, call::SetGuardian { guardian }).unwrap();
    let [event] = events::by_log::<GuardianSet>(&done).try_into().ok().unwrap();
    assert_eq!((event.pool, event.guardian), (world.pool.pool, guardian));
    assert_refused(world.pause(&old), StakingError::NotGuardian);
    world.pause(&new).unwrap();
}

#[test]
fn all_zeros_are_refused() {
    let mut world = World::new();
    let admin = world.admin.insecure_clone();
    let guardian = Address::default();
    assert_refused(
        world.administer(&admin, call::SetGuardian { guardian }),
        StakingError::MissingKey,
    );
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::new();
    let (other, _) = world.other_pool();
    let admin = world.admin.insecure_clone();
    let accounts = staking::accounts::Administer {
        admin: admin.pubkey(),
        pool: world.pool.pool,
    };
    let guardian = other.pool;
    let call = instruction_of(accounts, call::SetGuardian { guardian });
    Substitutions::new("staking", &call, &[&admin])
        .wrong("pool", other.pool)
        .assert_refused(&mut world.chain);
}
