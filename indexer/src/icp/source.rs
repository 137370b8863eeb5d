//! One ICRC-3 log, followed from its certified tip.
//!
//! A query's answer is the word of one node. So nothing is taken that does not hang on a tip that the subnet
//! has signed: the blocks before the tip are checked backwards, each against the hash that the next one holds
//! (`phash`), down to the block that is already in the database. Where that is more than a page, the way back
//! keeps only the hash at the end of each page, and the pages are read again forwards against those.

use super::{
    certificate::Tip,
    decode::{Decoder, time},
    log::Log,
    value::Value,
};
use crate::{
    row::{Block, Event, Undecoded},
    source::{Cursor, Heads, Source, SourceError, Step},
};
use async_trait::async_trait;
use candid::Principal;
use chrono::{DateTime, Utc};
use ic_agent::Agent;
use novate_catalog::Table;
use serde::{Deserialize, Serialize};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::time::Instant;

/// Blocks per step.
const PAGE: u64 = 500;
/// A tip that claims nothing new is still verified this often, because its certificate also tells that the
/// node is alive.
const VERIFY: Duration = Duration::from_secs(60);

/// Whose signatures count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RootKey {
    /// The key of the Internet Computer itself.
    Mainnet,
    /// Whatever the node says. Only for a node of one's own.
    Fetch,
    /// A DER-encoded key.
    Der(Vec<u8>),
}

/// What to follow, and how.
#[derive(Clone, Debug)]
pub struct IcpOptions {
    pub network: String,
    /// Name of the canister in the configuration; its tables begin with it.
    pub contract: String,
    /// URL of a boundary node or replica.
    pub url: String,
    /// Principal of the canister, text.
    pub canister: String,
    pub root_key: RootKey,
    /// The [block schema](super::BlockSchema), JSON.
    pub schema_json: String,
    /// The first block to store.
    pub start_block: u64,
    /// Between looks at the tip.
    pub poll: Duration,
}

/// Follows one log.
#[derive(Debug)]
pub struct IcpSource {
    id: String,
    network: String,
    contract: String,
    endpoint: String,
    log: Log,
    fetch_root_key: bool,
    decoder: Decoder,
    start_block: u64,
    poll: Duration,
    verified: Option<(Tip, Instant)>,
    plan: Option<Plan>,
}

/// Everything before `next` is in the database; `hash` is that of the block before it, unknown at a start.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Position {
    next: u64,
    hash: Option<[u8; 32]>,
}

#[derive(Serialize, Deserialize)]
struct At {
    /// Hex, without 0x.
    hash: Option<String>,
}

/// Pages still to read, each up to before `end`, where the last block has `hash`. The next one is last in the
/// list.
#[derive(Debug)]
struct Plan {
    from: Position,
    pages: Vec<PageEnd>,
}

#[derive(Clone, Debug)]
struct PageEnd {
    end: u64,
    hash: [u8; 32],
}

impl IcpSource {
    /// Reads the options; talks to nobody yet. Every error is [`SourceError::Fatal`].
    pub fn new(options: IcpOptions) -> Result<Self, SourceError> {
        let IcpOptions {
            network,
            contract,
            url,
            canister,
            root_key,
            schema_json,
            start_block,
            poll,
        } = options;
        let fatal = |reason: String| SourceError::Fatal(format!("contract {contract}: {reason}"));
        let decoder = Decoder::new(&network, &contract, &schema_json)
            .map_err(|e| fatal(format!("block schema: {e}")))?;
        let canister = Principal::from_text(&canister)
            .map_err(|e| fatal(format!("{canister:?} is not the id of a canister: {e}")))?;
        let address: reqwest::Url = url
            .parse()
            .map_err(|e| fatal(format!("{url:?} is not a URL: {e}")))?;
        if root_key == RootKey::Fetch {
            if !is_local(&address) {
                return Err(fatal(format!(
                    "root_key = \"fetch\" would believe whoever answers at {url}: it is for local nodes. \
                     it out \
                     for the Internet Computer, or give the key in hex"
                )));
            }
            tracing::warn!(
                url,
                contract,
                "trusting the root key that this node gives; for local development only"
            );
        }
        let endpoint = address.origin().ascii_serialization();
        // Signatures of single nodes under query answers add nothing to the certified tip.
        let agent = Agent::builder()
            .with_url(address)
            .with_verify_query_signatures(false)
            .build()
            .map_err(|e| fatal(format!("cannot make a client: {e}")))?;
        if let RootKey::Der(key) = &root_key {
            agent.set_root_key(key.clone());
        }
        let id = format!("{network}/{contract}");
        let fetch_root_key = root_key == RootKey::Fetch;
        let log = Log { agent, canister };
        Ok(Self {
            id,
            network,
            contract,
            endpoint,
            log,
            fetch_root_key,
            decoder,
            start_block,
            poll,
            verified: None,
            plan: None,
        })
    }

    fn unavailable(&self, reason: impl Into<String>) -> SourceError {
        SourceError::Unavailable {
            endpoint: self.endpoint.clone(),
            reason: reason.into(),
        }
    }

    fn position(&self, cursor: Option<&Cursor>) -> Result<Position, SourceError> {
        let Some(cursor) = cursor else {
            return Ok(Position {
                next: self.start_block,
                hash: None,
            });
        };
        let fatal = |e: String| {
            SourceError::Fatal(format!(
                "the stored position of {} is not one of an ICRC-3 log ({e}); was the source of this name \
                 another one \
                 before? Name the contract differently, or run `novate db reset`",
                self.id
            ))
        };
        let at: At = serde_json::from_value(cursor.at.clone()).map_err(|e| fatal(e.to_string()))?;
        let hash = match at.hash {
            None => None,
            Some(digits) => {
                let mut hash = [0; 32];
                hex::decode_to_slice(digits, &mut hash).map_err(|e| fatal(e.to_string()))?;
                Some(hash)
            }
        };
        Ok(Position {
            next: cursor.next_block,
            hash,
        })
    }

    /// The certified tip; `None` when the log is empty. A tip that claims nothing beyond `from` is not
    /// verified again each time: it changes nothing, and the signature costs milliseconds.
    async fn tip(&mut self, from: &Position) -> Result<Option<Tip>, SourceError> {
        if self.fetch_root_key {
            self.log
                .agent
                .fetch_root_key()
                .await
                .map_err(|e| self.unavailable(e.to_string()))?;
            self.fetch_root_key = false;
        }
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
            && tip.index + 1 == from.next
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

    /// Finds the way from the tip back to `from`. `false`: there is nothing new.
    async fn plan(&mut self, from: &Position, tip: &Tip) -> Result<bool, SourceError> {
        if self.plan.as_ref().is_some_and(|plan| plan.from == *from) {
            return Ok(true);
        }
        self.plan = None;
        if tip.index < from.next {
            return match from.hash {
                Some(hash) if tip.index + 1 == from.next && hash != tip.hash => {
                    Err(self.reinstalled(tip.index))
                }
                Some(_) if tip.index + 1 < from.next => Err(self.unavailable(format!(
                    "certifies block {} of {} as the last, while block {} is in the database: a replica that \
                     lags, or the \
                     canister was reinstalled",
                    tip.index,
                    self.log.canister,
                    from.next - 1
                ))),
                _ => Ok(false),
            };
        }
        let mut pages = vec![PageEnd {
            end: tip.index + 1,
            hash: tip.hash,
        }];
        while let Some(page) = pages.last().filter(|page| page.end - from.next > PAGE).cloned() {
            let start = page.end - PAGE;
            let blocks = self.page(start, &page).await?;
            let before = blocks.first().and_then(|block| block.parent).ok_or_else(|| {
                self.unavailable(format!(
                    "block {start} of {} names no block before it",
                    self.log.canister
                ))
            })?;
            pages.push(PageEnd {
                end: start,
                hash: before,
            });
        }
        self.plan = Some(Plan {
            from: from.clone(),
            pages,
        });
        Ok(true)
    }

    fn reinstalled(&self, index: u64) -> SourceError {
        SourceError::Fatal(format!(
            "canister {} certifies another block {index} than the one in the database: it was reinstalled, \
             or this is \
             another network. Run `novate db reset` to index it again",
            self.log.canister
        ))
    }

    /// Blocks `start..end.end`, proved by the hash of the last.
    async fn page(&self, start: u64, end: &PageEnd) -> Result<Vec<Proved>, SourceError> {
        let blocks = self
            .log
            .blocks(start, end.end)
            .await
            .map_err(|reason| self.unavailable(reason))?;
        let mut proved = Vec::with_capacity(blocks.len());
        let mut expected = Some(end.hash);
        for (block, index) in blocks.into_iter().rev().zip((start..end.end).rev()) {
            let hash = block.hash();
            if expected != Some(hash) {
                return Err(self.unavailable(format!(
                    "block {index} of {} is not the one that the subnet certified; nothing of this answer was \
                     kept",
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

    /// The next page of the plan as a step.
    async fn advance(&mut self, tip: &Tip) -> Result<Option<Step>, SourceError> {
        let Some((from, page)) = self
            .plan
            .as_ref()
            .and_then(|plan| Some((plan.from.clone(), plan.pages.last()?.clone())))
        else {
            return Ok(None);
        };
        let blocks = self.page(from.next, &page).await?;
        if let (Some(hash), Some(first)) = (from.hash, blocks.first())
            && first.parent != Some(hash)
        {
            return Err(self.reinstalled(from.next - 1));
        }
        let (mut events, mut undecoded) = (Vec::with_capacity(blocks.len()), Vec::new());
        for block in &blocks {
            match self.event(block)? {
                Ok(event) => events.push(event),
                Err(kept) => undecoded.push(kept),
            }
        }
        let to = Position {
            next: page.end,
            hash: Some(page.hash),
        };
        let cursor = Cursor {
            next_block: to.next,
            at: serde_json::json!(At {
                hash: to.hash.map(hex::encode)
            }),
        };
        let live = self.plan.as_mut().is_none_or(|plan| {
            plan.pages.pop();
            plan.from = to;
            plan.pages.is_empty()
        });
        if live {
            self.plan = None;
        }
        Ok(Some(Step::Advance {
            events,
            undecoded,
            cursor,
            live,
            heads: heads(Some(tip)),
        }))
    }

    /// The block as a row of its table, or as one of `novate.undecoded`.
    fn event(&self, proved: &Proved) -> Result<Result<Event, Undecoded>, SourceError> {
        let Proved {
            index,
            hash,
            parent,
            block,
        } = proved;
        let address = self.log.canister.to_text();
        let time = time(block).ok_or_else(|| {
            SourceError::Fatal(format!(
                "block {index} of canister {address} has no time (ts in nanoseconds)"
            ))
        })?;
        let id = format!("{address}:{index}");
        let parent_hash = parent.map(hex::encode).unwrap_or_default();
        let header = Arc::new(Block {
            number: *index,
            hash: hex::encode(hash),
            parent_hash,
            time,
        });
        Ok(match self.decoder.decode(block) {
            Ok((table, values)) => Ok(Event {
                table,
                id,
                address,
                block: header,
                tx_hash: None,
                position: 0,
                values,
            }),
            Err(e) => {
                let reason = e.to_string();
                tracing::warn!(source = self.id, index, reason, "a block is kept undecoded");
                let contract = self.contract.clone();
                Err(Undecoded {
                    id,
                    contract,
                    address,
                    block: header,
                    tx_hash: None,
                    reason,
                    raw: block.to_json(),
                })
            }
        })
    }
}

struct Proved {
    index: u64,
    hash: [u8; 32],
    /// Hash of the block before it.
    parent: Option<[u8; 32]>,
    block: Value,
}

/// Certified is final.
fn heads(tip: Option<&Tip>) -> Heads {
    let head = tip.map_or(0, |tip| tip.index);
    let head_time = tip.map_or(DateTime::<Utc>::UNIX_EPOCH, |tip| tip.time);
    Heads {
        head,
        confirmed: head,
        finalized: head,
        head_time,
    }
}

/// Whether a host is this machine or one beside it: only there may a key be believed because the node says
/// so.
fn is_local(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private(),
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        // `localhost`, or the name of a container.
        Err(_) => !host.contains('.') || host.ends_with(".localhost"),
    }
}

#[async_trait]
impl Source for IcpSource {
    fn id(&self) -> &str {
        &self.id
    }

    fn network(&self) -> &str {
        &self.network
    }

    fn tables(&self) -> &[Arc<Table>] {
        self.decoder.tables()
    }

    async fn identity(&mut self) -> Result<String, SourceError> {
        if self.fetch_root_key {
            self.log
                .agent
                .fetch_root_key()
                .await
                .map_err(|e| self.unavailable(e.to_string()))?;
            self.fetch_root_key = false;
        }
        Ok(hex::encode(self.log.agent.read_root_key()))
    }

    async fn next(&mut self, cursor: Option<&Cursor>, patience: Duration) -> Result<Step, SourceError> {
        let from = self.position(cursor)?;
        let deadline = Instant::now() + patience;
        loop {
            let tip = self.tip(&from).await?;
            if let Some(tip) = &tip
                && self.plan(&from, tip).await?
                && let Some(step) = self.advance(tip).await?
            {
                return Ok(step);
            }
            if let (None, Some(_)) = (&tip, from.hash) {
                return Err(self.unavailable(format!(
                    "canister {} says that its log is empty, while block {} is in the database",
                    self.log.canister,
                    from.next - 1
                )));
            }
            let now = Instant::now();
            if now >= deadline {
                return Ok(Step::Idle {
                    live: true,
                    heads: heads(tip.as_ref()),
                });
            }
            tokio::time::sleep_until(deadline.min(now + self.poll)).await;
        }
    }
}
