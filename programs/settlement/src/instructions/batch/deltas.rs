//! The core of applying and reverting deltas.

use anchor_lang::prelude::*;
use novate_protocol::ids::{Asset, Owner};
use novate_protocol::leaf::DeltaLeaf;

use super::apply_deltas::Side;
use super::chunk::Chunk;
use crate::error::SettlementError;
use crate::events::DeltaEntry;
use crate::state::{Bitmap, Ledger};

/// Which leaves, and what to do with them.
pub(super) struct Plan<'a, 'info, C, const LEN: usize> {
    pub chunk: Chunk<'a, LEN>,
    /// What the leaves are.
    pub side: Side,
    /// What a leaf's bit becomes. Leaves whose bit is like that already are hashed only.
    pub bit: bool,
    pub vault: Pubkey,
    pub mint: Pubkey,
    /// Of the tree, and the range proof of the leaves to it.
    pub root: [u8; 32],
    pub proof: &'a [u8],
    /// One for each leaf.
    pub ledgers: &'a [AccountInfo<'info>],
    /// What is done to a ledger; returns its new balance.
    pub change: C,
}

/// What was done.
pub(super) struct Done {
    /// The leaves whose bits were as wanted already, by their position in the chunk; mostly there are none.
    pub skipped: Vec<usize>,
    /// What is told about each of the others.
    pub entries: Vec<DeltaEntry>,
    /// Of their amounts.
    pub sum: u64,
}

impl Done {
    /// Positions in the chunk of the leaves that were not skipped.
    pub fn new_of(&self, len: usize) -> impl DoubleEndedIterator<Item = usize> {
        (0..len).filter(|n| !self.skipped.contains(n))
    }
}

impl<C, const LEN: usize> Plan<'_, '_, C, LEN>
where
    C: Fn(&mut Ledger, u64) -> Result<u64>,
{
    /// Changes the ledgers of the leaves whose bits are not yet as wanted, and their bits; and proves all leaves.
    ///
    /// `read` returns the amount of the n-th leaf, whose ledger is of this owner, and writes the session's key if
    /// there is one; a credit is charged to none, and its leaf has zeros there.
    pub fn run(
        &self,
        bits: &mut Bitmap,
        read: impl Fn(usize, &[u8; LEN], &Pubkey, &mut [u8; 32]) -> Result<u64>,
    ) -> Result<Done> {
        let len = self.chunk.len();
        let mut hashes = Vec::with_capacity(len);
        let mut done = Done {
            skipped: Vec::new(),
            entries: Vec::with_capacity(len),
            sum: 0,
        };
        // One leaf for all of them: each copy of a key costs.
        let mut leaf = DeltaLeaf {
            index: 0,
            owner: Owner([0; 32]),
            asset: Asset(self.mint.to_bytes()),
            session: [0; 32],
            amount: 0,
        };
        for (n, (entry, ledger)) in self.chunk.entries.iter().zip(self.ledgers).enumerate() {
            Ledger::at(ledger, &self.vault, |ledger| {
                let amount = read(n, entry, &ledger.owner, &mut leaf.session)?;
                let signed = self.signed(amount)?;
                leaf.index = self.chunk.index(n);
                leaf.owner.0 = ledger.owner.to_bytes();
                leaf.amount = signed.into();
                hashes.push(leaf.hash());
                if bits.put(leaf.index, self.bit) {
                    let balance = (self.change)(ledger, amount)?;
                    done.sum = done.sum.checked_add(amount).ok_or(SettlementError::Overflow)?;
                    done.entries.push(DeltaEntry {
                        owner: ledger.owner,
                        session: leaf.session.into(),
                        amount: signed,
                        balance,
                    });
                } else {
                    done.skipped.push(n);
                }
                Ok(())
            })?;
        }
        self.chunk.require_proved(&self.root, &mut hashes, self.proof)?;
        Ok(done)
    }

    fn signed(&self, amount: u64) -> Result<i64> {
        let amount = i64::try_from(amount).map_err(|_| SettlementError::Overflow)?;
        Ok(match self.side {
            Side::Debit => -amount,
            Side::Credit => amount,
        })
    }
}
