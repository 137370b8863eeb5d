//! Events by a call of the program to itself: no truncation of logs can lose them.

use anchor_lang::Discriminator;
use anchor_lang::event::EVENT_IX_TAG_LE;
use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::program::invoke_signed;

/// Seed of the address that signs a program's calls to itself; fixed by Anchor's `event_cpi`.
pub const EVENT_AUTHORITY_SEED: &[u8] = b"__event_authority";

/// Emits an event of `program` by a call of the program to itself, signed by its event authority.
///
/// The call is the one that Anchor's `emit_cpi!` makes. The macro copies the data byte by byte and into a new
/// allocation three times, for 1,150 compute units that a deposit does not have to pay. `capacity` is the length of
/// the event in bytes, or a guess at it: a larger event costs another allocation.
///
/// # Errors
/// When `event_authority` is not the program's, or the caller of this function is not `program`.
pub fn emit_by_call<E: Discriminator + AnchorSerialize>(
    program: Pubkey,
    event_authority: &AccountInfo,
    bump: u8,
    capacity: usize,
    event: &E,
) -> Result<()> {
    let mut data = Vec::with_capacity(EVENT_IX_TAG_LE.len() + E::DISCRIMINATOR.len() + capacity);
    data.extend_from_slice(EVENT_IX_TAG_LE);
    data.extend_from_slice(E::DISCRIMINATOR);
    event.serialize(&mut data)?;
    let call = Instruction {
        program_id: program,
        accounts: vec![AccountMeta::new_readonly(*event_authority.key, true)],
        data,
    };
    let signer: &[&[u8]] = &[EVENT_AUTHORITY_SEED, &[bump]];
    Ok(invoke_signed(
        &call,
        std::slice::from_ref(event_authority),
        &[signer],
    )?)
}
