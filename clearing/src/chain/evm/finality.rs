//! What is confirmed and what is final: what the node says, or a depth below the head where it never says anything.

use super::node::{Connection, Head};
use crate::chain::{ChainError, Finality};
use alloy::{
    providers::Provider,
    rpc::types::BlockNumberOrTag,
    transports::{RpcError, TransportError},
};
use std::sync::{Mutex, PoisonError};

/// Depths below the head for chains without the tags, and what the tags were last.
pub(super) struct Finalities {
    confirmed_depth: u64,
    finalized_depth: u64,
    last: Mutex<Tags>,
}

#[derive(Clone, Copy, Default)]
struct Tags {
    safe: Option<u64>,
    finalized: Option<u64>,
}

/// Numbers of the newest confirmed and the newest final block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Certain {
    confirmed: u64,
    finalized: u64,
}

impl Certain {
    /// How certain the block with this number is.
    pub fn of(self, number: u64) -> Finality {
        if number <= self.finalized {
            Finality::Finalized
        } else if number <= self.confirmed {
            Finality::Confirmed
        } else {
            Finality::Seen
        }
    }
}

impl Finalities {
    pub fn new(confirmed_depth: u64, finalized_depth: u64) -> Self {
        Self {
            confirmed_depth,
            finalized_depth,
            last: Mutex::default(),
        }
    }

    pub async fn ask(&self, at: &Connection<'_>, head: Head) -> Result<Certain, ChainError> {
        let (safe, finalized) = futures_util::try_join!(
            tagged(at, BlockNumberOrTag::Safe),
            tagged(at, BlockNumberOrTag::Finalized)
        )?;
        // A node that only does not know a tag now (it was started anew, say) must not make a depth count: what was once called
        // final stays so.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.safe = safe.or(last.safe);
        last.finalized = finalized.or(last.finalized);
        let below = |depth| head.number.saturating_sub(depth);
        Ok(Certain {
            confirmed: last.safe.unwrap_or_else(|| below(self.confirmed_depth)),
            finalized: last.finalized.unwrap_or_else(|| below(self.finalized_depth)),
        })
    }
}

/// None if the node has no block for the tag.
async fn tagged(at: &Connection<'_>, tag: BlockNumberOrTag) -> Result<Option<u64>, ChainError> {
    match at.provider().get_block_by_number(tag).await {
        Ok(block) => Ok(block.map(|block| block.header.number)),
        Err(error) if is_unknown_tag(&error) => Ok(None),
        Err(error) => Err(at.failed(error)),
    }
}

/// As nodes before the merge, some other chains and nodes that have not heard of finality yet say it: invalid params (-32602),
/// unknown block (-39001), or an error of any code in words.
fn is_unknown_tag(error: &TransportError) -> bool {
    let RpcError::ErrorResp(refusal) = error else {
        return false;
    };
    let message = refusal.message.to_lowercase();
    let mut words = message.split(|c: char| !c.is_alphanumeric());
    matches!(refusal.code, -32602 | -39001)
        || words.any(|word| word == "tag")
        || message.contains("block not found")
        || message.contains("unknown block")
}
