//! What a batch consists of.

use anyhow::{Context, Result};
use novate_bindings::icp::Chain;
use novate_protocol::{
    batch::BatchHeader,
    ids::{Asset, Owner},
    keccak::keccak256,
    leaf::{DeltaLeaf, IntentLeaf, ItemLeaf},
    merkle::Tree,
};
use sha2::{Digest, Sha256};

/// How many intents a batch pretends to net.
const INTENTS: [u32; 2] = [0, 1];

/// What is signed, and the leaves that are applied.
pub struct Batch {
    pub chain: Chain,
    pub header: BatchHeader,
    /// Debits first: that is the canonical order.
    pub deltas: Vec<DeltaLeaf>,
    pub items: Vec<ItemLeaf>,
}

/// Change of one ledger, in base units.
#[derive(Clone, Copy)]
pub struct Change {
    pub owner: Owner,
    pub asset: Asset,
    /// That a debit is charged to; zeros for a credit.
    pub session: [u8; 32],
    pub amount: i128,
}

/// Transfer of one item.
#[derive(Clone, Copy)]
pub struct Item {
    pub asset: Asset,
    pub from: Owner,
    pub to: Owner,
}

impl Batch {
    /// The batch with this sequence. Debits come before credits in `changes`. `opened_at` is in Unix seconds.
    pub fn new(
        chain: Chain,
        settlement: [u8; 32],
        sequence: u64,
        opened_at: u64,
        changes: &[Change],
        items: &[Item],
    ) -> Self {
        let deltas: Vec<_> = (0..)
            .zip(changes)
            .map(|(index, change)| DeltaLeaf {
                index,
                owner: change.owner,
                asset: change.asset,
                session: change.session,
                amount: change.amount,
            })
            .collect();
        let items: Vec<_> = (0..)
            .zip(items)
            .map(|(index, item)| ItemLeaf {
                index,
                asset: item.asset,
                token_id: [0; 32],
                from: item.from,
                to: item.to,
            })
            .collect();
        let intents = INTENTS.map(|index| IntentLeaf {
            index,
            intent_id: keccak256(&[
                b"demo intent",
                &settlement,
                &sequence.to_le_bytes(),
                &index.to_le_bytes(),
            ]),
            outcome: 0,
        });
        let header = BatchHeader {
            chain: chain.number(),
            settlement,
            sequence,
            intents_root: Tree::new(intents.iter().map(IntentLeaf::hash).collect()).root(),
            deltas_root: deltas_tree(&deltas).root(),
            items_root: items_tree(&items).root(),
            blob_cid: cid(&intents.map(|intent| intent.intent_id).concat()),
            intent_count: intents.len() as u32,
            delta_count: deltas.len() as u32,
            item_count: items.len() as u32,
            opened_at,
        };
        Self {
            chain,
            header,
            deltas,
            items,
        }
    }

    pub fn debits(&self) -> &[DeltaLeaf] {
        let (debits, _) = self.deltas.split_at(self.first_credit());
        debits
    }

    pub fn credits(&self) -> &[DeltaLeaf] {
        let (_, credits) = self.deltas.split_at(self.first_credit());
        credits
    }

    fn first_credit(&self) -> usize {
        self.deltas.iter().take_while(|leaf| leaf.amount < 0).count()
    }

    /// Where a chunk of consecutive deltas begins, and its proof.
    pub fn chunk(&self, leaves: &[DeltaLeaf]) -> Result<(u32, Vec<[u8; 32]>)> {
        let first = leaves.first().context("a chunk without leaves")?.index;
        let proof = deltas_tree(&self.deltas).range_proof(first as usize, leaves.len());
        Ok((first, proof.context("no such leaves")?))
    }

    /// The proof of all items.
    pub fn items_proof(&self) -> Result<Vec<[u8; 32]>> {
        let proof = items_tree(&self.items).range_proof(0, self.items.len());
        proof.context("a batch without items")
    }
}

/// Binary CIDv1 of raw bytes: version, codec, hash function (sha2-256), length of the hash, hash.
///
/// Source: <https://github.com/multiformats/cid>
fn cid(blob: &[u8]) -> [u8; 36] {
    let mut cid = [0; 36];
    let (head, hash) = cid.split_at_mut(4);
    head.copy_from_slice(&[0x01, 0x55, 0x12, 0x20]);
    hash.copy_from_slice(&Sha256::digest(blob));
    cid
}

fn deltas_tree(deltas: &[DeltaLeaf]) -> Tree {
    Tree::new(deltas.iter().map(DeltaLeaf::hash).collect())
}

fn items_tree(items: &[ItemLeaf]) -> Tree {
    Tree::new(items.iter().map(ItemLeaf::hash).collect())
}
