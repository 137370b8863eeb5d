//! The events of deltas, as they are encoded.

use std::io::{Error, Result, Write};

use anchor_lang::Discriminator;
use anchor_lang::prelude::*;

use super::{DeltaEntry, DeltasApplied, DeltasReverted, emit_by_call};

/// [`DeltasApplied`] or [`DeltasReverted`] before it is encoded; both have these fields.
///
/// Its entries are in memory what Borsh makes of them, and are copied at once. Field by field, they would cost a
/// chunk of a batch nearly as much as its proof.
pub(crate) struct Deltas<'a> {
    pub config: &'a Pubkey,
    pub sequence: u64,
    pub vault: &'a Pubkey,
    pub mint: &'a Pubkey,
    pub entries: &'a [DeltaEntry],
}

impl Deltas<'_> {
    pub fn emit_applied(&self, event_authority: &AccountInfo) -> anchor_lang::Result<()> {
        emit_by_call(event_authority, self.space(), &Applied(self))
    }

    pub fn emit_reverted(&self, event_authority: &AccountInfo) -> anchor_lang::Result<()> {
        emit_by_call(event_authority, self.space(), &Reverted(self))
    }

    fn space(&self) -> usize {
        3 * 32 + 8 + 4 + std::mem::size_of_val(self.entries)
    }

    fn write(&self, writer: &mut impl Write) -> Result<()> {
        let count = u32::try_from(self.entries.len()).map_err(Error::other)?;
        writer.write_all(self.config.as_ref())?;
        writer.write_all(&self.sequence.to_le_bytes())?;
        writer.write_all(self.vault.as_ref())?;
        writer.write_all(self.mint.as_ref())?;
        writer.write_all(&count.to_le_bytes())?;
        writer.write_all(bytemuck::cast_slice(self.entries))
    }
}

struct Applied<'a>(&'a Deltas<'a>);

impl Discriminator for Applied<'_> {
    const DISCRIMINATOR: &'static [u8] = DeltasApplied::DISCRIMINATOR;
}

impl AnchorSerialize for Applied<'_> {
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
        self.0.write(writer)
    }
}

struct Reverted<'a>(&'a Deltas<'a>);

impl Discriminator for Reverted<'_> {
    const DISCRIMINATOR: &'static [u8] = DeltasReverted::DISCRIMINATOR;
}

impl AnchorSerialize for Reverted<'_> {
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
        self.0.write(writer)
    }
}
