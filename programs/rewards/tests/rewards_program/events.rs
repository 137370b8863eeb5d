//! Events that tell of money cannot be forged, and a log that is full does not lose them.

use anchor_lang::error::ErrorCode;
use anchor_lang::event::EVENT_IX_TAG_LE;
use program_testing::{assert_refused, event_authority, events, instruction};
use rewards::events::{AuthorityProposed, Claimed, Funded};
use rewards::state::Kind;
use rewards::{ID, instruction as call};
use solana_instruction::{AccountMeta, Instruction};
use solana_signer::Signer;

use crate::accounts::allocation_of;
use crate::world::*;

#[test]
fn nobody_can_forge_an_event() {
    let mut world = World::new();
    let mallory = world.chain.user();
    let mut forged = Instruction {
        program_id: ID,
        accounts: vec![AccountMeta::new_readonly(event_authority(ID), false)],
        data: [EVENT_IX_TAG_LE, b"anything"].concat(),
    };
    let result = world.chain.send(&[forged.clone()], &[&mallory]);
    assert_refused(result, ErrorCode::ConstraintSigner);
    // Nor with an authority of their own.
    forged.accounts = vec![AccountMeta::new_readonly(mallory.pubkey(), true)];
    let result = world.chain.send(&[forged], &[&mallory]);
    assert_refused(result, ErrorCode::ConstraintSeeds);
}

#[test]
fn a_log_that_is_full_does_not_lose_them() {
    let mut world = World::new();
    let (pot, alice) = (world.pot(Kind::Direct), world.recipient());
    world.allocate(&pot, &alice, 600).unwrap();
    // More than the 10,000 bytes that a node keeps of a transaction.
    let log = conformance::instruction::Log { lines: 110 };
    let noise = instruction(conformance::ID, conformance::accounts::NoAccounts {}, log);
    let allocation = allocation_of(&pot.distribution, &alice.address());
    let claim = instruction(ID, world.claim_accounts(&pot, &alice, allocation), call::Claim {});
    let proposed = alice.address();
    let propose = call::ProposeAuthority { proposed };
    let propose = instruction(ID, world.propose_accounts(&pot), propose);
    let signers = [&world.payer, &world.creator];
    let done = world.chain.send(&[noise, claim, propose], &signers).unwrap();
    assert!(done.logs.iter().any(|line| line == "Log truncated"));
    let [event] = events::by_call::<Claimed>(&done).try_into().ok().unwrap();
    assert_eq!((event.record, event.amount), (allocation, 600));
    // What is only a log line is lost.
    assert_eq!(world.distribution(&pot).proposed_authority, proposed);
    assert!(events::by_log::<AuthorityProposed>(&done).is_empty());
}

#[test]
fn money_is_told_by_a_call_and_not_by_a_log() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    let done = world.fund(&pot, 10).unwrap();
    assert_eq!(events::by_call::<Funded>(&done).len(), 1);
    assert!(events::by_log::<Funded>(&done).is_empty());
}
