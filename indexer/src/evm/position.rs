//! What a cursor of an EVM network holds.

use super::source::EvmContract;
use crate::source::{Cursor, SourceError};
use alloy::primitives::B256;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Where the source stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Every event that is not [`behind`](Events::behind) is read up to here, exclusive.
    pub next: u64,
    /// The lowest block that was ever to be read.
    start: u64,
    pub recent: Recent,
    pub events: Events,
    pub tags: Tags,
}

/// The blocks that the node told last for its tags. None where it never told one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tags {
    pub safe: Option<u64>,
    pub finalized: Option<u64>,
}

/// Hashes of the last blocks before `next`, by which a reorg is found and its depth measured. None of a gap: `hashes[i]` is
/// of block `first + i`, and the last is of block `next - 1`. The first may be of a block that was not read, the parent of
/// one that was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    first: u64,
    hashes: Vec<B256>,
}

/// Events by `<table>@<address>`. One that is added to the configuration later is read from its start block on while the
/// others wait; one that was removed is remembered, so that adding it again neither repeats nor skips.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Events {
    known: BTreeSet<String>,
    /// Next block to read of those that are not at `next`.
    behind: BTreeMap<String, u64>,
}

#[derive(Serialize, Deserialize)]
struct At {
    /// Older cursors have none of those with a default; their `next_block` is `next`.
    #[serde(default)]
    next: Option<u64>,
    #[serde(default)]
    start: u64,
    recent: Recent,
    events: Events,
    #[serde(default)]
    tags: Tags,
}

impl Position {
    /// Reads a cursor, or makes the first position, and takes changes of the configuration into account.
    pub fn of(cursor: Option<&Cursor>, contracts: &[EvmContract]) -> Result<Self, SourceError> {
        let mut position = match cursor {
            Some(cursor) => {
                let at = serde_json::from_value(cursor.at.clone());
                let At {
                    next,
                    start,
                    recent,
                    events,
                    tags,
                } = at.map_err(|e| {
                    SourceError::Fatal(format!(
                        "the cursor is not one of an EVM network ({e}); use another database, or run `novate db reset`"
                    ))
                })?;
                Self {
                    next: next.unwrap_or(cursor.next_block),
                    start,
                    recent,
                    events,
                    tags,
                }
            }
            None => {
                let next = contracts
                    .iter()
                    .map(|contract| contract.start_block)
                    .min()
                    .unwrap_or(0);
                Self {
                    next,
                    start: next,
                    recent: Recent::default(),
                    events: Events::default(),
                    tags: Tags::default(),
                }
            }
        };
        position.configure(contracts);
        Ok(position)
    }

    /// The cursor, which stands where the events of `contracts` are complete.
    pub fn cursor(&self, contracts: &[EvmContract]) -> Result<Cursor, SourceError> {
        let at = serde_json::to_value(At {
            next: Some(self.next),
            start: self.start,
            tags: self.tags,
            recent: self.recent.clone(),
            events: self.events.clone(),
        });
        let at = at.map_err(|e| SourceError::Fatal(format!("cannot write a cursor: {e}")))?;
        Ok(Cursor {
            next_block: self.behind(contracts).map_or(self.next, |(lowest, _)| lowest),
            at,
        })
    }

    fn configure(&mut self, contracts: &[EvmContract]) {
        let mut configured = BTreeSet::new();
        for contract in contracts {
            for key in contract.keys() {
                if self.events.known.insert(key.clone()) && contract.start_block < self.next {
                    self.events.behind.insert(key.clone(), contract.start_block);
                    self.start = self.start.min(contract.start_block);
                }
                configured.insert(key);
            }
        }
        for removed in self.events.known.difference(&configured) {
            self.events.behind.entry(removed.clone()).or_insert(self.next);
        }
        // One that was removed and came back before anything else was read.
        let next = self.next;
        self.events
            .behind
            .retain(|key, at| *at < next || !configured.contains(key));
    }

    /// The events to read first: all that stand at the same block, the lowest. None when all stand at `next`.
    pub fn behind(&self, contracts: &[EvmContract]) -> Option<(u64, BTreeSet<String>)> {
        let configured = contracts.iter().flat_map(EvmContract::keys);
        let behind: Vec<(u64, String)> = configured
            .filter_map(|key| self.events.behind.get(&key).map(|&at| (at, key)))
            .collect();
        let lowest = behind.iter().map(|(at, _)| *at).min()?;
        Some((
            lowest,
            behind
                .into_iter()
                .filter(|(at, _)| *at == lowest)
                .map(|(_, key)| key)
                .collect(),
        ))
    }

    /// `keys` are read up to `next`, exclusive.
    pub fn caught_up(&mut self, keys: &BTreeSet<String>, next: u64) {
        for key in keys {
            if next < self.next {
                self.events.behind.insert(key.clone(), next);
            } else {
                self.events.behind.remove(key);
            }
        }
    }

    /// Blocks up to that of the last hash are read. `hashes` are of consecutive blocks, the first of them a child of `parent`.
    /// Kept are those that a reorg of `window` blocks can replace, and the one below them.
    pub fn advance(&mut self, next: u64, parent: B256, hashes: &[B256], window: u64) {
        let first = next - hashes.len() as u64;
        if self.recent.next() != Some(first) {
            // Genesis has no parent.
            self.recent.hashes = Vec::from_iter((first > 0).then_some(parent));
        }
        self.recent.hashes.extend_from_slice(hashes);
        let kept = usize::try_from(window.saturating_add(1)).unwrap_or(usize::MAX);
        let excess = self.recent.hashes.len().saturating_sub(kept);
        self.recent.hashes.drain(..excess);
        self.recent.first = next - self.recent.hashes.len() as u64;
        self.next = next;
    }

    /// Where to begin again when no recent block is left in the chain: at the lowest block that was ever read, if no reorg
    /// deeper than the window is needed for that. None if it is.
    pub fn restart(&self) -> Option<u64> {
        (self.recent.first < self.start).then_some(self.start)
    }

    /// Forgets everything at and above `from`.
    pub fn roll_back(&mut self, from: u64) {
        let kept = usize::try_from(from.saturating_sub(self.recent.first)).unwrap_or(usize::MAX);
        self.recent.hashes.truncate(kept);
        self.next = from;
        for at in self.events.behind.values_mut() {
            *at = (*at).min(from);
        }
        self.tags = self.tags.below(from);
    }
}

impl Tags {
    /// What was told, else what `other` was told.
    pub fn or(self, other: Self) -> Self {
        Self {
            safe: self.safe.or(other.safe),
            finalized: self.finalized.or(other.finalized),
        }
    }

    /// After a rollback to `from`: what has left the chain was neither.
    pub fn below(self, from: u64) -> Self {
        let limit = |tag: u64| tag.min(from.saturating_sub(1));
        Self {
            safe: self.safe.map(limit),
            finalized: self.finalized.map(limit),
        }
    }
}

impl Recent {
    /// Block after the last known one.
    pub fn next(&self) -> Option<u64> {
        (!self.hashes.is_empty()).then(|| self.first + self.hashes.len() as u64)
    }

    /// The lowest block whose hash is known, if any is.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// Hash of the last block.
    pub fn last(&self) -> Option<B256> {
        self.hashes.last().copied()
    }

    pub fn hash(&self, number: u64) -> Option<B256> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.hashes.get(index).copied()
    }

    /// Numbers and hashes, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = (u64, B256)> {
        self.hashes
            .iter()
            .enumerate()
            .rev()
            .map(|(i, &hash)| (self.first + i as u64, hash))
    }
}
