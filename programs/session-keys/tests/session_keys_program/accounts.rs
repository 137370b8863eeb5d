//! Every account of every instruction replaced by wrong ones. `docs/security.md` has the table of all classes of mistakes.

use program_testing::substitution::{STRANGER, Substitutions};
use session_keys::actions::PAY;
use session_keys::instructions::ConsumeArgs;
use session_keys::state::Session;
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::mem::offset_of;

use crate::world::*;

/// The grants of another owner, with a session of the same key, payers of their own and another consumer.
fn grants_of_another_owner(world: &mut World, key: &Keypair) -> Address {
    let (other, payer) = (world.chain.user(), world.chain.user());
    let mut args = world.args(key);
    args.consumers = vec![consumer(5)];
    let create = create(&other, &payer, args);
    world.chain.send(&[create], &[&other, &payer]).unwrap();
    grants_of(&other.pubkey())
}

/// Puts a key pair in the place of the first session's consumer, so that a transaction can be signed by it.
fn consumer_with_key(world: &mut World) -> Keypair {
    let key = world.chain.key();
    let at = 88 + offset_of!(Session, consumers);
    world.chain.overwrite(&world.grants(), at, key.pubkey().as_ref());
    key
}

#[test]
fn create_session() {
    let mut world = World::new();
    let (payer, key) = (world.chain.user(), world.chain.key());
    let others = grants_of_another_owner(&mut world, &key);
    let owner = world.owner.insecure_clone();
    let call = create(&owner, &payer, world.args(&key));
    Substitutions::new("session_keys", &call, &[&owner, &payer])
        .wrong("grants", others)
        // Anybody may pay who signs.
        .harmless("payer", "owner")
        .harmless("payer", STRANGER)
        .assert_refused(&mut world.chain);
}

#[test]
fn set_limit_as_owner_and_as_session() {
    for by_owner in [true, false] {
        let (mut world, key) = World::with_session();
        let others = grants_of_another_owner(&mut world, &key);
        let owner = world.owner.insecure_clone();
        let by = if by_owner { &owner } else { &key };
        let mut lower = limit(world.mint);
        lower.amount = 50;
        let call = set_limit(by, world.grants(), &key, lower);
        let calls = Substitutions::new("session_keys", &call, &[by]);
        // A session key may lower the limit of whoever made it one.
        let calls = if by_owner {
            calls.wrong("grants", others)
        } else {
            calls
        };
        calls.assert_refused(&mut world.chain);
    }
}

#[test]
fn revoke_session_as_owner_and_as_session() {
    for by_owner in [true, false] {
        let (mut world, key) = World::with_session();
        let others = grants_of_another_owner(&mut world, &key);
        let owner = world.owner.insecure_clone();
        let by = if by_owner { &owner } else { &key };
        let call = revoke(by, world.grants(), &key);
        let calls = Substitutions::new("session_keys", &call, &[by]);
        let calls = if by_owner {
            calls.wrong("grants", others)
        } else {
            calls
        };
        calls.assert_refused(&mut world.chain);
    }
}

#[test]
fn revoke_all() {
    let (mut world, key) = World::with_session();
    let others = grants_of_another_owner(&mut world, &key);
    let owner = world.owner.insecure_clone();
    let call = crate::world::revoke_all(&owner);
    Substitutions::new("session_keys", &call, &[&owner])
        .wrong("grants", others)
        .assert_refused(&mut world.chain);
}

#[test]
fn close_expired() {
    let mut world = World::new();
    let owner = world.owner.insecure_clone();
    let (first, second) = (world.chain.user(), world.chain.user());
    let keys = [world.chain.key(), world.chain.key()];
    for (key, payer) in keys.iter().zip([&first, &second]) {
        let create = create(&owner, payer, world.args(key));
        world.chain.send(&[create], &[&owner, payer]).unwrap();
    }
    let others = grants_of_another_owner(&mut world, &keys[1]);
    world.chain.advance(DAY);
    let call = close(world.grants(), &keys[1], &second.pubkey(), &first.pubkey());
    Substitutions::new("session_keys", &call, &[])
        .wrong("grants", others)
        .wrong("session_payer", owner.pubkey())
        .wrong("grants_payer", owner.pubkey())
        .assert_refused(&mut world.chain);
}

#[test]
fn consume() {
    let (mut world, key) = World::with_session();
    let others = grants_of_another_owner(&mut world, &key);
    let consumer = consumer_with_key(&mut world);
    let args = ConsumeArgs {
        key: key.pubkey(),
        mint: world.mint,
        amount: 1,
        action: PAY,
    };
    let call = crate::world::consume(consumer.pubkey(), world.grants(), args);
    Substitutions::new("session_keys", &call, &[&consumer])
        .wrong("grants", others)
        .assert_refused(&mut world.chain);
}

#[test]
fn consume_many() {
    let (mut world, key) = World::with_session();
    let others = grants_of_another_owner(&mut world, &key);
    let consumer = consumer_with_key(&mut world);
    let charges = [(world.grants(), 0, 1)];
    let call = crate::world::consume_many(consumer.pubkey(), world.mint, PAY, &charges);
    Substitutions::new("session_keys", &call, &[&consumer])
        .wrong("remaining_0", others)
        .assert_refused(&mut world.chain);
}
