//! Events that tell of money cannot be forged, and a log that is full does not lose them.

use anchor_lang::error::ErrorCode;
use anchor_lang::event::EVENT_IX_TAG_LE;
use program_testing::{assert_refused, event_authority, events};
use rewards::ID;
use rewards::events::Funded;
use rewards::state::Kind;
use solana_instruction::{AccountMeta, Instruction};
use solana_signer::Signer;

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
fn money_is_told_by_a_call_and_not_by_a_log() {
    let mut world = World::new();
    let pot = world.pot(Kind::Direct);
    let done = world.fund(&pot, 10).unwrap();
    assert_eq!(events::by_call::<Funded>(&done).len(), 1);
    assert!(events::by_log::<Funded>(&done).is_empty());
}
