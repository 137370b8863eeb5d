//! Mistakes that other session keys and spend limits paid for.

use program_testing::{assert_refused, assert_refused_at};
use session_keys::actions::{APPROVE, BUY, PAY};
use session_keys::error::SessionKeysError;
use session_keys::instructions::{ConsumeArgs, CreateSessionArgs};
use solana_signer::Signer;

use crate::world::*;

#[test]
fn without_a_limit_for_a_mint_nothing_of_it_may_be_spent() {
    let (mut world, key) = World::with_session();
    let limited = std::mem::replace(&mut world.mint, consumer(7));
    for amount in [1, u64::MAX] {
        world.assert_unchanged(SessionKeysError::NoLimit, |world| world.pay(&key, amount));
    }
    // Nor of the mint that is all zeros, as the places for limits are that are not in use.
    world.mint = Default::default();
    world.assert_unchanged(SessionKeysError::NoLimit, |world| world.pay(&key, 1));
    world.mint = limited;
    world.pay(&key, 1).unwrap();
}

/// What a fee is, only the consumer knows: it charges what it takes from the owner in all, as a settlement charges the
/// net debit of a batch with its fees in it. Here every charge counts, whatever it is for.
#[test]
fn approvals_count_against_the_limit_like_payments() {
    let mut world = World::new();
    let key = world.chain.key();
    let args = CreateSessionArgs {
        actions: PAY | BUY | APPROVE,
        ..world.args(&key)
    };
    world.create(&world.owner.insecure_clone(), args).unwrap();
    let charge = |world: &mut World, amount, action| {
        world.consume(ConsumeArgs {
            key: key.pubkey(),
            mint: world.mint,
            amount,
            action,
        })
    };
    charge(&mut world, 40, APPROVE).unwrap();
    charge(&mut world, 40, BUY).unwrap();
    charge(&mut world, 15, PAY).unwrap();
    for action in [APPROVE, BUY, PAY] {
        world.assert_unchanged(SessionKeysError::OverLimit, |world| charge(world, 6, action));
    }
    charge(&mut world, 5, APPROVE).unwrap();
}

#[test]
fn a_session_key_creates_no_session() {
    let (mut world, key) = World::with_session();
    let new = world.chain.key();
    // In the owner's name, signed by the session key in every place but the owner's.
    let mut unsigned = create(&world.owner, &key, world.args(&new));
    unsigned.accounts[0].is_signer = false;
    let error = anchor_lang::error::ErrorCode::AccountNotSigner;
    assert_refused(world.chain.send(&[unsigned], &[&key]), error);
    // As an owner of its own, into the owner's grants.
    let mut own = create(&key, &key, world.args(&new));
    own.accounts[2].pubkey = world.grants();
    let error = anchor_lang::error::ErrorCode::ConstraintSeeds;
    assert_refused(world.chain.send(&[own], &[&key]), error);
    assert_eq!(world.stored().0.count, 1);
    // What it grants of its own is not the owner's.
    let args = world.args(&new);
    world.create(&key, args).unwrap();
    world.assert_unchanged(SessionKeysError::NoSuchSession, |world| world.pay(&new, 1));
}

#[test]
fn a_session_key_raises_no_limit() {
    let (mut world, key) = World::with_session();
    let mut wanted = limit(world.mint);
    wanted.amount += 1;
    world.assert_unchanged(SessionKeysError::OwnerMustSign, |world| {
        world.set_limit(&key, &key, wanted)
    });
    // Not by naming the owner without the owner's signature either.
    let mut set = set_limit(&world.owner, world.grants(), &key, wanted);
    set.accounts[0].is_signer = false;
    let error = anchor_lang::error::ErrorCode::AccountNotSigner;
    assert_refused(world.chain.send(&[set], &[&key]), error);
    // Nor by another session of the same owner.
    let sibling = world.session();
    world.assert_unchanged(SessionKeysError::NotOwnerOrSession, |world| {
        world.set_limit(&sibling, &key, wanted)
    });
}

#[test]
fn a_limit_dies_with_its_session() {
    let (mut world, key) = World::with_session();
    let owner = world.owner.insecure_clone();
    let other = world.session();
    world.pay(&key, 60).unwrap();
    world.revoke(&owner, &key).unwrap();
    world.close(&key).unwrap();
    // The same key gets a session without limits: nothing of the old one is left.
    let args = CreateSessionArgs {
        limits: vec![],
        ..world.args(&key)
    };
    world.create(&owner, args).unwrap();
    world.assert_unchanged(SessionKeysError::NoLimit, |world| world.pay(&key, 1));
    world.pay(&other, 100).unwrap();
}

#[test]
fn a_period_rolls_over_at_the_exact_second() {
    let (mut world, key) = World::with_session();
    let created = world.chain.now();
    for hour in 0..4 {
        let start = created + hour * HOUR;
        world.chain.set_time(start);
        world.pay(&key, 100).unwrap();
        world.chain.set_time(start + HOUR - 1);
        world.assert_unchanged(SessionKeysError::OverLimit, |world| world.pay(&key, 1));
    }
}

#[test]
fn a_clock_that_goes_backwards_refills_nothing() {
    let (mut world, key) = World::with_session();
    let created = world.chain.now();
    world.chain.set_time(created + HOUR);
    world.pay(&key, 100).unwrap();
    for now in [
        created + HOUR - 1,
        created,
        created - 1,
        0,
        i64::MIN,
        created + HOUR,
    ] {
        world.chain.set_time(now);
        world.assert_unchanged(SessionKeysError::OverLimit, |world| world.pay(&key, 1));
        let limit = world.stored_limit(&key);
        assert_eq!((limit.spent, limit.period_start), (100, created + HOUR));
    }
    // It is back in the second in which the next period begins.
    world.chain.set_time(created + 2 * HOUR);
    world.pay(&key, 100).unwrap();
}

#[test]
fn two_sessions_of_one_owner_do_not_share_a_remaining_amount() {
    let (mut world, first) = World::with_session();
    let second = world.session();
    world.pay(&first, 100).unwrap();
    assert_eq!(world.stored_limit(&second).remaining(), 100);
    world.pay(&second, 30).unwrap();
    assert_eq!(world.stored_limit(&first).remaining(), 0);
    world.assert_unchanged(SessionKeysError::OverLimit, |world| world.pay(&first, 1));
    world.pay(&second, 70).unwrap();
}

#[test]
fn a_session_that_is_revoked_in_the_slot_of_its_use_is_over_from_there_on() {
    let (mut world, key) = World::with_session();
    let owner = world.owner.insecure_clone();
    let args = ConsumeArgs {
        key: key.pubkey(),
        mint: world.mint,
        amount: 10,
        action: PAY,
    };
    let (use_it, revoke, revoke_all) = (
        consume(world.consumer, world.grants(), args),
        revoke(&owner, world.grants(), &key),
        revoke_all(&owner),
    );
    // Within one transaction.
    for (end, error) in [
        (&revoke, SessionKeysError::SessionRevoked),
        (&revoke_all, SessionKeysError::EpochOver),
    ] {
        let instructions = [use_it.clone(), end.clone(), use_it.clone()];
        let result = world.send_as(world.consumer, &instructions);
        assert_refused_at(result, 2, error);
        assert_eq!(world.stored_limit(&key).spent, 0);
    }
    // Transactions one after the other in one slot: the clock stands still.
    let now = world.chain.now();
    world.pay(&key, 10).unwrap();
    world.revoke(&owner, &key).unwrap();
    world.assert_unchanged(SessionKeysError::SessionRevoked, |world| world.pay(&key, 10));
    assert_eq!((world.chain.now(), world.stored_limit(&key).spent), (now, 10));
}
