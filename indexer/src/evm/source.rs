//! One EVM network with all its contracts.
//!
//! Far below the head, where no reorg reaches, logs are read by ranges whose size adapts to what the node allows. Within
//! `reorg_window` of the head they are read block by block, by block hash: first the headers, which must link to what we
//! have, then the logs of those very blocks. So no answer from another branch can slip in, and a reorg shows as a header whose
//! parent is not the block that we stand on.

use super::{
    abi::Abi,
    blocks::{Decoded, Reader},
    finality::Finality,
    position::{Position, Tags},
    rpc::{At, Failure, Header, Rpc},
    wake::Wake,
};
use crate::source::{Cursor, Source, SourceError, Step};
use alloy::primitives::{Address, B256};
use async_trait::async_trait;
use novate_catalog::Table;
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// Blocks per step near the head.
pub(super) const NEAR: u64 = 64;
/// Blocks of the first range.
const FIRST_RANGE: u64 = 100;
/// Logs that a range should give: enough to be worth a request, few enough to be held in memory.
const PLENTY: u64 = 5_000;

/// What to follow, and how.
#[derive(Clone, Debug)]
pub struct EvmOptions {
    pub network: String,
    /// URLs of JSON-RPC over HTTP; the next one is used when one does not answer.
    pub rpc: Vec<String>,
    /// URL of JSON-RPC over WebSocket; without it `poll` bounds the latency.
    pub ws: Option<String>,
    /// What the node must be of.
    pub chain_id: Option<u64>,
    /// Between looks at the head, also with `ws`.
    pub poll: Duration,
    /// Of one request.
    pub timeout: Duration,
    /// The deepest reorg that is followed, in blocks.
    pub reorg_window: u64,
    /// Blocks below the head that count as confirmed where the node does not know `safe`.
    pub confirmed_depth: u64,
    /// Blocks below the head that count as final where the node does not know `finalized`.
    pub finalized_depth: u64,
    /// The longest range of one `eth_getLogs`, in blocks.
    pub max_block_range: u64,
    pub contracts: Vec<EvmContract>,
}

impl EvmOptions {
    pub const REORG_WINDOW: u64 = 128;
    pub const CONFIRMED_DEPTH: u64 = 12;
    pub const FINALIZED_DEPTH: u64 = 64;
    pub const MAX_BLOCK_RANGE: u64 = 5_000;
}

/// A contract to follow.
#[derive(Clone, Debug)]
pub struct EvmContract {
    pub address: Address,
    /// The first block to read.
    pub start_block: u64,
    pub abi: Abi,
}

impl EvmContract {
    /// What the cursor calls each event, in the order of [`Abi::tables`].
    pub(super) fn keys(&self) -> impl Iterator<Item = String> {
        self.abi.tables().iter().map(|table| self.key(table))
    }

    pub(super) fn key(&self, table: &Table) -> String {
        format!("{}@{}", table.name, super::shape::lower(self.address))
    }
}

/// Follows one network.
#[derive(Debug)]
pub struct EvmSource {
    pub(super) options: EvmOptions,
    tables: Vec<Arc<Table>>,
    pub(super) rpc: Rpc,
    wake: Option<Wake>,
    chain_id: Option<u64>,
    /// Blocks of the next range; what the node bore last.
    pub(super) range: u64,
    /// Whether the node ever refused a range.
    limited: bool,
    /// What is confirmed and final, as asked last.
    pub(super) finality: Option<Finality>,
    pub(super) tags: Tags,
}

impl EvmSource {
    /// Reads the options; talks to nobody yet. Every error is [`SourceError::Fatal`].
    pub fn new(options: EvmOptions) -> Result<Self, SourceError> {
        let rpc = Rpc::new(&options.network, &options.rpc, options.timeout)?;
        let tables = options
            .contracts
            .iter()
            .flat_map(|contract| contract.abi.tables())
            .cloned()
            .collect();
        let range = options.max_block_range.clamp(1, FIRST_RANGE);
        Ok(Self {
            options,
            tables,
            rpc,
            wake: None,
            chain_id: None,
            range,
            limited: false,
            finality: None,
            tags: Tags::default(),
        })
    }

    pub(super) fn reader(&self) -> Reader<'_> {
        Reader {
            rpc: &self.rpc,
            chain_id: self.chain_id.unwrap_or_default(),
            contracts: &self.options.contracts,
            only: None,
        }
    }

    pub(super) fn contracts(&self) -> &[EvmContract] {
        &self.options.contracts
    }

    /// What follows `position` when the chain's head is `head`; nothing when there is nothing, or when the chain changed
    /// while it was read.
    async fn look(&mut self, position: &Position, head: Header) -> Result<Option<Step>, SourceError> {
        let known = position.recent.hash(head.number);
        if known.is_some_and(|known| known != head.hash) {
            return self.roll_back(position).await.map(Some);
        }
        if let Some((from, keys)) = position.behind(self.contracts()) {
            return self.catch_up(position, head, from, keys).await.map(Some);
        }
        if head.number < position.next {
            // A head below ours may be a node that lags; only another hash at the same height is proof.
            return Ok(None);
        }
        if head.number - position.next >= self.options.reorg_window {
            self.by_range(position, head).await.map(Some)
        } else {
            self.by_block(position, head).await
        }
    }

    async fn by_block(&mut self, position: &Position, head: Header) -> Result<Option<Step>, SourceError> {
        let to = head.number.min(position.next + NEAR - 1);
        let headers = if to == position.next && to == head.number {
            vec![head]
        } else {
            self.reader().headers(position.next..=to).await?
        };
        let parent = headers.first().map(|header| header.parent_hash);
        if position.recent.last().is_some_and(|last| Some(last) != parent) {
            return self.roll_back(position).await.map(Some);
        }
        if headers.windows(2).any(|pair| pair[0].hash != pair[1].parent_hash) {
            return Ok(None);
        }
        let reader = self.reader();
        let (finality, decoded) = tokio::join!(self.finality(head), reader.of_blocks(&headers));
        let hashes: Vec<B256> = headers.iter().map(|header| header.hash).collect();
        let mut position = position.clone();
        position.advance(
            to + 1,
            parent.unwrap_or_default(),
            &hashes,
            self.options.reorg_window,
        );
        self.advance(position, decoded?, to == head.number, head, finality?)
            .map(Some)
    }

    async fn by_range(&mut self, position: &Position, head: Header) -> Result<Step, SourceError> {
        let from = position.next;
        let safe = head.number - self.options.reorg_window;
        let (to, decoded) = loop {
            let to = safe.min(from.saturating_add(self.range - 1));
            let read = self.reader().of_range(from, to).await;
            match self.adapt(from, to, read)? {
                Some(decoded) => break (to, decoded),
                None => continue,
            }
        };
        let reader = self.reader();
        let (first, last, finality) =
            tokio::join!(reader.header(from), reader.header(to), self.finality(head));
        if position
            .recent
            .last()
            .is_some_and(|last| first.as_ref().is_ok_and(|first| first.parent_hash != last))
        {
            return self.roll_back(position).await;
        }
        let mut position = position.clone();
        first?;
        let last = last?;
        position.advance(to + 1, last.parent_hash, &[last.hash], self.options.reorg_window);
        self.advance(position, decoded, false, head, finality?)
    }

    /// Takes what a range gave and sets the size of the next one. None: try again with a shorter one.
    pub(super) fn adapt(
        &mut self,
        from: u64,
        to: u64,
        read: Result<(usize, Decoded), Failure>,
    ) -> Result<Option<Decoded>, SourceError> {
        let length = to - from + 1;
        match read {
            Ok((logs, decoded)) => {
                // Step by step, for what comes may be denser; in small steps once the node has shown a limit.
                let longer = if self.limited {
                    length + length / 8 + 1
                } else {
                    length.saturating_mul(2)
                };
                let fitting = length.saturating_mul(PLENTY) / (logs as u64).max(1);
                self.range = fitting.min(longer).clamp(1, self.options.max_block_range.max(1));
                Ok(Some(decoded))
            }
            // Limits are told in many words, so every refusal counts as one until a single block is refused.
            Err(Failure::Refused { error: reason, .. }) if length > 1 => {
                (self.range, self.limited) = (length / 2, true);
                tracing::debug!(network = self.options.network, %reason, range = self.range, "shorter ranges");
                Ok(None)
            }
            // It may have been too long to answer in time.
            Err(failure) => {
                self.range = (length / 2).max(1);
                Err(failure.into())
            }
        }
    }

    /// The step to `position`, with what was read on the way.
    pub(super) fn advance(
        &mut self,
        mut position: Position,
        decoded: Decoded,
        live: bool,
        head: Header,
        finality: Finality,
    ) -> Result<Step, SourceError> {
        let heads = self.heads(head, finality)?;
        position.tags = self.tags;
        let Decoded { events, undecoded } = decoded;
        Ok(Step::Advance {
            events,
            undecoded,
            cursor: position.cursor(self.contracts())?,
            live,
            heads,
        })
    }

    async fn pause(&self, deadline: Instant) {
        let until = deadline.min(Instant::now() + self.options.poll);
        match &self.wake {
            Some(wake) => {
                tokio::select! {
                    () = wake.heard() => {}
                    () = tokio::time::sleep_until(until) => {}
                }
            }
            None => tokio::time::sleep_until(until).await,
        }
    }
}

#[async_trait]
impl Source for EvmSource {
    fn id(&self) -> &str {
        &self.options.network
    }

    fn network(&self) -> &str {
        &self.options.network
    }

    fn tables(&self) -> &[Arc<Table>] {
        &self.tables
    }

    async fn identity(&mut self) -> Result<String, SourceError> {
        let found = self.rpc.chain_id().await?;
        if let Some(wanted) = self.options.chain_id.filter(|&wanted| wanted != found) {
            return Err(SourceError::Fatal(format!(
                "network {}: `chain_id` is {wanted} in the configuration, but the node is of chain {found}; correct one of \
                 `chain_id` and `rpc`",
                self.options.network
            )));
        }
        let genesis = self.reader().header(0).await?;
        self.chain_id = Some(found);
        Ok(format!("{found}:{}", genesis.hash))
    }

    async fn next(&mut self, cursor: Option<&Cursor>, patience: Duration) -> Result<Step, SourceError> {
        if self.chain_id.is_none() {
            self.identity().await?;
        }
        if let (None, Some(ws)) = (&self.wake, &self.options.ws) {
            self.wake = Some(Wake::start(&self.options.network, ws)?);
        }
        let position = Position::of(cursor, &self.options.contracts)?;
        self.tags = self.tags.or(position.tags);
        let deadline = Instant::now() + patience;
        loop {
            let head = self.rpc.header(At::Latest).await?;
            let head = head.ok_or_else(|| self.rpc.unavailable("has no latest block"))?;
            if let Some(step) = self.look(&position, head).await? {
                return Ok(step);
            }
            if Instant::now() >= deadline {
                let finality = self.finality(head).await?;
                return Ok(Step::Idle {
                    live: head.number < position.next,
                    heads: self.heads(head, finality)?,
                });
            }
            self.pause(deadline).await;
        }
    }
}
