use program_testing::events::by_call;
use program_testing::{assert_refused, assert_refused_at};
use session_keys::error::SessionKeysError;
use session_keys::events::SessionClosed;
use session_keys::instructions::ConsumeArgs;
use session_keys::state::size_of_grants;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::world::*;

/// An owner with three sessions, each paid for by somebody else.
fn with_three() -> (World, [(Keypair, Keypair); 3]) {
    let mut world = World::new();
    let sessions = [(); 3].map(|_| {
        let (key, payer) = (world.chain.key(), world.chain.user());
        let create = create(&world.owner, &payer, world.args(&key));
        let owner = world.owner.insecure_clone();
        world.chain.send(&[create], &[&owner, &payer]).unwrap();
        (key, payer)
    });
    (world, sessions)
}

/// Rent of an account with so many sessions.
fn rent(world: &World, sessions: u8) -> u64 {
    world
        .chain
        .svm
        .minimum_balance_for_rent_exemption(size_of_grants(sessions))
}

fn pay(world: &World, key: &Keypair, amount: u64) -> Instruction {
    let args = ConsumeArgs {
        key: key.pubkey(),
        mint: world.mint,
        amount,
        action: session_keys::actions::PAY,
    };
    consume(world.consumer, world.grants(), args)
}

#[test]
fn each_payer_gets_back_what_they_paid_and_the_last_closes_the_account() {
    let (mut world, sessions) = with_three();
    let owner = world.owner.pubkey();
    let record = rent(&world, 1) - rent(&world, 0);
    let first = sessions[0].1.pubkey();
    world.chain.advance(DAY);
    let anybody = world.chain.user();
    // The first one goes first, although its payer paid for the head as well.
    for (left, (key, payer)) in [2u8, 1, 0].into_iter().zip(&sessions) {
        let before = world.chain.lamports(&payer.pubkey());
        let close = close(world.grants(), key, &payer.pubkey(), &first);
        let done = world.chain.send(&[close], &[&anybody]).unwrap();
        assert_eq!(world.chain.lamports(&payer.pubkey()) - before, record);
        let expected = if left == 0 { 0 } else { rent(&world, left) };
        assert_eq!(world.chain.lamports(&world.grants()), expected);

        let [event] = &by_call::<SessionClosed>(&done)[..] else {
            panic!("one event")
        };
        assert_eq!((event.owner, event.session), (owner, key.pubkey()));
        assert_eq!((event.payer, event.rent), (payer.pubkey(), record));
        let head = if left == 0 { rent(&world, 0) } else { 0 };
        assert_eq!((event.grants_payer, event.grants_rent), (first, head));
    }
    assert!(!world.chain.exists(&world.grants()));
    // Fees aside, nobody has lost anything: the first payer has the rent of the head back too.
    let fee = 2 * 5_000; // of the owner and the payer, whom the owner paid it for
    assert_eq!(world.chain.lamports(&first), 100_000_000_000);
    assert_eq!(world.chain.lamports(&owner), 100_000_000_000 - 3 * fee);
}

#[test]
fn the_last_session_moves_into_the_free_slot_with_all_it_has() {
    let (mut world, sessions) = with_three();
    world.pay(&sessions[2].0, 40).unwrap();
    let (_, before) = world.stored();
    world
        .revoke(&world.owner.insecure_clone(), &sessions[0].0)
        .unwrap();
    let payer = sessions[0].1.pubkey();
    let close = close(world.grants(), &sessions[0].0, &payer, &payer);
    let anybody = world.chain.user();
    world.chain.send(&[close], &[&anybody]).unwrap();
    let (grants, after) = world.stored();
    assert_eq!(grants.count, 2);
    assert_eq!(after, [before[2], before[1]]);
    // The old index of the one that moved is nobody's now.
    world.assert_unchanged(SessionKeysError::NoSuchSession, |world| {
        world.consume_many(&[(world.grants(), 2, 1)])
    });
    world.pay(&sessions[2].0, 60).unwrap();
}

#[test]
fn a_session_that_is_alive_stays() {
    let (mut world, key) = World::with_session();
    world.assert_unchanged(SessionKeysError::SessionAlive, |world| world.close(&key));
    world.chain.advance(DAY - 1);
    world.assert_unchanged(SessionKeysError::SessionAlive, |world| world.close(&key));
    world.chain.advance(1);
    world.close(&key).unwrap();
}

#[test]
fn what_was_revoked_can_be_closed() {
    let (mut world, key) = World::with_session();
    let other = world.session();
    let owner = world.owner.insecure_clone();
    world.revoke(&owner, &key).unwrap();
    world.close(&key).unwrap();
    world.assert_unchanged(SessionKeysError::SessionAlive, |world| world.close(&other));
    world.revoke_all(&owner).unwrap();
    world.close(&other).unwrap();
}

#[test]
fn rent_goes_to_nobody_else() {
    let (mut world, sessions) = with_three();
    world.chain.advance(DAY);
    let thief = world.chain.user();
    let [(first, payer), (_, other), _] = &sessions;
    let (payer, other) = (payer.pubkey(), other.pubkey());
    for (to_session, to_grants) in [
        (thief.pubkey(), payer),
        (payer, thief.pubkey()),
        (other, payer),
        (payer, other),
        (payer, world.grants()),
        (world.grants(), payer),
    ] {
        let close = close(world.grants(), first, &to_session, &to_grants);
        world.assert_unchanged(SessionKeysError::WrongPayer, |world| {
            world.chain.send(&[close], &[&thief])
        });
    }
}

#[test]
fn lamports_that_were_sent_to_the_account_go_to_who_made_it() {
    let mut world = World::new();
    world.chain.svm.airdrop(&world.grants(), 3_000_000_000).unwrap();
    let owner = world.owner.pubkey();
    let before = world.chain.lamports(&owner);
    let keys = [world.session(), world.session()];
    world.chain.svm.airdrop(&world.grants(), 1_000_000_000).unwrap();
    world.chain.advance(DAY);
    for key in &keys {
        world.close(key).unwrap();
    }
    let fees = 2 * 5_000;
    assert_eq!(world.chain.lamports(&owner), before + 4_000_000_000 - fees);
}

#[test]
fn once_is_enough() {
    let (mut world, key) = World::with_session();
    world.session();
    world.chain.advance(DAY);
    world.close(&key).unwrap();
    world.assert_unchanged(SessionKeysError::NoSuchSession, |world| world.close(&key));
}

#[test]
fn an_account_that_is_closed_and_opened_again_knows_nothing_of_before() {
    let (mut world, key) = World::with_session();
    let owner = world.owner.insecure_clone();
    world.pay(&key, 100).unwrap();
    world.revoke_all(&owner).unwrap();
    world.close(&key).unwrap();
    let error = anchor_lang::error::ErrorCode::AccountOwnedByWrongProgram;
    assert_refused(world.pay(&key, 1), error);
    assert_refused(world.consume_many(&[(world.grants(), 0, 1)]), error);

    let new = world.session();
    assert_eq!(world.stored().0.epoch, 0);
    world.assert_unchanged(SessionKeysError::NoSuchSession, |world| world.pay(&key, 1));
    world.pay(&new, 100).unwrap();
}

#[test]
fn a_closed_account_cannot_be_kept_alive_with_lamports() {
    let (mut world, key) = World::with_session();
    let owner = world.owner.insecure_clone();
    world.chain.advance(DAY);
    let grants = world.grants();
    let close = close(grants, &key, &owner.pubkey(), &owner.pubkey());
    let keep = solana_system_interface::instruction::transfer(&owner.pubkey(), &grants, 1_000_000_000);
    let set = set_limit(&owner, grants, &key, limit(world.mint));
    let result = world
        .chain
        .send(&[close.clone(), keep.clone(), set.clone()], &[&owner]);
    let error = anchor_lang::error::ErrorCode::AccountOwnedByWrongProgram;
    assert_refused_at(result, 2, error);
    world.chain.send(&[close, keep], &[&owner]).unwrap();
    assert_refused(world.chain.send(&[set], &[&owner]), error);
    // And the address is not lost to the owner.
    world.session();
}

#[test]
fn using_revoking_and_closing_in_one_transaction_follow_their_order() {
    let (mut world, key) = World::with_session();
    let owner = world.owner.insecure_clone();
    let use_it = pay(&world, &key, 10);
    let revoke = revoke(&owner, world.grants(), &key);
    let close = close(world.grants(), &key, &owner.pubkey(), &owner.pubkey());
    let wrong = [
        (
            vec![revoke.clone(), use_it.clone()],
            SessionKeysError::SessionRevoked,
        ),
        (
            vec![use_it.clone(), close.clone()],
            SessionKeysError::SessionAlive,
        ),
    ];
    for (instructions, error) in wrong {
        let result = world.send_as(world.consumer, &instructions);
        assert_refused_at(result, 1, error);
    }
    let gone = [revoke.clone(), close.clone(), use_it.clone()];
    let error = anchor_lang::error::ErrorCode::AccountOwnedByWrongProgram;
    assert_refused_at(world.send_as(world.consumer, &gone), 2, error);
    assert_eq!(world.stored_limit(&key).spent, 0);
    world.send_as(world.consumer, &[use_it, revoke, close]).unwrap();
    assert!(!world.chain.exists(&world.grants()));
}
