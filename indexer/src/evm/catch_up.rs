//! Events that were added to the configuration after their network had been indexed: their history is read first.

use super::{
    blocks::Decoded,
    position::Position,
    rpc::Header,
    source::{EvmSource, NEAR},
};
use crate::source::{SourceError, Step};
use std::collections::BTreeSet;

impl EvmSource {
    /// Some blocks of the events `keys`, which are read up to block `from`, exclusive.
    pub(super) async fn catch_up(
        &mut self,
        position: &Position,
        head: Header,
        from: u64,
        keys: BTreeSet<String>,
    ) -> Result<Step, SourceError> {
        let last = position.next.saturating_sub(1);
        let far = last.min(head.number.saturating_sub(self.options.reorg_window));
        let (to, decoded) = if from <= far {
            self.far(from, far, &keys).await?
        } else {
            let to = last.min(from + NEAR - 1);
            match self.near(position, from, to, &keys).await? {
                Some(decoded) => (to, decoded),
                None => return self.roll_back(position).await,
            }
        };
        // Asked after the logs: if our last block still is in the chain, so are all before it, and their logs are right.
        let ours = position.recent.last();
        let theirs = self.reader().header(last).await?.hash;
        if ours.is_some_and(|ours| ours != theirs) {
            return self.roll_back(position).await;
        }
        let mut position = position.clone();
        position.caught_up(&keys, to + 1);
        let finality = self.finality(head).await?;
        self.advance(position, decoded, false, head, finality)
    }

    /// One range, and where it ended.
    async fn far(
        &mut self,
        from: u64,
        last: u64,
        keys: &BTreeSet<String>,
    ) -> Result<(u64, Decoded), SourceError> {
        loop {
            let to = last.min(from.saturating_add(self.range - 1));
            let mut reader = self.reader();
            reader.only = Some(keys);
            let read = reader.of_range(from, to).await;
            if let Some(decoded) = self.adapt(from, to, read)? {
                return Ok((to, decoded));
            }
        }
    }

    /// The very blocks that the other events were read of. None if the chain has others now.
    async fn near(
        &self,
        position: &Position,
        from: u64,
        to: u64,
        keys: &BTreeSet<String>,
    ) -> Result<Option<Decoded>, SourceError> {
        let mut reader = self.reader();
        reader.only = Some(keys);
        let headers = reader.headers(from..=to).await?;
        let ours = |number| position.recent.hash(number);
        if headers
            .iter()
            .any(|header| ours(header.number).is_some_and(|hash| hash != header.hash))
        {
            return Ok(None);
        }
        reader.of_blocks(&headers).await.map(Some)
    }
}
