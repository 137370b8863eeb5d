//! Events that tell of money cannot be forged, and a log that is full does not lose them.

use anchor_lang::error::ErrorCode;
use anchor_lang::event::EVENT_IX_TAG_LE;
use program_testing::{assert_refused, event_authority, events, instruction};
use solana_instruction::{AccountMeta, Instruction};
use solana_signer::Signer;
use staking::events::{Paused, Staked};
use staking::{ID, instruction as call};

use crate::world::{World, instruction_of};

#[test]
fn nobody_can_forge_an_event() {
    let mut world = World::new();
    let mallory = world.chain.user();
    let mut forged = Instruction {
        program_id: ID,
        accounts: vec![AccountMeta::new_readonly(event_authority(ID), false)],
        data: [EVENT_IX_TAG_LE, b"anything"].concat(),
    };
    assert_refused(
        world.chain.send(&[forged.clone()], &[&mallory]),
        ErrorCode::ConstraintSigner,
    );
    // Nor with an authority of their own.
    forged.accounts = vec![AccountMeta::new_readonly(mallory.pubkey(), true)];
    assert_refused(
        world.chain.send(&[forged], &[&mallory]),
        ErrorCode::ConstraintSeeds,
    );
}

#[test]
fn a_log_that_is_full_does_not_lose_them() {
    let (mut world, alice) = World::with_alice();
    let admin = world.admin.insecure_clone();
    // More than the 10,000 bytes that a node keeps of a transaction.
    let log = conformance::instruction::Log { lines: 110 };
    let noise = instruction(conformance::ID, conformance::accounts::NoAccounts {}, log);
    let stake = instruction_of(world.stake_accounts(&alice), call::Stake { amount: 10 });
    let pause = instruction_of(world.pause_accounts(&admin), call::Pause {});
    let done = world
        .chain
        .send(&[noise, stake, pause], &[&alice.owner, &admin])
        .unwrap();
    assert!(done.logs.iter().any(|line| line == "Log truncated"));
    let [event] = events::by_call::<Staked>(&done).try_into().ok().unwrap();
    assert_eq!((event.position, event.amount), (alice.position, 10));
    // What is only a log line is lost.
    assert!(world.state().is_paused());
    assert!(events::by_log::<Paused>(&done).is_empty());
}

#[test]
fn money_is_told_by_a_call_and_not_by_a_log() {
    let (mut world, alice) = World::with_alice();
    let done = world.stake(&alice, 10).unwrap();
    assert_eq!(events::by_call::<Staked>(&done).len(), 1);
    assert!(events::by_log::<Staked>(&done).is_empty());
}
