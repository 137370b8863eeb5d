use std::mem::offset_of;

use anchor_lang::Discriminator;
use anchor_lang::prelude::*;
use solana_address::address_eq;

use super::Session;
use crate::error::SessionKeysError;

/// Sessions of one owner.
pub const MAX_SESSIONS: u8 = 16;

type Outcome<T> = std::result::Result<T, SessionKeysError>;

/// The head of an owner's account. As many [`Session`]s follow it as `count` says, without a gap.
///
/// | offset | bytes | |
/// |---|---|---|
/// | 0 | 8 | Anchor's discriminator |
/// | 8 | 32 | `owner` |
/// | 40 | 32 | `payer` |
/// | 72 | 8 | `epoch` |
/// | 80 | 1 | `count` |
/// | 81 | 1 | `bump` |
/// | 82 | 6 | zeros |
/// | 88 + 936 i | 936 | session i |
///
/// Numbers are little-endian. In a session:
///
/// | offset | bytes | |
/// |---|---|---|
/// | 0 | 32 | `key` |
/// | 32 | 32 | `payer` |
/// | 64 | 8 | `rent` |
/// | 72 | 8 | `created` |
/// | 80 | 8 | `expires` |
/// | 88 | 8 | `epoch` |
/// | 96 | 4 | `actions` |
/// | 100 | 1 | `revoked` |
/// | 101 | 1 | `limit_count` |
/// | 102 | 1 | `consumer_count` |
/// | 103 | 1 | zero |
/// | 104 | 4 x 32 | `consumers` |
/// | 232 | 8 x 88 | `limits` |
///
/// In a limit:
///
/// | offset | bytes | |
/// |---|---|---|
/// | 0 | 32 | `mint` |
/// | 32 | 8 | `amount` |
/// | 40 | 8 | `spent` |
/// | 48 | 8 | `lifetime` |
/// | 56 | 8 | `lifetime_spent` |
/// | 64 | 8 | `period_start` |
/// | 72 | 4 | `operations` |
/// | 76 | 4 | `operations_used` |
/// | 80 | 4 | `period` |
/// | 84 | 4 | zeros |
#[account(zero_copy)]
#[derive(Debug, PartialEq, Eq)]
pub struct Grants {
    pub owner: Pubkey,
    /// Paid the rent of this head, and gets it back when the last session is closed.
    pub payer: Pubkey,
    /// Sessions of earlier epochs are over.
    pub epoch: u64,
    /// How many sessions follow.
    pub count: u8,
    /// Of this account's address.
    pub bump: u8,
    pub(crate) _padding: [u8; 6],
}

impl Grants {
    pub(crate) fn new(owner: Pubkey, payer: Pubkey, bump: u8) -> Self {
        Self {
            owner,
            payer,
            epoch: 0,
            count: 0,
            bump,
            _padding: [0; 6],
        }
    }
}

const HEAD: usize = 8 + size_of::<Grants>();

/// The length of an account with so many sessions, in bytes.
pub const fn size_of_grants(sessions: u8) -> usize {
    HEAD + sessions as usize * size_of::<Session>()
}

/// Reads the bytes of an account with grants, on chain or off. A session's *slot* is its index here; closing a
/// session moves the last one into its slot.
///
/// Who reads bytes from others checks that this program owns the account.
///
/// # Errors
/// [`SessionKeysError::NotGrants`] when the bytes are something else, or not aligned to 8.
pub fn view(data: &[u8]) -> Outcome<(&Grants, &[Session])> {
    let (discriminator, rest) = data.split_at_checked(8).ok_or(SessionKeysError::NotGrants)?;
    let (head, sessions) = rest
        .split_at_checked(size_of::<Grants>())
        .ok_or(SessionKeysError::NotGrants)?;
    let head: &Grants = bytemuck::try_from_bytes(head).map_err(|_| SessionKeysError::NotGrants)?;
    let sessions = bytemuck::try_cast_slice(sessions).map_err(|_| SessionKeysError::NotGrants)?;
    if discriminator != Grants::DISCRIMINATOR || sessions.len() != usize::from(head.count) {
        return Err(SessionKeysError::NotGrants);
    }
    Ok((head, sessions))
}

/// The same as [`view`], to change them.
pub(crate) fn view_mut(data: &mut [u8]) -> Outcome<(&mut Grants, &mut [Session])> {
    let (discriminator, rest) = data.split_at_mut_checked(8).ok_or(SessionKeysError::NotGrants)?;
    let (head, sessions) = rest
        .split_at_mut_checked(size_of::<Grants>())
        .ok_or(SessionKeysError::NotGrants)?;
    let head: &mut Grants = bytemuck::try_from_bytes_mut(head).map_err(|_| SessionKeysError::NotGrants)?;
    let sessions = bytemuck::try_cast_slice_mut(sessions).map_err(|_| SessionKeysError::NotGrants)?;
    if discriminator != Grants::DISCRIMINATOR || sessions.len() != usize::from(head.count) {
        return Err(SessionKeysError::NotGrants);
    }
    Ok((head, sessions))
}

/// Writes the head of a new account.
pub(crate) fn initialize(data: &mut [u8], grants: &Grants) -> Outcome<()> {
    let head = data
        .first_chunk_mut::<HEAD>()
        .ok_or(SessionKeysError::NotGrants)?;
    let (discriminator, head) = head.split_at_mut(8);
    discriminator.copy_from_slice(Grants::DISCRIMINATOR);
    head.copy_from_slice(bytemuck::bytes_of(grants));
    Ok(())
}

/// Makes the account so long that it holds `count` sessions; those that are new are all zeros.
pub(crate) fn resize(account: &AccountInfo, count: u8) -> Result<()> {
    account.resize(size_of_grants(count))?;
    let mut data = account.try_borrow_mut_data()?;
    let stored = data.get_mut(8 + offset_of!(Grants, count));
    *stored.ok_or(SessionKeysError::NotGrants)? = count;
    Ok(())
}

/// The slot of the session with this key.
pub(crate) fn find(sessions: &[Session], key: &Pubkey) -> Outcome<usize> {
    let slot = sessions.iter().position(|session| address_eq(&session.key, key));
    slot.ok_or(SessionKeysError::NoSuchSession)
}

/// The session with this key.
pub(crate) fn found<'a>(sessions: &'a mut [Session], key: &Pubkey) -> Outcome<&'a mut Session> {
    let slot = find(sessions, key)?;
    sessions.get_mut(slot).ok_or(SessionKeysError::NoSuchSession)
}
