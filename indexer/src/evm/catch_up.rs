//! Events that were added to the configuration after their network had been indexed: their history is read first.

use super::{
    position::Position,
    rpc::Header,
    source::{EvmSource, advance},
};
use crate::source::{SourceError, Step};
use std::collections::BTreeSet;

impl EvmSource {
    /// One range of the events `keys`, which are read up to block `from`, exclusive.
    pub(super) async fn catch_up(
        &mut self,
        position: &Position,
        head: Header,
        from: u64,
        keys: BTreeSet<String>,
    ) -> Result<Step, SourceError> {
        let last = position.next.saturating_sub(1);
        let (to, decoded) = loop {
            let to = last.min(from.saturating_add(self.range - 1));
            let mut reader = self.reader();
            reader.only = Some(&keys);
            let read = reader.of_range(from, to).await;
            match self.adapt(from, to, read)? {
                Some(decoded) => break (to, decoded),
                None => continue,
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
        let heads = self.heads(head, finality)?;
        advance(&position, decoded, false, heads)
    }
}
