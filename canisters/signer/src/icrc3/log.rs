//! The chain of blocks, in stable memory.

use super::{BlockWithId, GetBlocksRequest, GetBlocksResult, Value, certify};
use crate::state::{self, State, Stored};
use candid::Nat;

/// Blocks in one answer. The largest block takes about 700 bytes, an answer may have two million.
const PAGE: u64 = 1000;

/// Appends a block of the given type; `time` in nanoseconds since 1970.
pub fn append(block_type: &str, time: u64, tx: Vec<(&str, Value)>) {
    state::write(|s| {
        let parent = tip(s).map(|(_, hash)| ("phash", Value::blob(hash)));
        let rest = [
            ("btype", Value::text(block_type)),
            ("ts", Value::nat(time)),
            ("tx", Value::map(tx)),
        ];
        if s.log
            .append(&Stored(Value::map(parent.into_iter().chain(rest))))
            .is_err()
        {
            // The change that this block tells of must not happen without it.
            ic_cdk::trap("the stable memory is full: the log cannot take another block");
        }
    });
    certify();
}

/// Index and hash of the last block.
pub(super) fn tip(state: &State) -> Option<(u64, [u8; 32])> {
    let Stored(last) = state.log.last()?;
    Some((state.log.len() - 1, last.hash()))
}

/// The blocks of the ranges that exist, at most [`PAGE`] in all; the caller asks again for the rest.
pub fn blocks(ranges: Vec<GetBlocksRequest>) -> GetBlocksResult {
    state::read(|s| {
        let length = s.log.len();
        let mut blocks = Vec::new();
        for range in ranges {
            // Past 64 bits is past the end of any log.
            let start = u64::try_from(range.start.0).unwrap_or(u64::MAX);
            let wanted = u64::try_from(range.length.0).unwrap_or(u64::MAX);
            let room = PAGE - blocks.len() as u64;
            let end = start.saturating_add(wanted.min(room)).min(length);
            let found = (start..end).filter_map(|id| Some((id, s.log.get(id)?.0)));
            blocks.extend(found.map(|(id, block)| BlockWithId {
                id: Nat::from(id),
                block,
            }));
        }
        GetBlocksResult {
            log_length: Nat::from(length),
            blocks,
            archived_blocks: vec![],
        }
    })
}
