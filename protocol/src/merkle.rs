//! Merkle trees in the format of OpenZeppelin's `StandardMerkleTree`, built with `sortLeaves: false`.
//!
//! Source of the format: <https://github.com/OpenZeppelin/merkle-tree>. A tree of n leaves is an array of
//! 2n - 1 nodes: node i has the children 2i + 1 and 2i + 2, leaf i is node 2n - 2 - i, and an inner node is
//! keccak-256 of its children in ascending order. OpenZeppelin's `MerkleProof.verify` accepts the proofs.

use crate::keccak::keccak256;

#[cfg(feature = "alloc")]
mod tree;
#[cfg(feature = "alloc")]
pub use tree::Tree;

/// The root of a tree without leaves. No proof leads to it.
pub const EMPTY_ROOT: [u8; 32] = [0; 32];

/// Whether `leaf`, the hash of one of the [`leaf`](crate::leaf) types, is in the tree with this root.
///
/// `leaf` must have been hashed by the caller from the leaf's fields: an inner node taken from elsewhere has
/// a valid (shorter) proof as well.
pub fn verify(root: &[u8; 32], leaf: &[u8; 32], proof: &[[u8; 32]]) -> bool {
    let computed = proof.iter().fold(*leaf, |node, sibling| parent(&node, sibling));
    computed == *root && *root != EMPTY_ROOT
}

/// Whether `leaves`, hashed like the leaf of [`verify`], are the leaves `first`, `first + 1`, .. of the tree with
/// this root and `leaf_count` leaves. `leaves` is overwritten: the tree is folded up in place, without a heap.
///
/// `proof` is that of [`Tree::range_proof`], all of it. `leaf_count` comes from whoever vouches for the root.
/// As in [`verify`], sorted pairs do not say on which side a node stands: it is the index inside a leaf that
/// fixes its place, so the caller hashes leaf i of `leaves` with the index `first + i`.
pub fn verify_range(
    root: &[u8; 32],
    leaf_count: u32,
    first: u32,
    leaves: &mut [[u8; 32]],
    proof: &[[u8; 32]],
) -> bool {
    fold_range(leaf_count, first, leaves, proof) == Some(*root) && *root != EMPTY_ROOT
}

/// The root over the range, or `None` when there is no such range or the proof is too short or too long.
///
/// Goes up layer by layer. A layer's nodes have consecutive positions, and stand in `nodes` in descending order, as
/// their parents will: leaf i is node 2n - 2 - i. An even position is a right child, with its sibling just below.
/// In a tree whose leaves are on two levels, the last node of a layer may be the sibling of the first of the next.
fn fold_range(leaf_count: u32, first: u32, nodes: &mut [[u8; 32]], proof: &[[u8; 32]]) -> Option<[u8; 32]> {
    // The layer is nodes[start..end], and `highest` the position of its first node. Parents overwrite from 0 on what
    // has been read.
    let (mut start, mut end) = (0, nodes.len());
    let after_last = u64::from(first).checked_add(end as u64)?;
    if end == 0 || after_last > u64::from(leaf_count) {
        return None;
    }
    let mut highest = 2 * u64::from(leaf_count) - 2 - u64::from(first);
    let mut proof = proof.iter();
    while highest > 0 {
        let lowest = highest - (end - start - 1) as u64;
        let (mut read, mut write) = (start, 0);
        if highest % 2 == 1 {
            *nodes.first_mut()? = parent(nodes.get(read)?, proof.next()?);
            (read, write) = (read + 1, 1);
        }
        while read + 1 < end {
            *nodes.get_mut(write)? = parent(nodes.get(read)?, nodes.get(read + 1)?);
            (read, write) = (read + 2, write + 1);
        }
        highest = (highest - 1) / 2;
        start = 0;
        if read < end {
            let sibling = if lowest == highest + 1 {
                (highest, start) = (highest - 1, 1);
                nodes.first()?
            } else {
                proof.next()?
            };
            *nodes.get_mut(write)? = parent(nodes.get(read)?, sibling);
            write += 1;
        }
        end = write;
    }
    match proof.next() {
        Some(_) => None,
        None => nodes.get(start).copied(),
    }
}

fn parent(a: &[u8; 32], b: &[u8; 32]) -> [u8; 32] {
    if a < b {
        keccak256(&[a, b])
    } else {
        keccak256(&[b, a])
    }
}
