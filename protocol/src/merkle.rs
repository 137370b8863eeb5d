//! Merkle trees in the format of OpenZeppelin's `StandardMerkleTree`, built with `sortLeaves: false`.
//!
//! Source of the format: <https://github.com/OpenZeppelin/merkle-tree>. A tree of n leaves is an array of
//! 2n - 1 nodes: node i has the children 2i + 1 and 2i + 2, leaf i is node 2n - 2 - i, and an inner node is
//! keccak-256 of its children in ascending order. OpenZeppelin's `MerkleProof.verify` accepts the proofs.

use crate::keccak::keccak256;

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

fn parent(a: &[u8; 32], b: &[u8; 32]) -> [u8; 32] {
    if a < b {
        keccak256(&[a, b])
    } else {
        keccak256(&[b, a])
    }
}

#[cfg(feature = "alloc")]
pub use tree::Tree;

#[cfg(feature = "alloc")]
mod tree {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::{EMPTY_ROOT, parent};

    /// A whole tree, for those who make proofs.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Tree {
        nodes: Vec<[u8; 32]>,
    }

    impl Tree {
        /// The tree over these leaf hashes, in this order.
        pub fn new(leaves: Vec<[u8; 32]>) -> Self {
            let inner = leaves.len().saturating_sub(1);
            let mut nodes = vec![EMPTY_ROOT; inner];
            nodes.extend(leaves.into_iter().rev());
            for i in (0..inner).rev() {
                nodes[i] = parent(&nodes[2 * i + 1], &nodes[2 * i + 2]);
            }
            Self { nodes }
        }

        /// The root; [`EMPTY_ROOT`] without leaves.
        pub fn root(&self) -> [u8; 32] {
            self.nodes.first().copied().unwrap_or(EMPTY_ROOT)
        }

        /// Number of leaves.
        pub fn len(&self) -> usize {
            self.nodes.len().div_ceil(2)
        }

        /// Whether the tree has no leaves.
        pub fn is_empty(&self) -> bool {
            self.nodes.is_empty()
        }

        /// The siblings from the leaf at `index` up to the root, or `None` when there is no such leaf.
        pub fn proof(&self, index: usize) -> Option<Vec<[u8; 32]>> {
            if index >= self.len() {
                return None;
            }
            let mut node = self.nodes.len() - 1 - index;
            let mut proof = Vec::new();
            while node > 0 {
                // A left child has an odd number, and its sibling the next.
                let sibling = if node & 1 == 1 { node + 1 } else { node - 1 };
                proof.push(self.nodes[sibling]);
                node = (node - 1) / 2;
            }
            Some(proof)
        }
    }
}
