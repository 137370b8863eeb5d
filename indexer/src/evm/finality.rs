//! What is confirmed and what is final: what the node says, or a depth below the head where it never says anything.

use super::{
    blocks::time,
    position::Tags,
    rpc::{At, Header},
    source::EvmSource,
};
use crate::source::{Heads, SourceError};
use alloy::primitives::B256;
use std::time::Duration;
use tokio::time::Instant;

/// How long an answer holds while the head stands still: the tags move without it.
const FRESH: Duration = Duration::from_secs(3);

/// Numbers of the newest confirmed and the newest final block.
#[derive(Clone, Copy, Debug)]
pub struct Finality {
    head: B256,
    asked: Instant,
    confirmed: u64,
    finalized: u64,
    tags: Tags,
}

impl EvmSource {
    pub(super) async fn finality(&self, head: Header) -> Result<Finality, SourceError> {
        if let Some(known) = self.finality
            && known.head == head.hash
            && known.asked.elapsed() < FRESH
        {
            return Ok(known);
        }
        let asked = Instant::now();
        let (safe, finalized) = tokio::try_join!(
            self.tagged(At::Safe, self.tags.safe),
            self.tagged(At::Finalized, self.tags.finalized)
        )?;
        let below = |depth| head.number.saturating_sub(depth);
        Ok(Finality {
            head: head.hash,
            asked,
            confirmed: safe.unwrap_or_else(|| below(self.options.confirmed_depth)),
            finalized: finalized.unwrap_or_else(|| below(self.options.finalized_depth)),
            tags: Tags { safe, finalized },
        })
    }

    /// Not every chain has the tag; then it is None, and a depth counts. But a node that only does not know it now (it has been
    /// started anew, say) must not make a depth count: nothing takes back what has once been called final.
    async fn tagged(&self, tag: At, last: Option<u64>) -> Result<Option<u64>, SourceError> {
        let header = self.rpc.header(tag).await?;
        Ok(header.map(|header| header.number).or(last))
    }

    pub(super) fn heads(&mut self, head: Header, finality: Finality) -> Result<Heads, SourceError> {
        (self.finality, self.tags) = (Some(finality), finality.tags);
        let head_time = time(head.timestamp).ok_or_else(|| self.rpc.unavailable("gives its head no time"))?;
        Ok(Heads {
            head: head.number,
            confirmed: finality.confirmed,
            finalized: finality.finalized,
            head_time,
        })
    }
}
