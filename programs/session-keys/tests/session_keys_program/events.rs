//! A log that is full loses no event, whatever fills it.

use program_testing::events::{by_call, by_log};
use session_keys::events::{AllRevoked, LimitSet, SessionClosed, SessionCreated, SessionRevoked};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::world::*;

/// Logs more than a node keeps of a transaction: 10,000 bytes.
fn noise() -> Instruction {
    let log = conformance::instruction::Log { lines: 110 };
    program_testing::instruction(conformance::ID, conformance::accounts::NoAccounts {}, log)
}

#[test]
fn a_log_that_is_full_loses_none_of_them() {
    let mut world = World::new();
    let (owner, grants) = (world.owner.insecure_clone(), world.grants());
    let [first, last] = [world.chain.key(), world.chain.key()];
    let create_session = [&first, &last].map(|key| create(&owner, &owner, world.args(key)));
    let payer = owner.pubkey();
    let close_session = [&first, &last].map(|key| close(grants, key, &payer, &payer));
    let lower = set_limit(&owner, grants, &first, limit(world.mint));
    let revoke_session = revoke(&owner, grants, &first);
    let instructions = [vec![noise()], create_session.to_vec()].concat();
    let created = world.chain.send(&instructions, &[&owner]).unwrap();
    let instructions = [
        vec![noise(), lower, revoke_session, revoke_all(&owner)],
        close_session.to_vec(),
    ];
    let ended = world.chain.send(&instructions.concat(), &[&owner]).unwrap();

    for done in [&created, &ended] {
        assert!(done.logs.iter().any(|line| line == "Log truncated"));
    }
    assert_eq!(by_call::<SessionCreated>(&created).len(), 2);
    assert_eq!(by_call::<LimitSet>(&ended).len(), 1);
    assert_eq!(by_call::<SessionRevoked>(&ended).len(), 1);
    assert_eq!(by_call::<AllRevoked>(&ended).len(), 1);
    assert_eq!(by_call::<SessionClosed>(&ended).len(), 2);
}

#[test]
fn none_is_a_log_line() {
    let (mut world, key) = World::with_session();
    let owner = world.owner.insecure_clone();
    let done = world.revoke(&owner, &key).unwrap();
    assert_eq!(by_call::<SessionRevoked>(&done).len(), 1);
    assert!(by_log::<SessionRevoked>(&done).is_empty());
}
