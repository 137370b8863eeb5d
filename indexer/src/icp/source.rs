//! One ICRC-3 log, followed from its certified tip.

use super::{
    certificate::Tip,
    chain::{Chain, PageEnd, Proved},
    decode::{Decoder, time},
    error::BlockError,
    log::{self, Log},
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
    chain: Chain,
    decoder: Decoder,
    start_block: u64,
    poll: Duration,
    plan: Option<Plan>,
}

/// Everything before `next` is in the database; `hash` is that of the block before it, unknown at a start.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Position {
    next: u64,
    hash: Option<[u8; 32]>,
}

/// [`Position::hash`] as cursors keep it.
#[derive(Serialize, Deserialize)]
struct At {
    /// Hex, without 0x.
    hash: Option<String>,
}

/// Pages still to read; the next one is last. Made again from the cursor when it is lost.
#[derive(Debug)]
struct Plan {
    from: Position,
    pages: Vec<PageEnd>,
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
            ..
        } = options;
        let fatal = |reason: String| SourceError::Fatal(format!("contract {contract}: {reason}"));
        let decoder = Decoder::new(&network, &contract, &schema_json)
            .map_err(|e| fatal(format!("block schema: {e}")))?;
        let canister = Principal::from_text(&canister)
            .map_err(|e| fatal(format!("{canister:?} is not the id of a canister: {e}")))?;
        let address: reqwest::Url = url
            .parse()
            .map_err(|e| fatal(format!("{url:?} is not a URL: {e}")))?;
        // All that messages may name: a path can hold a key.
        let endpoint = address.origin().ascii_serialization();
        if root_key == RootKey::Fetch {
            if !is_local(&address) {
                return Err(fatal(format!(
                    "root_key = \"fetch\" would believe whoever answers at {endpoint}: it is for local nodes. \
                     Leave it out for the Internet Computer, or give the key in hex"
                )));
            }
            tracing::warn!(
                endpoint,
                contract,
                "trusting the root key this node gives; for local development only"
            );
        }
        // Signatures of single nodes under query answers add nothing to the certified tip.
        let agent = Agent::builder()
            .with_url(address.clone())
            .with_verify_query_signatures(false)
            .build()
            .map_err(|e| fatal(format!("cannot make a client: {}", log::reason(e))))?;
        if let RootKey::Der(key) = &root_key {
            agent.set_root_key(key.clone());
        }
        Ok(Self {
            id: format!("{network}/{contract}"),
            network,
            contract,
            chain: Chain::new(Log { agent, canister }, &address, root_key == RootKey::Fetch),
            decoder,
            start_block: options.start_block,
            poll: options.poll,
            plan: None,
        })
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
                "the stored position of {} is not one of an ICRC-3 log ({e}); was the source of this \
                 name another one before? Name the contract differently, or run `novate db reset`",
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

    /// Makes a plan when the tip is beyond `from`.
    async fn plan(&mut self, from: &Position, tip: Option<&Tip>) -> Result<(), SourceError> {
        if self.plan.as_ref().is_some_and(|plan| plan.from == *from) {
            return Ok(());
        }
        self.plan = None;
        let canister = self.chain.log.canister;
        let behind = |says: String| {
            Err(self.chain.unavailable(format!(
                "{says} of {canister}, while block {} is in the database: a replica that lags, or \
                 the canister was reinstalled",
                from.next - 1
            )))
        };
        match (tip, from.hash) {
            (None, None) => Ok(()),
            (None, Some(_)) => behind("has an empty log".into()),
            (Some(tip), _) if tip.index >= from.next => {
                let pages = self.chain.pages(from.next, tip).await?;
                self.plan = Some(Plan {
                    from: from.clone(),
                    pages,
                });
                Ok(())
            }
            (Some(_), None) => Ok(()),
            (Some(tip), Some(_)) if tip.index + 1 < from.next => {
                behind(format!("certifies block {} as the last", tip.index))
            }
            (Some(tip), Some(hash)) if tip.hash != hash => Err(self.another(tip.index)),
            (Some(_), Some(_)) => Ok(()),
        }
    }

    fn another(&self, index: u64) -> SourceError {
        SourceError::Fatal(format!(
            "canister {} certifies another block {index} than the one in the database: it was \
             reinstalled, or this is another network. Run `novate db reset` to index it again",
            self.chain.log.canister
        ))
    }

    /// The next page of the plan as a step.
    async fn advance(&mut self, heads: Heads) -> Result<Option<Step>, SourceError> {
        let Some(Plan { from, pages }) = &self.plan else {
            return Ok(None);
        };
        let Some(page) = pages.last().cloned() else {
            return Ok(None);
        };
        let blocks = self.chain.blocks(from.next, &page).await?;
        if let (Some(hash), Some(first)) = (from.hash, blocks.first())
            && first.parent != Some(hash)
        {
            return Err(self.another(from.next - 1));
        }
        let (mut events, mut undecoded) = (Vec::with_capacity(blocks.len()), Vec::new());
        for block in &blocks {
            match self.event(block, heads.head_time) {
                Ok(event) => events.push(event),
                Err(kept) => undecoded.push(kept),
            }
        }
        let at = serde_json::json!(At {
            hash: Some(hex::encode(page.hash))
        });
        let cursor = Cursor {
            next_block: page.end,
            at,
        };
        let mut pages = self.plan.take().map_or_else(Vec::new, |plan| plan.pages);
        pages.pop();
        let live = pages.is_empty();
        self.plan = (!live).then_some(Plan {
            from: Position {
                next: page.end,
                hash: Some(page.hash),
            },
            pages,
        });
        Ok(Some(Step::Advance {
            events,
            undecoded,
            cursor,
            live,
            heads,
        }))
    }

    /// The block as a row of its table, or as one of `novate.undecoded`: so is one without a time, since the time of
    /// its certificate, `certified`, is another one whenever the log is read.
    fn event(&self, proved: &Proved, certified: DateTime<Utc>) -> Result<Event, Undecoded> {
        let Proved {
            index,
            hash,
            parent,
            block,
        } = proved;
        let address = self.chain.log.canister.to_text();
        let (time, decoded) = match time(block) {
            Some(time) => (time, self.decoder.decode(block)),
            None => (certified, Err(BlockError::NoTime)),
        };
        let id = format!("{address}:{index}");
        let parent_hash = parent.map(hex::encode).unwrap_or_default();
        let header = Arc::new(Block {
            number: *index,
            hash: hex::encode(hash),
            parent_hash,
            time,
        });
        match decoded {
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
        }
    }
}

/// Certified is final. An empty log certifies nothing: all of it, up to its first block, is known as of now.
fn heads(tip: Option<&Tip>) -> Heads {
    let head = tip.map_or(0, |tip| tip.index);
    let head_time = tip.map_or_else(Utc::now, |tip| tip.time);
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
        Ok(hex::encode(self.chain.root_key().await?))
    }

    async fn next(&mut self, cursor: Option<&Cursor>, patience: Duration) -> Result<Step, SourceError> {
        let from = self.position(cursor)?;
        let deadline = Instant::now() + patience;
        loop {
            let tip = self.chain.tip(from.next).await?;
            self.plan(&from, tip.as_ref()).await?;
            if let Some(step) = self.advance(heads(tip.as_ref())).await? {
                return Ok(step);
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
