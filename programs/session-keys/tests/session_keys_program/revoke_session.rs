use program_testing::events::by_call;
use session_keys::error::SessionKeysError;
use session_keys::events::SessionRevoked;
use solana_signer::Signer;

use crate::world::*;

#[test]
fn the_owner_ends_one_session_and_no_other() {
    let (mut world, key) = World::with_session();
    let other = world.session();
    let owner = world.owner.insecure_clone();
    let done = world.revoke(&owner, &key).unwrap();
    world.assert_unchanged(SessionKeysError::SessionRevoked, |world| world.pay(&key, 1));
    world.pay(&other, 1).unwrap();

    let [event] = &by_call::<SessionRevoked>(&done)[..] else {
        panic!("one event")
    };
    assert_eq!((event.owner, event.session), (owner.pubkey(), key.pubkey()));
    assert_eq!(event.by, owner.pubkey());
}

#[test]
fn a_session_key_ends_its_own_session() {
    let (mut world, key) = World::with_session();
    let done = world.revoke(&key, &key).unwrap();
    assert_eq!(by_call::<SessionRevoked>(&done)[0].by, key.pubkey());
    world.assert_unchanged(SessionKeysError::SessionRevoked, |world| world.pay(&key, 1));
}

#[test]
fn strangers_and_other_sessions_end_nothing() {
    let (mut world, key) = World::with_session();
    let sibling = world.session();
    let stranger = world.chain.user();
    for by in [&sibling, &stranger] {
        world.assert_unchanged(SessionKeysError::NotOwnerOrSession, |world| {
            world.revoke(by, &key)
        });
    }
}

#[test]
fn once_is_enough() {
    let (mut world, key) = World::with_session();
    let owner = world.owner.insecure_clone();
    world.revoke(&owner, &key).unwrap();
    world.assert_unchanged(SessionKeysError::AlreadyRevoked, |world| {
        world.revoke(&owner, &key)
    });
}

#[test]
fn a_session_that_does_not_exist_is_refused() {
    let (mut world, _) = World::with_session();
    let unknown = world.chain.user();
    for by in [&world.owner.insecure_clone(), &unknown] {
        world.assert_unchanged(SessionKeysError::NoSuchSession, |world| {
            world.revoke(by, &unknown)
        });
    }
}
