//! A batch as the clearing service makes it: leaves in canonical order, trees, header.

use std::ops::Range;

use novate_protocol::batch::BatchHeader;
use novate_protocol::ids::{Asset as AssetId, Owner};
use novate_protocol::leaf::{DeltaLeaf, IntentLeaf, ItemLeaf};
use novate_protocol::merkle::Tree;
use settlement::seeds::BATCH_SEED;
use solana_address::Address;

use crate::world::*;

/// A change of one ledger that somebody wants.
#[derive(Clone, Copy, Debug)]
pub struct Delta {
    pub asset: Asset,
    pub owner: Address,
    /// The session that signed, of a debit; none of a credit.
    pub session: Option<Session>,
    /// Below zero is a debit.
    pub amount: i128,
}

/// A move of an item that somebody wants.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    pub item: Address,
    pub mint: Address,
    pub from: Address,
    pub to: Address,
}

/// A batch.
#[derive(Clone, Debug)]
pub struct Plan {
    pub header: BatchHeader,
    /// By the index of their leaves.
    pub deltas: Vec<Delta>,
    pub moves: Vec<Move>,
    pub delta_tree: Tree,
    pub item_tree: Tree,
    /// The batch's account.
    pub address: Address,
}

impl Plan {
    /// The next batch of the settlement, with the deltas in canonical order: debits first, then by asset.
    pub fn next(world: &World, mut deltas: Vec<Delta>, moves: Vec<Move>) -> Self {
        deltas.sort_by_key(|delta| (delta.amount >= 0, delta.asset.mint.to_bytes()));
        Self::as_given(world, deltas, moves)
    }

    /// The same with the deltas in this order.
    pub fn as_given(world: &World, deltas: Vec<Delta>, moves: Vec<Move>) -> Self {
        let leaves = deltas.iter().enumerate();
        let delta_tree = Tree::new(leaves.map(|(i, delta)| delta.leaf(i as u32).hash()).collect());
        let leaves = moves.iter().enumerate();
        let item_tree = Tree::new(leaves.map(|(i, item)| item.leaf(i as u32).hash()).collect());
        let intent = IntentLeaf {
            index: 0,
            intent_id: [1; 32],
            outcome: 0,
        };
        let sequence = world.state().opened + 1;
        let header = BatchHeader {
            chain: CHAIN,
            settlement: world.config.to_bytes(),
            sequence,
            intents_root: Tree::new(vec![intent.hash()]).root(),
            deltas_root: delta_tree.root(),
            items_root: item_tree.root(),
            blob_cid: [7; 36],
            intent_count: 1,
            delta_count: deltas.len() as u32,
            item_count: moves.len() as u32,
            opened_at: world.now() as u64,
        };
        Self {
            header,
            deltas,
            moves,
            delta_tree,
            item_tree,
            address: batch_of(&world.config, sequence),
        }
    }

    /// Leaves of debits.
    pub fn debits(&self) -> Range<usize> {
        let debits = self.deltas.iter().take_while(|delta| delta.amount < 0);
        0..debits.count()
    }

    /// Leaves of credits.
    pub fn credits(&self) -> Range<usize> {
        self.debits().end..self.deltas.len()
    }

    /// The leaves in `range` in parts of one asset and one side, as an instruction takes them.
    pub fn chunks(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let mut chunks: Vec<Range<usize>> = Vec::new();
        for i in range {
            let kind = |i: usize| (self.deltas[i].asset.vault, self.deltas[i].amount < 0);
            match chunks.last_mut() {
                Some(chunk) if kind(chunk.start) == kind(i) => chunk.end = i + 1,
                _ => chunks.push(i..i + 1),
            }
        }
        chunks
    }

    /// Vaults that the batch debits, in the order in which `finalize_batch` takes them.
    pub fn vaults(&self) -> Vec<Address> {
        let debits = self.deltas.iter().filter(|delta| delta.amount < 0);
        let mut vaults: Vec<_> = debits.map(|delta| delta.asset.vault).collect();
        vaults.sort_by_key(|vault| vault.to_bytes());
        vaults.dedup();
        vaults
    }

    /// Range proof of deltas.
    pub fn delta_proof(&self, range: &Range<usize>) -> Vec<u8> {
        let proof = self.delta_tree.range_proof(range.start, range.len());
        proof.unwrap_or_default().concat()
    }

    /// Range proof of moves.
    pub fn item_proof(&self, range: &Range<usize>) -> Vec<u8> {
        let proof = self.item_tree.range_proof(range.start, range.len());
        proof.unwrap_or_default().concat()
    }
}

impl Delta {
    pub fn debit(asset: &Asset, owner: Address, session: Session, amount: u64) -> Self {
        Self {
            asset: *asset,
            owner,
            session: Some(session),
            amount: -i128::from(amount),
        }
    }

    pub fn credit(asset: &Asset, owner: Address, amount: u64) -> Self {
        Self {
            asset: *asset,
            owner,
            session: None,
            amount: amount.into(),
        }
    }

    pub fn ledger(&self) -> Address {
        ledger_of(&self.asset.vault, &self.owner)
    }

    /// The amount without its sign.
    pub fn size(&self) -> [u8; 8] {
        (self.amount.unsigned_abs() as u64).to_le_bytes()
    }

    pub fn leaf(&self, index: u32) -> DeltaLeaf {
        DeltaLeaf {
            index,
            owner: Owner(self.owner.to_bytes()),
            asset: AssetId(self.asset.mint.to_bytes()),
            session: self.session.map_or([0; 32], |session| session.key.to_bytes()),
            amount: self.amount,
        }
    }
}

impl Move {
    pub fn leaf(&self, index: u32) -> ItemLeaf {
        ItemLeaf {
            index,
            asset: AssetId(self.mint.to_bytes()),
            token_id: [0; 32],
            from: Owner(self.from.to_bytes()),
            to: Owner(self.to.to_bytes()),
        }
    }
}

pub fn batch_of(config: &Address, sequence: u64) -> Address {
    derive(&[BATCH_SEED, config.as_ref(), &sequence.to_le_bytes()])
}
