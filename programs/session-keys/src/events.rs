//! One event for every change of state. Amounts are in the mint's base units, times in Unix seconds.
//!
//! All are emitted by a call of the program to itself. As log lines they could be lost: a node truncates the log of a
//! transaction after 10,000 bytes, so whatever is noisy before them in the transaction would hide a revocation.

use anchor_lang::Discriminator;
use anchor_lang::prelude::*;

use crate::state::{LimitArgs, SpendLimit};

/// Room for an event: the largest needs 165 bytes, [`SessionCreated`] and [`Charged`] aside.
const EVENT_CAPACITY: usize = 168;

/// Emits an event that has about the ordinary size.
pub(crate) fn emit_by_call<E: Discriminator + AnchorSerialize>(
    event_authority: &AccountInfo,
    event: &E,
) -> Result<()> {
    emit_with_capacity(event_authority, EVENT_CAPACITY, event)
}

fn emit_with_capacity<E: Discriminator + AnchorSerialize>(
    event_authority: &AccountInfo,
    capacity: usize,
    event: &E,
) -> Result<()> {
    let bump = crate::EVENT_AUTHORITY_AND_BUMP.1;
    novate_onchain::event::emit_by_call(crate::ID, event_authority, bump, capacity, event)
}

/// An owner granted a session.
#[event]
pub struct SessionCreated {
    pub owner: Pubkey,
    /// The session key.
    pub session: Pubkey,
    /// Paid the rent.
    pub payer: Pubkey,
    pub created: i64,
    /// The first second in which the session is over.
    pub expires: i64,
    /// The owner's epoch.
    pub epoch: u64,
    /// The bits of [`crate::actions`] that are allowed.
    pub actions: u32,
    /// Who may charge the session.
    pub consumers: Vec<Pubkey>,
    pub limits: Vec<LimitArgs>,
}

/// A session got other values for a limit, or a limit more.
#[event]
pub struct LimitSet {
    pub owner: Pubkey,
    /// The session key.
    pub session: Pubkey,
    /// The owner or the session key.
    pub by: Pubkey,
    pub limit: LimitArgs,
    /// What remains of it in this period.
    pub remaining: u64,
    /// What remains of it in the session's life.
    pub lifetime_remaining: u64,
}

/// A session is over.
#[event]
pub struct SessionRevoked {
    pub owner: Pubkey,
    /// The session key.
    pub session: Pubkey,
    /// The owner or the session key.
    pub by: Pubkey,
}

/// Every session of the owner that was created before is over.
#[event]
pub struct AllRevoked {
    pub owner: Pubkey,
    /// The epoch that begins: sessions of earlier ones are over.
    pub epoch: u64,
}

/// A session that was over is gone.
#[event]
pub struct SessionClosed {
    pub owner: Pubkey,
    /// The session key.
    pub session: Pubkey,
    /// Got the rent of the session back.
    pub payer: Pubkey,
    /// Lamports.
    pub rent: u64,
    /// Gets what the account of the grants holds when the last session is closed.
    pub grants_payer: Pubkey,
    /// Lamports that they got with this session; 0 unless it was the last.
    pub grants_rent: u64,
}

/// Sessions were charged for spending a mint.
#[event]
pub struct Charged {
    /// Who charged them.
    pub consumer: Pubkey,
    pub mint: Pubkey,
    /// In the order in which they were made.
    pub charges: Vec<Charge>,
}

/// What was charged to one session.
#[derive(
    AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable,
)]
#[repr(C)]
pub struct Charge {
    pub owner: Pubkey,
    /// The session key.
    pub session: Pubkey,
    pub amount: u64,
    /// What remains in this period.
    pub remaining: u64,
    /// What remains in the session's life.
    pub lifetime_remaining: u64,
}

impl Charge {
    pub(crate) fn new(owner: Pubkey, session: Pubkey, amount: u64, limit: &SpendLimit) -> Self {
        Self {
            owner,
            session,
            amount,
            remaining: limit.remaining(),
            lifetime_remaining: limit.lifetime_remaining(),
        }
    }
}

/// [`Charged`] before it is encoded.
///
/// Its charges are in memory what Borsh makes of them, and are copied at once: field by field they would cost
/// a chunk of a batch more than its limits do.
pub(crate) struct Charges<'a> {
    pub consumer: &'a Pubkey,
    pub mint: &'a Pubkey,
    pub charges: &'a [Charge],
}

impl Charges<'_> {
    pub(crate) fn emit(&self, event_authority: &AccountInfo) -> Result<()> {
        let capacity = 2 * size_of::<Pubkey>() + size_of::<u32>() + size_of_val(self.charges);
        emit_with_capacity(event_authority, capacity, self)
    }
}

impl Discriminator for Charges<'_> {
    const DISCRIMINATOR: &'static [u8] = Charged::DISCRIMINATOR;
}

impl AnchorSerialize for Charges<'_> {
    fn serialize<W: std::io::Write>(&self, writer: &mut W) -> std::io::Result<()> {
        let count = u32::try_from(self.charges.len()).map_err(std::io::Error::other)?;
        writer.write_all(self.consumer.as_ref())?;
        writer.write_all(self.mint.as_ref())?;
        writer.write_all(&count.to_le_bytes())?;
        writer.write_all(bytemuck::cast_slice(self.charges))
    }
}
