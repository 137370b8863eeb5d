//! Events that tell of money cannot be forged, and a log that is full does not lose them.

use anchor_lang::error::ErrorCode;
use anchor_lang::event::EVENT_IX_TAG_LE;
use program_testing::{assert_refused, event_authority};
use solana_instruction::{AccountMeta, Instruction};
use staking::ID;
use staking::events::Staked;

use crate::world::World;

#[test]
fn nobody_can_forge_an_event() {
    let mut world = World::new();
    let mallory = world.chain.user();
    let forged = Instruction {
        program_id: ID,
        accounts: vec![AccountMeta::new_readonly(event_authority(ID), false)],
        data: [EVENT_IX_TAG_LE, b"anything"].concat(),
    };
    assert_refused(
        world.chain.send(&[forged], &[&mallory]),
        ErrorCode::ConstraintSigner,
    );
}

#[test]
fn money_is_told_by_a_call_and_not_by_a_log() {
    let (mut world, alice) = World::with_alice();
    let done = world.stake(&alice, 10).unwrap();
    assert_eq!(program_testing::events::by_call::<Staked>(&done).len(), 1);
    assert!(program_testing::events::by_log::<Staked>(&done).is_empty());
}
