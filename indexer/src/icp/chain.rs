//! Blocks of a log that hang on its certified tip.
//!
//! A query's answer is the word of one node. So nothing is taken that does not hang on a tip that the subnet
//! has signed: blocks are checked backwards, each against the hash that the next one holds (`phash`).

use super::{
    certificate::Tip,
    log::{self, Log},
    value::Value,
};
use crate::source::SourceError;
use std::time::Duration;
use tokio::time::Instant;

/// Blocks per page.
pub const PAGE: u64 = 500;
/// A tip that claims nothing new is still verified this often: its certificate also tells that the node is
/// alive.
const VERIFY: Duration = Duration::from_secs(60);

/// One log, read by queries to one node.
#[derive(Debug)]
pub struct Chain {
    pub log: Log,
    /// The node, for messages.
    pub endpoint: String,
    /// Path of its URL, for no message: it can hold a key.
    path: String,
    /// Whether the node is still to be asked for the root key.
    pub fetch_root_key: bool,
    verified: Option<(Tip, Instant)>,
}

/// Where a page ends: before `end`, and the block before that has `hash`.
#[derive(Clone, Debug)]
pub struct PageEnd {
    pub end: u64,
    pub hash: [u8; 32],
}

/// A block that the subnet stands for.
pub struct Proved {
    pub index: u64,
    pub hash: [u8; 32],
    /// Hash of the block before it.
    pub parent: Option<[u8; 32]>,
    pub block: Value,
}

impl Chain {
    pub fn new(log: Log, url: &reqwest::Url, fetch_root_key: bool) -> Self {
        Self {
            log,
            endpoint: url.origin().ascii_serialization(),
            path: url.path().to_owned(),
            fetch_root_key,
            verified: None,
        }
    }

    /// An error of the node. What it answers to a wrong request can repeat the path.
    pub fn unavailable(&self, reason: impl Into<String>) -> SourceError {
        SourceError::Unavailable {
            endpoint: self.endpoint.clone(),
            reason: reason.into().replace(&self.path, "/"),
        }
    }

    /// The key that certificates lead to, DER.
    pub async fn root_key(&mut self) -> Result<Vec<u8>, SourceError> {
        if self.fetch_root_key {
            self.log
                .agent
                .fetch_root_key()
                .await
                .map_err(|e| self.unavailable(log::reason(e)))?;
            self.fetch_root_key = false;
        }
        Ok(self.log.agent.read_root_key())
    }

    /// The certified tip; `None` when the log is empty. A tip that claims nothing from block `next` on is not
    /// verified again each time: it changes nothing, and the signature costs milliseconds.
    pub async fn tip(&mut self, next: u64) -> Result<Option<Tip>, SourceError> {
        self.root_key().await?;
        let answer = self
            .log
            .tip_certificate()
            .await
            .map_err(|reason| self.unavailable(reason))?;
        let Some(answer) = answer else {
            self.verified = None;
            return Ok(None);
        };
        let reason = |reason: String| self.unavailable(format!("tip of {}: {reason}", self.log.canister));
        if let Some((tip, at)) = &self.verified
            && at.elapsed() < VERIFY
            && tip.index + 1 == next
        {
            let claimed = Tip::claimed(&answer).map_err(reason)?;
            if (claimed.index, claimed.hash) == (tip.index, tip.hash) {
                return Ok(Some(tip.clone()));
            }
        }
        let tip = Tip::verified(&answer, &self.log.agent, self.log.canister).map_err(reason)?;
        self.verified = Some((tip.clone(), Instant::now()));
        Ok(Some(tip))
    }

    /// Ends of the pages from block `next` to the tip; the first page is last in the list. The way back to
    /// `next` is read once for it, of which only the hashes at the ends are kept.
    pub async fn pages(&self, next: u64, tip: &Tip) -> Result<Vec<PageEnd>, SourceError> {
        let mut pages = Vec::new();
        let mut page = PageEnd {
            end: tip.index + 1,
            hash: tip.hash,
        };
        while page.end - next > PAGE {
            let start = page.end - PAGE;
            let blocks = self.blocks(start, &page).await?;
            let before = blocks.first().and_then(|block| block.parent).ok_or_else(|| {
                self.unavailable(format!(
                    "block {start} of {} names no block before it",
                    self.log.canister
                ))
            })?;
            pages.push(page);
            page = PageEnd {
                end: start,
                hash: before,
            };
        }
        pages.push(page);
        Ok(pages)
    }

    /// Blocks from `start` to the end of a page.
    pub async fn blocks(&self, start: u64, page: &PageEnd) -> Result<Vec<Proved>, SourceError> {
        let blocks = self
            .log
            .blocks(start, page.end)
            .await
            .map_err(|reason| self.unavailable(reason))?;
        let mut proved = Vec::with_capacity(blocks.len());
        let mut expected = Some(page.hash);
        for (block, index) in blocks.into_iter().rev().zip((start..page.end).rev()) {
            let hash = block.hash();
            if expected != Some(hash) {
                return Err(self.unavailable(format!(
                    "block {index} of {} is not the one that the subnet certified",
                    self.log.canister
                )));
            }
            let parent = match block.get(["phash"]) {
                Some(Value::Blob(parent)) => <[u8; 32]>::try_from(parent.as_slice()).ok(),
                _ => None,
            };
            expected = parent;
            proved.push(Proved {
                index,
                hash,
                parent,
                block,
            });
        }
        proved.reverse();
        Ok(proved)
    }
}
