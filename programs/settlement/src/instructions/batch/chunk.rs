//! What all instructions have in common that take leaves of a batch chunk by chunk.

use std::ops::Range;

use anchor_lang::prelude::*;
use novate_protocol::merkle;

use crate::error::SettlementError;
use crate::state::Bitmap;

/// Consecutive leaves of a tree, and the fixed-size bytes that a caller gives for each.
pub(crate) struct Chunk<'a, const LEN: usize> {
    pub first: u32,
    pub entries: &'a [[u8; LEN]],
    /// Leaves of the whole tree.
    count: u32,
}

impl<'a, const LEN: usize> Chunk<'a, LEN> {
    /// # Errors
    /// When there is no entry, a part of one, or one behind the tree's `count` leaves.
    pub fn new(first: u32, entries: &'a [u8], count: u32) -> Result<Self> {
        let (entries, rest) = entries.as_chunks::<LEN>();
        require!(
            !entries.is_empty() && rest.is_empty(),
            SettlementError::MalformedChunk
        );
        let len = u32::try_from(entries.len()).ok();
        let end = len.and_then(|len| first.checked_add(len));
        require!(
            end.is_some_and(|end| end <= count),
            SettlementError::LeafOutOfRange
        );
        Ok(Self {
            first,
            entries,
            count,
        })
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Indexes of the leaves.
    pub fn indexes(&self) -> Range<u32> {
        // `new` has seen that the end fits 32 bits.
        self.first..self.first.saturating_add(self.entries.len() as u32)
    }

    /// Index of the n-th leaf.
    pub fn index(&self, n: usize) -> u32 {
        self.first.saturating_add(n as u32)
    }

    /// Are all bits of the chunk as wanted already? Then there is nothing to do for it.
    pub fn is_done(&self, bitmap: &Bitmap, wanted: bool) -> bool {
        self.indexes().all(|index| bitmap.get(index) == wanted)
    }

    /// # Errors
    /// When `hashes` of the leaves and `proof`, 32 bytes a node, do not lead to the root.
    pub fn require_proved(&self, root: &[u8; 32], hashes: &mut [[u8; 32]], proof: &[u8]) -> Result<()> {
        let (proof, rest) = proof.as_chunks::<32>();
        let proved = rest.is_empty() && merkle::verify_range(root, self.count, self.first, hashes, proof);
        require!(proved, SettlementError::WrongProof);
        Ok(())
    }
}
