//! Where a batch stands, and what can be done for it: the rules of `contracts-bindings/src/settlement/Turns.sol`, without I/O.

use super::{
    chunks::{Sizes, cut},
    state::{Bits, State},
};
use crate::chain::{Progress, SignedBatch, Step};
use novate_bindings::evm::Settlement;
use std::ops::Range;

/// The contract's `MAX_WAITING`.
const MAX_WAITING: u64 = 8;

/// Of a batch that is not opened.
pub(super) fn unopened(sequence: u64, state: &State) -> Progress {
    let opened = state.opened;
    if opened.checked_add(1) != Some(sequence) || opened.saturating_sub(state.settled) >= MAX_WAITING {
        Progress::NotNext { opened }
    } else if state.paused {
        Progress::Paused
    } else {
        Progress::Absent {
            steps: vec![Step::Open],
        }
    }
}

/// What has become of the leaves.
#[derive(Clone, Debug, Default)]
pub(super) struct Applied {
    pub deltas: Bits,
    pub items: Bits,
}

/// A batch that is opened and not over.
pub(super) struct Open<'a> {
    pub batch: &'a SignedBatch,
    pub state: &'a State,
    /// How many of the deltas are debits.
    debits: u32,
}

impl<'a> Open<'a> {
    pub fn new(batch: &'a SignedBatch, state: &'a State) -> Self {
        let debits = batch.deltas.iter().take_while(|leaf| leaf.amount < 0).count();
        Self {
            batch,
            state,
            // A batch has at most 65,536 deltas; of one with more the chain takes none.
            debits: u32::try_from(debits).unwrap_or(u32::MAX),
        }
    }

    fn on_chain(&self) -> &Settlement::Progress {
        &self.state.batch.progress
    }

    /// From the first credit on, or from the last item if there are no deltas.
    fn is_past_return(&self) -> bool {
        let at = self.on_chain();
        let items_only = at.deltaCount == 0 && at.itemCount > 0;
        at.credited || (items_only && at.itemsApplied == at.itemCount)
    }

    /// The deltas whose bits have to be known: those of the side at which the batch is, if some of them are applied.
    pub fn deltas_in_question(&self) -> Range<u32> {
        let at = self.on_chain();
        if at.deltasApplied == 0 || at.deltasApplied == at.deltaCount {
            0..0
        } else if at.credited {
            self.debits..at.deltaCount
        } else {
            0..self.debits
        }
    }

    /// The same of the items.
    pub fn items_in_question(&self) -> Range<u32> {
        let at = self.on_chain();
        let some = at.itemsApplied != 0 && at.itemsApplied != at.itemCount;
        0..if some { at.itemCount } else { 0 }
    }

    pub fn progress(&self, applied: &Applied, sizes: Sizes) -> Progress {
        let (state, at) = (self.state, self.on_chain());
        let from = at.applyFrom.max(state.turn_from);
        let revert_from = from.saturating_add(state.settle_window.into());
        let now = state.head.timestamp;
        if state.settled.checked_add(1) != Some(self.batch.header.sequence) {
            Progress::Waiting {
                apply_from: at.applyFrom,
            }
        } else if self.is_past_return() {
            Progress::Applying {
                steps: self.rest(applied, sizes),
            }
        } else if at.cancelled {
            Progress::TakingBack {
                steps: vec![Step::Close],
            }
        } else if now >= revert_from {
            Progress::TakingBack {
                steps: self.back(applied, sizes),
            }
        } else if state.paused {
            Progress::Paused
        } else if now < at.applyFrom {
            Progress::Waiting {
                apply_from: at.applyFrom,
            }
        } else {
            Progress::Applying {
                steps: self.forth(applied, sizes),
            }
        }
    }

    /// Debits and items; when all are there, the first chunk of credits alone, for it must be the first to land.
    fn forth(&self, applied: &Applied, sizes: Sizes) -> Vec<Step> {
        let at = self.on_chain();
        let mut steps = Vec::new();
        if at.deltasApplied < self.debits {
            let due = |leaf| !applied.deltas.has(leaf);
            steps.extend(self.deltas(0..self.debits, sizes.debits, due, Step::Debits));
        }
        if at.itemsApplied < at.itemCount {
            let due = |leaf| !applied.items.has(leaf);
            steps.extend(self.items(sizes.items, due, Step::Items));
        }
        if steps.is_empty() {
            let credits = self.rest(applied, sizes);
            steps.extend(credits.into_iter().take(1));
        }
        steps
    }

    /// Credits, or the end.
    fn rest(&self, applied: &Applied, sizes: Sizes) -> Vec<Step> {
        let at = self.on_chain();
        if at.deltasApplied == at.deltaCount {
            return vec![Step::Finalize];
        }
        let due = |leaf| !applied.deltas.has(leaf);
        self.deltas(self.debits..at.deltaCount, sizes.credits, due, Step::Credits)
    }

    fn back(&self, applied: &Applied, sizes: Sizes) -> Vec<Step> {
        let at = self.on_chain();
        let all_deltas = at.deltasApplied == at.deltaCount;
        let all_items = at.itemsApplied == at.itemCount;
        let mut steps = Vec::new();
        if at.deltasApplied > 0 {
            let due = |leaf| all_deltas || applied.deltas.has(leaf);
            steps.extend(self.deltas(0..self.debits, sizes.debits, due, Step::RevertDeltas));
        }
        if at.itemsApplied > 0 {
            let due = |leaf| all_items || applied.items.has(leaf);
            steps.extend(self.items(sizes.items, due, Step::RevertItems));
        }
        if steps.is_empty() {
            steps.push(Step::Close);
        }
        steps
    }

    fn deltas(
        &self,
        leaves: Range<u32>,
        most: u32,
        due: impl Fn(u32) -> bool,
        step: impl Fn(Range<u32>) -> Step,
    ) -> Vec<Step> {
        let asset = |leaf: u32| self.batch.deltas.get(leaf as usize).map(|leaf| leaf.asset);
        cut(leaves, most, due, asset).into_iter().map(step).collect()
    }

    fn items(&self, most: u32, due: impl Fn(u32) -> bool, step: impl Fn(Range<u32>) -> Step) -> Vec<Step> {
        let leaves = 0..self.on_chain().itemCount;
        cut(leaves, most, due, |_| ()).into_iter().map(step).collect()
    }
}
