//! The leaves of a batch's trees, and their roots.

use crate::{Delta, ItemMove, Outcome};
use novate_protocol::{
    keccak::keccak256,
    leaf::{DeltaLeaf, IntentLeaf, ItemLeaf},
    merkle::EMPTY_ROOT,
};
use rayon::prelude::*;

/// Hashes that one core computes before it asks for more: tens of microseconds of work.
const AT_ONCE: usize = 128;

/// A leaf for each intent of the batch, in window order: all entries but those that stay [`Outcome::Open`].
pub fn intent_leaves<'a>(entries: impl IntoIterator<Item = (&'a [u8; 32], Outcome)>) -> Vec<IntentLeaf> {
    let settled = entries
        .into_iter()
        .filter(|(_, outcome)| *outcome != Outcome::Open);
    let leaf = |(index, (id, outcome)): (u32, (&[u8; 32], Outcome))| IntentLeaf {
        index,
        intent_id: *id,
        outcome: outcome.code(),
    };
    (0..).zip(settled).map(leaf).collect()
}

/// A leaf for each delta, in their order.
pub fn delta_leaves(deltas: &[Delta]) -> Vec<DeltaLeaf> {
    let leaf = |(index, delta): (u32, &Delta)| DeltaLeaf {
        index,
        owner: delta.owner,
        asset: delta.asset,
        session: delta.session,
        amount: delta.amount,
    };
    (0..).zip(deltas).map(leaf).collect()
}

/// A leaf for each item that changes hands, in their order.
pub fn item_leaves(items: &[ItemMove]) -> Vec<ItemLeaf> {
    let leaf = |(index, moved): (u32, &ItemMove)| ItemLeaf {
        index,
        asset: moved.item.collection,
        token_id: moved.item.token_id,
        from: moved.from,
        to: moved.to,
    };
    (0..).zip(items).map(leaf).collect()
}

/// Hashes the leaves and gives the root of [`novate_protocol::merkle::Tree`] over them, computed on all cores.
pub fn root<Leaf: Sync>(leaves: &[Leaf], hash: fn(&Leaf) -> [u8; 32]) -> [u8; 32] {
    let inner = leaves.len().saturating_sub(1);
    let mut nodes = vec![EMPTY_ROOT; inner];
    nodes.par_extend(leaves.par_iter().rev().with_min_len(AT_ONCE).map(hash));
    // Level by level: that of depth d begins at node 2^d - 1, and the children of its nodes are the next level.
    let mut end = inner;
    while end > 0 {
        let start = (end + 1).next_power_of_two() / 2 - 1;
        let next = 2 * start + 1;
        let (upper, children) = nodes.split_at_mut(next);
        // `end` is at most `next`, with a part of the last level being leaves.
        if let Some(parents) = upper.get_mut(start..end) {
            let parents = parents.par_iter_mut().zip(children.par_chunks_exact(2));
            parents
                .with_min_len(AT_ONCE)
                .for_each(|(node, pair)| *node = parent(pair));
        }
        end = start;
    }
    nodes.first().copied().unwrap_or(EMPTY_ROOT)
}

/// Keccak-256 of the two children, the lower first.
fn parent(pair: &[[u8; 32]]) -> [u8; 32] {
    match pair {
        [a, b] if a < b => keccak256(&[a, b]),
        [a, b] => keccak256(&[b, a]),
        _ => EMPTY_ROOT, // a pair has two
    }
}
