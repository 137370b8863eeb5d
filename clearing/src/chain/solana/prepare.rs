//! What a batch needs before it can be opened: ledgers of those who are credited, and lookup tables.

use super::{
    super::ChainError,
    Solana,
    chunks::Cutter,
    instructions::shared,
    layout::Layout,
    rpc::MAX_ADDRESSES,
    tables::{Extension, Pool},
    unavailable,
};
use solana_address::Address;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::PoisonError,
};

/// If so many addresses are in no table, the batch takes more transactions without them than adding them does, whatever else.
const SURELY_WORTH: usize = 128;
/// Vaults that are put into every new table.
const HEAD_VAULTS: usize = 8;

/// One transaction of preparation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// Opens the ledgers of these deltas.
    Ledgers(Vec<u32>),
    /// Adds addresses to a lookup table, or to a new one.
    Table(Extension),
}

/// By the numbers of their steps. A task of ledgers has the number of its first leaf, one of tables comes behind all leaves
/// with the place of its first address among those that the batch wants in tables: so a task keeps its number while others
/// are done.
pub(super) type Tasks = BTreeMap<u32, Task>;

impl Solana {
    /// What is left to be prepared and can be done now; `None` when it is known in the next slot. Lookup tables come first:
    /// with them more ledgers fit into a transaction.
    pub(super) async fn tasks(&self, layout: &Layout) -> Result<Option<Tasks>, ChainError> {
        let pool = self.read_pool().await?;
        let tables = self.missing_tables(layout, &pool).await?;
        if !tables.is_empty() {
            return Ok(Some(tables));
        }
        let ledgers = self.missing_ledgers(layout, &pool).await?;
        // Ledgers that are grouped by the tables of now would be grouped otherwise in the next slot, and opened twice.
        Ok((ledgers.is_empty() || pool.is_settled()).then_some(ledgers))
    }

    /// The ledgers of credits that are not open.
    pub(super) async fn missing_ledgers(&self, layout: &Layout, pool: &Pool) -> Result<Tasks, ChainError> {
        let credits = layout.debits..layout.delta_count();
        let all = credits.filter_map(|leaf| {
            let at = usize::try_from(leaf).ok()?;
            Some((leaf, layout.deltas.get(at)?.ledger))
        });
        let unknown: Vec<(u32, Address)> = {
            let known = self.ledgers.lock().unwrap_or_else(PoisonError::into_inner);
            all.filter(|(_, ledger)| !known.contains(ledger)).collect()
        };
        let addresses: Vec<Address> = unknown.iter().map(|(_, ledger)| *ledger).collect();
        let exist = self.existing(&addresses).await?;
        let (mut missing, mut seen) = (Vec::new(), BTreeSet::new());
        {
            let mut known = self.ledgers.lock().unwrap_or_else(PoisonError::into_inner);
            for ((leaf, ledger), exists) in unknown.iter().zip(exist) {
                if exists {
                    known.insert(*ledger);
                } else if seen.insert(*ledger) {
                    missing.push(*leaf);
                }
            }
        }
        let groups = Cutter::new(self.calls(layout), pool).ledgers(&missing);
        let task = |group: Vec<u32>| Some((*group.first()?, Task::Ledgers(group)));
        Ok(groups.into_iter().filter_map(task).collect())
    }

    /// Additions to lookup tables, if the batch takes fewer transactions with them.
    async fn missing_tables(&self, layout: &Layout, pool: &Pool) -> Result<Tasks, ChainError> {
        let wanted = self.wanted(layout, pool).await?;
        let missing = wanted.iter().filter(|address| !pool.holds(address)).count();
        if missing == 0 {
            return Ok(Tasks::new());
        }
        let mut head = shared(self.settlement).to_vec();
        head.extend(layout.vaults().into_iter().take(HEAD_VAULTS));
        let (extensions, extended) = pool.extensions(&wanted, &head);
        let calls = self.calls(layout);
        let count = |pool: &Pool| Cutter::new(calls, pool).count();
        if missing < SURELY_WORTH && count(pool) <= count(&extended) {
            return Ok(Tasks::new());
        }
        let task = |extension: Extension| {
            let number = layout
                .delta_count()
                .checked_add(u32::try_from(extension.number).ok()?)?;
            Some((number, Task::Table(extension)))
        };
        Ok(extensions.into_iter().filter_map(task).collect())
    }

    /// The addresses that should be in tables, in the order in which leaves come: vaults, then of each owner grants and
    /// ledgers. Grants are wanted of who is debited now, and of others who have some: they will be debited one day.
    async fn wanted(&self, layout: &Layout, pool: &Pool) -> Result<Vec<Address>, ChainError> {
        let mut owners: BTreeMap<[u8; 32], (Address, bool, BTreeSet<Address>)> = BTreeMap::new();
        for (leaf, delta) in layout.batch.deltas.iter().zip(&layout.deltas) {
            let owner = owners
                .entry(leaf.owner.0)
                .or_insert((delta.grants, false, BTreeSet::new()));
            owner.1 |= leaf.amount < 0;
            owner.2.insert(delta.ledger);
        }
        for (leaf, item) in layout.batch.items.iter().zip(&layout.items) {
            owners
                .entry(leaf.from.0)
                .or_insert((item.grants, true, BTreeSet::new()))
                .1 = true;
        }
        let unsure = owners
            .values()
            .filter(|(grants, needed, _)| !needed && !pool.holds(grants));
        let unsure: Vec<Address> = unsure.map(|(grants, ..)| *grants).collect();
        let exist = self.existing(&unsure).await?;
        let without = unsure.iter().zip(exist).filter(|(_, exists)| !exists);
        let without: BTreeSet<&Address> = without.map(|(grants, _)| grants).collect();
        let of_owner = owners.values().flat_map(|(grants, _, ledgers)| {
            let grants = (!without.contains(grants)).then_some(*grants);
            grants.into_iter().chain(ledgers.iter().copied())
        });
        Ok(layout.vaults().into_iter().chain(of_owner).collect())
    }

    async fn existing(&self, addresses: &[Address]) -> Result<Vec<bool>, ChainError> {
        let mut exist = Vec::with_capacity(addresses.len());
        for part in addresses.chunks(MAX_ADDRESSES) {
            exist.extend(self.rpc.existing(part).await.map_err(unavailable)?);
        }
        Ok(exist)
    }

    /// Reads the tables anew.
    pub(super) async fn read_pool(&self) -> Result<std::sync::Arc<Pool>, ChainError> {
        let known = self.known_tables().await?;
        let known: Vec<Address> = known.into_iter().collect();
        let (mut slot, mut tables) = (u64::MAX, Vec::new());
        for part in known.chunks(MAX_ADDRESSES) {
            let accounts = self
                .rpc
                .accounts(part, super::rpc::Level::Confirmed)
                .await
                .map_err(unavailable)?;
            // What was usable as of the earliest slot is usable.
            slot = slot.min(accounts.slot);
            let found = part.iter().zip(accounts.found);
            tables.extend(found.filter_map(|(key, account)| Some((*key, account?))));
        }
        let pool = std::sync::Arc::new(Pool::read(slot, &self.settlement, &self.payer_address(), tables));
        *self.pool.lock().unwrap_or_else(PoisonError::into_inner) = Some(std::sync::Arc::clone(&pool));
        Ok(pool)
    }

    /// The tables as they were read last, if all that is in them can be used.
    pub(super) async fn pool(&self) -> Result<std::sync::Arc<Pool>, ChainError> {
        let known = self.pool.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known.filter(|pool| pool.is_settled()) {
            Some(pool) => Ok(pool),
            None => self.read_pool().await,
        }
    }

    /// Tables that the node found once for the payer, and those that were created since.
    async fn known_tables(&self) -> Result<BTreeSet<Address>, ChainError> {
        if !self
            .tables
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .searched
        {
            let found = self
                .rpc
                .lookup_tables(&self.payer_address())
                .await
                .map_err(unavailable)?;
            let mut known = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
            known.tables.extend(found);
            known.searched = true;
        }
        Ok(self.taken_tables())
    }
}
