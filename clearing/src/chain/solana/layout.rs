//! What follows from a batch alone: its trees, and the addresses of all accounts that it touches.

use super::super::SignedBatch;
use novate_bindings::solana::address::{session_keys::grants, settlement as at};
use novate_protocol::{ids::Asset, merkle::Tree};
use rayon::prelude::*;
use solana_address::Address;
use std::{
    collections::{BTreeMap, VecDeque},
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

/// Accounts of a delta.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delta {
    pub vault: Address,
    pub ledger: Address,
    /// Of the owner's sessions.
    pub grants: Address,
}

/// Accounts of an item's move.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub item: Address,
    /// Of the holder's sessions.
    pub grants: Address,
}

/// It costs two hashes and two derived addresses a leaf, so it is made once for each batch.
#[derive(Debug)]
pub(super) struct Layout {
    pub batch: SignedBatch,
    /// The batch's account.
    pub address: Address,
    pub deltas: Vec<Delta>,
    pub items: Vec<Item>,
    /// How many of the deltas are debits.
    pub debits: u32,
    delta_tree: Tree,
    item_tree: Tree,
}

impl Layout {
    pub fn of(batch: SignedBatch) -> Self {
        let config = Address::from(batch.header.settlement);
        let vaults: BTreeMap<Asset, Address> = batch
            .deltas
            .iter()
            .map(|leaf| (leaf.asset, ()))
            .collect::<BTreeMap<_, _>>()
            .into_keys()
            .map(|asset| (asset, at::vault(&config, &Address::from(asset.0))))
            .collect();
        let deltas = batch.deltas.par_iter().map(|leaf| {
            let owner = Address::from(leaf.owner.0);
            let vault = vaults.get(&leaf.asset).copied().unwrap_or_default();
            let delta = Delta {
                vault,
                ledger: at::ledger(&vault, &owner),
                grants: grants(&owner),
            };
            (delta, leaf.hash())
        });
        let (deltas, delta_hashes): (Vec<_>, Vec<_>) = deltas.unzip();
        let items = batch.items.par_iter().map(|leaf| {
            let item = Item {
                item: at::item(&config, &Address::from(leaf.asset.0)),
                grants: grants(&Address::from(leaf.from.0)),
            };
            (item, leaf.hash())
        });
        let (items, item_hashes): (Vec<_>, Vec<_>) = items.unzip();
        let debits = batch.deltas.iter().take_while(|leaf| leaf.amount < 0).count();
        Self {
            address: at::batch(&config, batch.header.sequence),
            deltas,
            items,
            debits: u32::try_from(debits).unwrap_or(u32::MAX),
            delta_tree: Tree::new(delta_hashes),
            item_tree: Tree::new(item_hashes),
            batch,
        }
    }

    /// Number of deltas.
    pub fn delta_count(&self) -> u32 {
        self.batch.header.delta_count
    }

    /// The vaults that the batch debits, ascending, as its end takes them.
    pub fn debited(&self) -> Vec<Address> {
        let debits = usize::try_from(self.debits).unwrap_or(usize::MAX);
        let mut vaults: Vec<_> = self.deltas.iter().take(debits).map(|delta| delta.vault).collect();
        vaults.sort_unstable();
        vaults.dedup();
        vaults
    }

    /// Every vault of the batch, ascending.
    pub fn vaults(&self) -> Vec<Address> {
        let mut vaults: Vec<_> = self.deltas.iter().map(|delta| delta.vault).collect();
        vaults.sort_unstable();
        vaults.dedup();
        vaults
    }

    /// Range proof of deltas; `None` when there are no such leaves.
    pub fn delta_proof(&self, leaves: &Range<u32>) -> Option<Vec<u8>> {
        proof(&self.delta_tree, leaves)
    }

    /// Range proof of items; `None` when there are no such leaves.
    pub fn item_proof(&self, leaves: &Range<u32>) -> Option<Vec<u8>> {
        proof(&self.item_tree, leaves)
    }
}

/// The elements at these indexes; none when one of them is not there.
pub(super) fn slice<'a, T>(all: &'a [T], leaves: &Range<u32>) -> Option<&'a [T]> {
    let (start, end) = (
        usize::try_from(leaves.start).ok()?,
        usize::try_from(leaves.end).ok()?,
    );
    all.get(start..end)
}

fn proof(tree: &Tree, leaves: &Range<u32>) -> Option<Vec<u8>> {
    let len = leaves.end.checked_sub(leaves.start)?;
    let proof = tree.range_proof(usize::try_from(leaves.start).ok()?, usize::try_from(len).ok()?)?;
    Some(proof.concat())
}

/// As many batches as a settlement has open at a time.
const KEPT: usize = 8;

/// The layouts of the batches that are in work.
#[derive(Debug, Default)]
pub(super) struct Layouts(Mutex<VecDeque<Arc<Layout>>>);

impl Layouts {
    /// The batch's layout. Making it takes a second for the largest batch, so that is done beside the event loop.
    pub async fn of(&self, batch: &SignedBatch) -> Arc<Layout> {
        if let Some(known) = self.known(batch) {
            return known;
        }
        let owned = batch.clone();
        let made = tokio::task::spawn_blocking(move || Layout::of(owned)).await;
        // It fails only when the runtime shuts down, and then nobody waits for it any more.
        let made = Arc::new(made.unwrap_or_else(|_| Layout::of(batch.clone())));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.truncate(KEPT - 1);
        kept.push_front(Arc::clone(&made));
        made
    }

    fn known(&self, batch: &SignedBatch) -> Option<Arc<Layout>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|layout| layout.batch == *batch).cloned()
    }
}
