//! Which leaves go into one transaction: as many consecutive ones of one vault and side as fit.

use super::{instructions::Calls, layout::slice, tables::Pool, transaction::excess};
use solana_address::Address;
use solana_instruction::Instruction;
use std::{collections::BTreeSet, ops::Range};

/// Cuts the leaves of a batch into chunks. The same leaves are cut alike, whatever chunks around them are done already.
pub(super) struct Cutter<'a> {
    calls: Calls<'a>,
    pool: &'a Pool,
}

/// Accounts that every chunk locks: payer, compute budget, config, batch, vault, event authority and program; for debits also
/// those of the session-keys program.
const FIXED: usize = 7;
const FIXED_DEBITS: usize = 9;
/// Without vault.
const FIXED_ITEMS: usize = 6;
const MAX_LOCKS: usize = 64;
/// The most bytes that a leaf takes: two holders, a slot, and two accounts that are in no table.
const LEAF_BYTES: usize = 65 + 2 * 33;
/// The most bytes by which the proof of a shorter chunk can be shorter.
const PROOF_BYTES: usize = 16 * 32;

impl<'a> Cutter<'a> {
    pub fn new(calls: Calls<'a>, pool: &'a Pool) -> Self {
        Self { calls, pool }
    }

    /// The debits among `leaves` for which `open` holds.
    pub fn debits(&self, open: impl Fn(u32) -> bool) -> Vec<Range<u32>> {
        let leaves = 0..self.calls.layout.debits;
        self.cut(self.runs(leaves, open), FIXED_DEBITS, true, |leaves| {
            // A slot takes a byte, whichever it is.
            let slots = vec![0; slice(&self.calls.layout.deltas, leaves)?.len()];
            self.calls.debits(leaves, &slots)
        })
    }

    /// The same for credits.
    pub fn credits(&self, open: impl Fn(u32) -> bool) -> Vec<Range<u32>> {
        let leaves = self.calls.layout.debits..self.calls.layout.delta_count();
        self.cut(self.runs(leaves, open), FIXED, false, |leaves| {
            self.calls.credits(leaves)
        })
    }

    /// The same for debits that are to be given back.
    pub fn reverted(&self, open: impl Fn(u32) -> bool) -> Vec<Range<u32>> {
        let leaves = 0..self.calls.layout.debits;
        self.cut(self.runs(leaves, open), FIXED, false, |leaves| {
            self.calls.revert_deltas(leaves)
        })
    }

    /// The same for items.
    pub fn items(&self, open: impl Fn(u32) -> bool) -> Vec<Range<u32>> {
        let count = self.calls.layout.batch.header.item_count;
        let runs = runs(0..count, open, |_, _| true);
        self.cut_items(runs, |leaves| {
            let slots = vec![0; slice(&self.calls.layout.items, leaves)?.len()];
            self.calls.items(leaves, &slots)
        })
    }

    /// The same for items that are to be moved back.
    pub fn reverted_items(&self, open: impl Fn(u32) -> bool) -> Vec<Range<u32>> {
        let count = self.calls.layout.batch.header.item_count;
        let runs = runs(0..count, open, |_, _| true);
        self.cut_items(runs, |leaves| self.calls.revert_items(leaves))
    }

    /// How many transactions the whole batch takes.
    pub fn count(&self) -> usize {
        self.debits(|_| true).len() + self.items(|_| true).len() + self.credits(|_| true).len()
    }

    /// These ledgers in groups that one transaction can open.
    pub fn ledgers(&self, missing: &[u32]) -> Vec<Vec<u32>> {
        let mut groups = Vec::new();
        let mut rest = missing;
        while !rest.is_empty() {
            // Each has two accounts, owner and ledger.
            let most = rest.len().min(MAX_LOCKS / 2);
            let fit = self.longest(most, |n| {
                rest.iter()
                    .take(n)
                    .map(|leaf| self.calls.open_ledger(*leaf))
                    .collect()
            });
            let (group, others) = rest.split_at(fit);
            groups.push(group.to_vec());
            rest = others;
        }
        groups
    }

    fn runs(&self, leaves: Range<u32>, open: impl Fn(u32) -> bool) -> Vec<Range<u32>> {
        let vault = |leaf: u32| self.delta(leaf).map(|delta| delta.vault);
        runs(leaves, open, |a, b| vault(a) == vault(b))
    }

    fn delta(&self, leaf: u32) -> Option<&super::layout::Delta> {
        self.calls.layout.deltas.get(usize::try_from(leaf).ok()?)
    }

    fn cut(
        &self,
        runs: Vec<Range<u32>>,
        fixed: usize,
        grants: bool,
        call: impl Fn(&Range<u32>) -> Option<Instruction>,
    ) -> Vec<Range<u32>> {
        self.cut_by(runs, fixed, call, |leaf| {
            let delta = self.delta(leaf);
            let grants = delta.filter(|_| grants).map(|delta| delta.grants);
            [delta.map(|delta| delta.ledger), grants]
        })
    }

    fn cut_items(
        &self,
        runs: Vec<Range<u32>>,
        call: impl Fn(&Range<u32>) -> Option<Instruction>,
    ) -> Vec<Range<u32>> {
        self.cut_by(runs, FIXED_ITEMS, call, |leaf| {
            let item = usize::try_from(leaf)
                .ok()
                .and_then(|leaf| self.calls.layout.items.get(leaf));
            [item.map(|item| item.item), item.map(|item| item.grants)]
        })
    }

    fn cut_by(
        &self,
        runs: Vec<Range<u32>>,
        fixed: usize,
        call: impl Fn(&Range<u32>) -> Option<Instruction>,
        accounts: impl Fn(u32) -> [Option<Address>; 2],
    ) -> Vec<Range<u32>> {
        let mut chunks = Vec::new();
        for mut run in runs {
            while !run.is_empty() {
                let end = |n: usize| {
                    run.start
                        .saturating_add(u32::try_from(n).unwrap_or(u32::MAX))
                        .min(run.end)
                };
                let most = lockable(&run, MAX_LOCKS - fixed, &accounts);
                let fit = self.longest(most, |n| Some(vec![call(&(run.start..end(n)))?]));
                let end = end(fit);
                chunks.push(run.start..end);
                run.start = end;
            }
        }
        chunks
    }

    /// For how many leaves, from `most` down to one, the instructions fit a transaction. One fits always.
    fn longest(&self, most: usize, calls: impl Fn(usize) -> Option<Vec<Instruction>>) -> usize {
        let mut n = most.max(1);
        while n > 1 {
            let excess = calls(n).map_or(1, |calls| self.excess(&calls));
            if excess == 0 {
                break;
            }
            // So many leaves less are too long still.
            let surely = excess.saturating_sub(PROOF_BYTES) / LEAF_BYTES;
            n = n.saturating_sub(surely.max(1)).max(1);
        }
        n
    }

    fn excess(&self, calls: &[Instruction]) -> usize {
        excess(&self.calls.payer, calls, &self.pool.pick(calls))
    }
}

/// How many leaves from the start of a run, at least one, have at most `locks` different accounts.
fn lockable(run: &Range<u32>, locks: usize, accounts: &impl Fn(u32) -> [Option<Address>; 2]) -> usize {
    let mut locked = BTreeSet::new();
    let mut len = 0;
    for leaf in run.clone() {
        locked.extend(accounts(leaf).into_iter().flatten());
        if locked.len() > locks {
            break;
        }
        len += 1;
    }
    len.max(1)
}

/// Consecutive leaves for which `open` holds, cut where two neighbours are not `alike`.
fn runs(leaves: Range<u32>, open: impl Fn(u32) -> bool, alike: impl Fn(u32, u32) -> bool) -> Vec<Range<u32>> {
    let mut runs: Vec<Range<u32>> = Vec::new();
    for leaf in leaves.filter(|leaf| open(*leaf)) {
        match runs.last_mut() {
            Some(run) if run.end == leaf && alike(run.start, leaf) => run.end += 1,
            _ => runs.push(leaf..leaf + 1),
        }
    }
    runs
}
