//! Recent slots, from which the addresses of new lookup tables are derived.

use solana_address::Address;
use solana_address_lookup_table_interface::instruction::derive_lookup_table_address;
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

/// The sysvar with the hashes of the last 512 slots that have a block, newest first: a length (8 bytes), then slot (8) and
/// hash (32) of each.
pub(super) const SLOT_HASHES: Address =
    Address::from_str_const("SysvarS1otHashes111111111111111111111111111");
const LENGTH: usize = 8;
const ENTRY: usize = 8 + 32;
/// A slot must be in the sysvar still when the transaction lands, up to 150 blocks later.
const RECENT: usize = 256;

/// The slots that were given out, so that two tables that are made at the same time do not get the same address.
#[derive(Debug, Default)]
pub(super) struct Slots(Mutex<BTreeSet<u64>>);

impl Slots {
    /// A slot that no table of `payer` is derived from: the oldest that stays recent for long enough.
    pub fn next(&self, sysvar: &[u8], payer: &Address, taken: &BTreeSet<Address>) -> Option<u64> {
        let (entries, _) = sysvar.get(LENGTH..)?.as_chunks::<ENTRY>();
        let recent: Vec<u64> = entries.iter().take(RECENT).filter_map(slot).collect();
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(oldest) = recent.last() {
            given.retain(|slot| slot >= oldest);
        }
        let free = |slot: &&u64| {
            !given.contains(slot) && !taken.contains(&derive_lookup_table_address(payer, **slot).0)
        };
        let next = recent.iter().rev().find(free).copied()?;
        given.insert(next);
        Some(next)
    }
}

/// Slot 0 fills the entries that are not used yet.
fn slot(entry: &[u8; ENTRY]) -> Option<u64> {
    let slot = entry.first_chunk().map(|slot| u64::from_le_bytes(*slot));
    slot.filter(|slot| *slot > 0)
}
