use program_testing::events::by_call;
use program_testing::units;
use session_keys::error::SessionKeysError;
use session_keys::events::AllRevoked;
use solana_signer::Signer;

use crate::world::*;

#[test]
fn every_session_ends_at_once_at_the_same_cost() {
    let mut costs = Vec::new();
    for count in [1, 16] {
        let mut world = World::new();
        let keys: Vec<_> = (0..count).map(|_| world.session()).collect();
        let owner = world.owner.insecure_clone();
        let result = world.revoke_all(&owner);
        costs.push(units(&result));
        let [event] = &by_call::<AllRevoked>(&result.unwrap())[..] else {
            panic!("one event")
        };
        assert_eq!((event.owner, event.epoch), (owner.pubkey(), 1));
        for key in &keys {
            world.assert_unchanged(SessionKeysError::EpochOver, |world| world.pay(key, 1));
        }
    }
    assert_eq!(costs[0], costs[1]);
}

#[test]
fn sessions_of_the_new_epoch_live() {
    let (mut world, old) = World::with_session();
    let owner = world.owner.insecure_clone();
    world.revoke_all(&owner).unwrap();
    let new = world.session();
    world.pay(&new, 1).unwrap();
    world.assert_unchanged(SessionKeysError::EpochOver, |world| world.pay(&old, 1));
    world.revoke_all(&owner).unwrap();
    world.assert_unchanged(SessionKeysError::EpochOver, |world| world.pay(&new, 1));
    assert_eq!(world.stored().0.epoch, 2);
}

#[test]
fn a_session_key_cannot_and_neither_can_a_stranger() {
    let (mut world, key) = World::with_session();
    let stranger = world.chain.user();
    let grants = world.grants();
    for by in [&key, &stranger] {
        let mut revoke = revoke_all(by);
        revoke.accounts[1].pubkey = grants;
        world.assert_unchanged(SessionKeysError::NotOwner, |world| {
            world.chain.send(&[revoke], &[by])
        });
    }
    world.pay(&key, 1).unwrap();
}

#[test]
fn the_last_epoch_is_the_last() {
    let (mut world, _) = World::with_session();
    world
        .chain
        .overwrite(&world.grants(), 72, &u64::MAX.to_le_bytes());
    world.assert_unchanged(SessionKeysError::Overflow, |world| {
        world.revoke_all(&world.owner.insecure_clone())
    });
}
