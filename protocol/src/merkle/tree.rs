//! Whole trees, for those who make proofs.

use alloc::collections::VecDeque;
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
            proof.push(self.nodes[sibling(node)]);
            node = (node - 1) / 2;
        }
        Some(proof)
    }

    /// The nodes besides the leaves `first`, `first + 1`, .. that [`verify_range`](super::verify_range) needs for
    /// these `len` leaves, or `None` when there are no such leaves.
    pub fn range_proof(&self, first: usize, len: usize) -> Option<Vec<[u8; 32]>> {
        if len == 0 || first.checked_add(len)? > self.len() {
            return None;
        }
        let highest = self.nodes.len() - 1 - first;
        let mut known: VecDeque<usize> = (0..len).map(|i| highest - i).collect();
        let mut proof = Vec::new();
        while let Some(node) = known.pop_front()
            && node > 0
        {
            let sibling = sibling(node);
            if known.front() == Some(&sibling) {
                known.pop_front();
            } else {
                proof.push(self.nodes[sibling]);
            }
            known.push_back((node - 1) / 2);
        }
        Some(proof)
    }
}

/// A left child has an odd number, and its sibling the next.
fn sibling(node: usize) -> usize {
    if node % 2 == 1 { node + 1 } else { node - 1 }
}
