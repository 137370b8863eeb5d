//! The chain of blocks, in stable memory.

use super::{BlockWithId, GetBlocksRequest, GetBlocksResult, Value};
use crate::{Memory, stored::Stored};
use candid::Nat;
use ic_stable_structures::{StableLog, Storable as _};
use std::borrow::Cow;

/// Most blocks in one answer.
const PAGE: u64 = 1000;
/// Most bytes of the blocks in one answer, as they are stored. An answer may have 2 MiB, and it has no more bytes than
/// these and 16 for each block: each stored block repeats a description of its types that the answer has once.
const PAGE_BYTES: usize = 1_500_000;

/// The end of a log.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Tip {
    /// Index of the last block.
    pub index: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// Blocks, each with the hash of the one before. Grows only.
pub struct BlockLog(StableLog<Stored<Value>, Memory, Memory>);

impl BlockLog {
    /// Opens the log, or makes an empty one.
    pub fn open(index: Memory, data: Memory) -> Self {
        Self(StableLog::init(index, data))
    }

    /// How many blocks there are.
    pub fn length(&self) -> u64 {
        self.0.len()
    }

    /// The last block, unless the log is empty.
    pub fn tip(&self) -> Option<Tip> {
        let Stored(last) = self.0.last()?;
        Some(Tip {
            index: self.0.len() - 1,
            hash: last.hash(),
        })
    }

    /// Appends a block of the given type and returns its index; `time` in nanoseconds since 1970. The caller certifies
    /// the new tip. Traps when the stable memory is full: the change that the block tells of must not happen without it.
    pub fn append(&mut self, block_type: &str, time: u64, tx: Vec<(&str, Value)>) -> u64 {
        let parent = self.tip().map(|tip| ("phash", Value::blob(tip.hash)));
        let rest = [
            ("btype", Value::text(block_type)),
            ("ts", Value::nat(time)),
            ("tx", Value::map(tx)),
        ];
        let block = Stored(Value::map(parent.into_iter().chain(rest)));
        self.0
            .append(&block)
            .unwrap_or_else(|_| ic_cdk::trap("the stable memory is full: the log cannot take another block"))
    }

    /// Block `index`, if it exists.
    pub fn get(&self, index: u64) -> Option<Value> {
        self.0.get(index).map(|Stored(block)| block)
    }

    /// The blocks of the ranges that exist, at most 1,000 and at most 1.5 million bytes in all, but always the first; the
    /// caller asks again for the rest.
    pub fn page(&self, ranges: Vec<GetBlocksRequest>) -> GetBlocksResult {
        let length = self.length();
        let (mut blocks, mut bytes) = (Vec::new(), 0);
        let mut entry = Vec::new();
        'answer: for range in ranges {
            // Past 64 bits is past the end of any log.
            let start = u64::try_from(range.start.0).unwrap_or(u64::MAX);
            let wanted = u64::try_from(range.length.0).unwrap_or(u64::MAX);
            let room = PAGE - blocks.len() as u64;
            let end = start.saturating_add(wanted.min(room)).min(length);
            for id in start..end {
                if self.0.read_entry(id, &mut entry).is_err() {
                    break; // there are blocks up to `length`, so this is not reached
                }
                bytes += entry.len();
                if bytes > PAGE_BYTES && !blocks.is_empty() {
                    break 'answer;
                }
                let Stored(block) = Stored::from_bytes(Cow::Borrowed(&entry));
                blocks.push(BlockWithId {
                    id: Nat::from(id),
                    block,
                });
            }
        }
        GetBlocksResult {
            log_length: Nat::from(length),
            blocks,
            archived_blocks: vec![],
        }
    }
}
