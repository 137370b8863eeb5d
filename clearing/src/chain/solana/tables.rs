//! Address lookup tables: they let a transaction name an account by one byte instead of 32, so that 27 debits or 57 credits
//! fit into one.
//!
//! The tables are the payer's, and stay from batch to batch. Addresses are added in the order of their owners, which is also
//! the order of a batch's leaves: so consecutive leaves need few tables. Every table begins with the settlement's config and
//! what else every transaction names; by that it is known whose it is, without any record but the chain.

use super::rpc::Account;
use solana_address::Address;
use solana_address_lookup_table_interface::{
    instruction::{create_lookup_table, extend_lookup_table},
    program::ID as PROGRAM,
    state::{AddressLookupTable, LOOKUP_TABLE_MAX_ADDRESSES},
};
use solana_instruction::Instruction;
use solana_message::AddressLookupTableAccount;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The most addresses that fit into the transaction that adds them.
pub(super) const MAX_EXTENSION: usize = 29;
/// The same when it also creates the table.
pub(super) const MAX_CREATION: usize = 28;

/// The usable tables of one settlement.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    tables: Vec<Table>,
    /// In which tables an address is, usable or not yet.
    places: HashMap<Address, Vec<usize>>,
}

#[derive(Clone, Debug)]
struct Table {
    key: Address,
    addresses: Vec<Address>,
    /// How many of them transactions can use: those that were added in the current slot they cannot.
    usable: usize,
}

/// Addresses to be added to one table, by one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Extension {
    /// Index of the first of the wanted addresses in it.
    pub number: usize,
    /// Which table; a new one if none.
    pub table: Option<Address>,
    /// What is added.
    pub addresses: Vec<Address>,
}

impl Pool {
    /// Takes those tables that are `payer`'s for this settlement and not about to be closed, as of `slot`.
    pub fn read(
        slot: u64,
        settlement: &Address,
        payer: &Address,
        accounts: impl IntoIterator<Item = (Address, Account)>,
    ) -> Self {
        let mut pool = Self::default();
        let ours = accounts
            .into_iter()
            .filter(|(_, account)| account.owner == PROGRAM);
        for (key, account) in ours {
            let Ok(table) = AddressLookupTable::deserialize(&account.data) else {
                continue;
            };
            let meta = &table.meta;
            let is_ours = meta.authority == Some(*payer) && table.addresses.first() == Some(settlement);
            if is_ours && meta.deactivation_slot == u64::MAX {
                let usable = match slot > meta.last_extended_slot {
                    true => table.addresses.len(),
                    false => usize::from(meta.last_extended_slot_start_index),
                };
                pool.push(key, table.addresses.to_vec(), usable);
            }
        }
        pool
    }

    fn push(&mut self, key: Address, addresses: Vec<Address>, usable: usize) {
        let index = self.tables.len();
        for address in &addresses {
            self.places.entry(*address).or_default().push(index);
        }
        self.tables.push(Table {
            key,
            addresses,
            usable,
        });
    }

    /// Whether the address is in a table, usable or not yet.
    pub fn holds(&self, address: &Address) -> bool {
        self.places.contains_key(address)
    }

    /// Whether everything in it can be used now.
    pub fn is_settled(&self) -> bool {
        self.tables
            .iter()
            .all(|table| table.usable == table.addresses.len())
    }

    /// Tables and addresses.
    pub fn size(&self) -> (usize, usize) {
        (
            self.tables.len(),
            self.tables.iter().map(|table| table.addresses.len()).sum(),
        )
    }

    /// The tables that a transaction with these instructions should name: each saves more bytes than it costs.
    pub fn pick(&self, instructions: &[Instruction]) -> Vec<AddressLookupTableAccount> {
        let accounts = instructions.iter().flat_map(|call| &call.accounts);
        let mut open: BTreeSet<Address> = accounts
            .filter(|meta| !meta.is_signer)
            .map(|meta| meta.pubkey)
            .collect();
        let mut picked = Vec::new();
        loop {
            let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
            for table in open
                .iter()
                .filter_map(|address| self.places.get(address))
                .flatten()
            {
                *counts.entry(*table).or_default() += 1;
            }
            // A table costs 34 bytes and a byte for each address, an address by itself 32.
            let best = counts
                .into_iter()
                .max_by_key(|(table, count)| (*count, usize::MAX - table));
            let table = best
                .filter(|(_, count)| *count > 1)
                .and_then(|(table, _)| self.tables.get(table));
            let Some(table) = table else {
                return picked;
            };
            for address in &table.addresses {
                open.remove(address);
            }
            picked.push(AddressLookupTableAccount {
                key: table.key,
                addresses: table.addresses.iter().take(table.usable).copied().collect(),
            });
        }
    }

    /// Where those of the `wanted` addresses go that are in no table, and the pool as it is then. `head` is put in front of
    /// every new table.
    ///
    /// An address goes into the table of the one before it, or else into the first with room. A new table is created with
    /// the first of its addresses; those that have no room in this transaction are not among the extensions before the table
    /// is there.
    pub fn extensions(&self, wanted: &[Address], head: &[Address]) -> (Vec<Extension>, Self) {
        let mut extended = self.clone();
        for table in &mut extended.tables {
            table.usable = table.addresses.len();
        }
        let mut extensions: Vec<Extension> = Vec::new();
        // The last extension of each table.
        let mut open: BTreeMap<usize, usize> = BTreeMap::new();
        let mut current = 0;
        for (number, address) in wanted.iter().enumerate() {
            if let Some(place) = extended.places.get(address).and_then(|tables| tables.first()) {
                current = *place;
                continue;
            }
            current = extended.with_room(current, head);
            let existing = self.tables.get(current).map(|table| table.key);
            let (most, head) = match existing {
                Some(_) => (MAX_EXTENSION, &[][..]),
                None => (MAX_CREATION, head),
            };
            let last = open.get(&current).and_then(|last| extensions.get_mut(*last));
            // It may be in the head.
            let is_new = extended.append(current, *address);
            let addition = is_new.then_some(*address);
            match last {
                Some(last) if last.addresses.len() < most => last.addresses.extend(addition),
                // What does not fit into the creation waits until the table is there.
                Some(_) if existing.is_none() => {}
                _ => {
                    open.insert(current, extensions.len());
                    extensions.push(Extension {
                        number,
                        table: existing,
                        addresses: head.iter().copied().chain(addition).collect(),
                    });
                }
            }
        }
        (extensions, extended)
    }

    /// This table, if it has room, or the first that has, or a new one.
    fn with_room(&mut self, table: usize, head: &[Address]) -> usize {
        let has_room = |table: &Table| table.addresses.len() < LOOKUP_TABLE_MAX_ADDRESSES;
        if self.tables.get(table).is_some_and(has_room) {
            return table;
        }
        self.tables.iter().position(has_room).unwrap_or_else(|| {
            let new = self.tables.len();
            let mut key = [u8::MAX; 32];
            key[..8].copy_from_slice(&(new as u64).to_le_bytes());
            self.push(Address::from(key), head.to_vec(), head.len());
            new
        })
    }

    /// Adds the address to a table, if it is in none; returns whether.
    fn append(&mut self, index: usize, address: Address) -> bool {
        if self.holds(&address) {
            return false;
        }
        if let Some(table) = self.tables.get_mut(index) {
            table.addresses.push(address);
            table.usable = table.addresses.len();
            self.places.entry(address).or_default().push(index);
        }
        true
    }
}

/// Adds addresses to a table of the payer's.
pub(super) fn extend(table: Address, payer: Address, addresses: Vec<Address>) -> Instruction {
    extend_lookup_table(table, payer, Some(payer), addresses)
}

/// Creates the payer's table of this slot, and adds addresses to it. Returned is also the table.
pub(super) fn create(slot: u64, payer: Address, addresses: Vec<Address>) -> (Vec<Instruction>, Address) {
    let (create, table) = create_lookup_table(payer, payer, slot);
    (vec![create, extend(table, payer, addresses)], table)
}
