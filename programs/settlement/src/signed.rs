//! What the settlement authority signed with Ed25519.
//!
//! A program cannot verify Ed25519 itself. The Ed25519 program can, and a transaction fails with it; so it is
//! enough to see that the instruction before the running one is a call of it, and for which key and bytes.

use anchor_lang::prelude::*;
use solana_instructions_sysvar::{load_current_index_checked, load_instruction_at_checked};
use solana_sdk_ids::ed25519_program;

use crate::error::SettlementError;

/// Number of signatures, and a byte of padding.
const HEAD: usize = 2;

/// Where the Ed25519 program finds what it verifies: seven little-endian `u16`, in this order.
///
/// Source: <https://docs.anza.xyz/runtime/programs#ed25519-program>
struct Offsets {
    _signature: u16,
    signature_instruction: u16,
    key: u16,
    key_instruction: u16,
    message: u16,
    message_len: u16,
    message_instruction: u16,
}

impl Offsets {
    const LEN: usize = 14;

    fn read(data: &[u8]) -> Option<Self> {
        let bytes = data.get(HEAD..HEAD + Self::LEN)?;
        let mut fields = bytes.chunks_exact(2).map(|two| match two {
            [low, high] => u16::from_le_bytes([*low, *high]),
            _ => 0,
        });
        Some(Self {
            _signature: fields.next()?,
            signature_instruction: fields.next()?,
            key: fields.next()?,
            key_instruction: fields.next()?,
            message: fields.next()?,
            message_len: fields.next()?,
            message_instruction: fields.next()?,
        })
    }

    /// Is everything in the instruction itself? Otherwise what was verified is not what is read here.
    fn are_inside(&self, own_index: u16) -> bool {
        [
            self.signature_instruction,
            self.key_instruction,
            self.message_instruction,
        ]
        .iter()
        .all(|index| *index == u16::MAX || *index == own_index)
    }
}

/// The body of the message that `authority` signed, behind `prefix`.
///
/// # Errors
/// When the instruction before the running one is not a call of the Ed25519 program for one signature of
/// `authority`, or the message has another prefix.
pub(crate) fn body(instructions: &AccountInfo, authority: &Pubkey, prefix: &[u8; 16]) -> Result<Vec<u8>> {
    let before = load_current_index_checked(instructions)?
        .checked_sub(1)
        .ok_or(SettlementError::NotSigned)?;
    let call = load_instruction_at_checked(before.into(), instructions)?;
    require_keys_eq!(call.program_id, ed25519_program::ID, SettlementError::NotSigned);
    let (key, message) = verified(&call.data, before).ok_or(SettlementError::NotSigned)?;
    require!(key == authority.as_ref(), SettlementError::WrongAuthority);
    Ok(strip(message, prefix)?.to_vec())
}

/// Key and message of the one signature that was verified.
fn verified(data: &[u8], own_index: u16) -> Option<(&[u8], &[u8])> {
    let offsets = Offsets::read(data).filter(|offsets| offsets.are_inside(own_index))?;
    let slice = |at: u16, len: usize| data.get(at.into()..usize::from(at).checked_add(len)?);
    let key = slice(offsets.key, 32)?;
    let message = slice(offsets.message, offsets.message_len.into())?;
    (data.first() == Some(&1)).then_some((key, message))
}

/// The message without its prefix, which ends with the version and a line feed.
fn strip<'a>(message: &'a [u8], prefix: &[u8; 16]) -> Result<&'a [u8]> {
    if let Some(body) = message.strip_prefix(prefix) {
        return Ok(body);
    }
    let (kind, _version) = prefix.split_at(prefix.len() - 2);
    match message.starts_with(kind) {
        true => err!(SettlementError::UnknownVersion),
        false => err!(SettlementError::WrongMessage),
    }
}
