//! The nodes of a chain, of which one is asked at a time.

use super::config::{EvmConfig, EvmConfigError};
use crate::chain::ChainError;
use alloy::{
    network::Ethereum,
    primitives::{B256, BlockHash},
    providers::{Provider, RootProvider},
    rpc::{
        client::ClientBuilder,
        types::{Block, BlockId},
    },
    transports::{RpcError, TransportError, TransportErrorKind, http::reqwest, layers::RetryBackoffLayer},
};
use std::{
    error::Error,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

/// How often a request that a node has limited (429, 503) is made again, from how many milliseconds on.
const RETRIES: u32 = 3;
const BACKOFF_MS: u64 = 200;
/// Of alloy's layer: it would slow down whoever uses more "compute units" a second; the node says by itself when it is too much.
const UNITS_PER_SECOND: u64 = 1_000_000;

pub(crate) struct Nodes {
    chain_id: u64,
    nodes: Vec<Node>,
    /// Index of the one in use.
    current: AtomicUsize,
}

struct Node {
    url: reqwest::Url,
    provider: RootProvider<Ethereum>,
    /// Whether it has said that it is of the right chain.
    known: AtomicBool,
}

/// The node that is asked during one piece of work.
pub(crate) struct Connection<'a> {
    nodes: &'a Nodes,
    index: usize,
    node: &'a Node,
}

/// The newest block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub number: u64,
    pub hash: B256,
    /// Unix seconds.
    pub timestamp: u64,
    pub gas_limit: u64,
}

impl Nodes {
    pub fn new(config: &EvmConfig) -> Result<Self, EvmConfigError> {
        let timeout = Duration::from_millis(config.timeout_ms);
        let http = reqwest::Client::builder().timeout(timeout).build();
        let http = http.map_err(|error| EvmConfigError::Http(error.to_string()))?;
        let mut nodes = Vec::with_capacity(config.rpc.len());
        for (number, url) in (1..).zip(&config.rpc) {
            let bad = |reason| EvmConfigError::Url { number, reason };
            let url: reqwest::Url = url.parse().map_err(|e| bad(format!("{e}")))?;
            if !matches!(url.scheme(), "http" | "https") {
                return Err(bad("give one that begins with http:// or https://".into()));
            }
            let client = ClientBuilder::default()
                .layer(RetryBackoffLayer::new(RETRIES, BACKOFF_MS, UNITS_PER_SECOND))
                .http_with_client(http.clone(), url.clone());
            nodes.push(Node {
                url,
                provider: RootProvider::new(client),
                known: AtomicBool::new(false),
            });
        }
        if nodes.is_empty() {
            return Err(EvmConfigError::NoRpc);
        }
        Ok(Self {
            chain_id: config.chain_id,
            nodes,
            current: AtomicUsize::new(0),
        })
    }

    /// The node in use, once it has said that it is of the right chain.
    pub async fn connect(&self) -> Result<Connection<'_>, ChainError> {
        let index = self.current.load(Ordering::Acquire) % self.nodes.len();
        let none = || ChainError::Unavailable("there is no node: give a URL in rpc".into());
        let node = self.nodes.get(index).ok_or_else(none)?;
        let connection = Connection {
            nodes: self,
            index,
            node,
        };
        if !node.known.load(Ordering::Acquire) {
            let chain = node.provider.get_chain_id().await;
            let chain = chain.map_err(|error| connection.failed(error))?;
            if chain != self.chain_id {
                connection.turn_away();
                return Err(connection.nonsense(format!(
                    "is of chain {chain}, and the settlement is on {}: correct rpc or chain_id",
                    self.chain_id
                )));
            }
            node.known.store(true, Ordering::Release);
        }
        Ok(connection)
    }
}

impl Connection<'_> {
    pub fn provider(&self) -> &RootProvider<Ethereum> {
        &self.node.provider
    }

    pub async fn head(&self) -> Result<Head, ChainError> {
        let head = self.block(BlockId::latest()).await?;
        let head = head.ok_or_else(|| self.nonsense("has no newest block"))?;
        Ok(Head {
            number: head.header.number,
            hash: head.header.hash,
            timestamp: head.header.timestamp,
            gas_limit: head.header.gas_limit,
        })
    }

    /// Hash and time (Unix seconds) of the block with this number, if the chain has it.
    pub async fn block_at(&self, number: u64) -> Result<Option<(BlockHash, u64)>, ChainError> {
        let block = self.block(BlockId::number(number)).await?;
        match block {
            Some(block) if block.header.number != number => {
                Err(self.nonsense(format!("gave block {} instead of {number}", block.header.number)))
            }
            block => Ok(block.map(|block| (block.header.hash, block.header.timestamp))),
        }
    }

    async fn block(&self, id: BlockId) -> Result<Option<Block>, ChainError> {
        let block = self.provider().get_block(id).await;
        block.map_err(|error| self.failed(error))
    }

    /// The error of a call; when the node did not answer, the next one is asked from now on.
    pub fn failed(&self, error: TransportError) -> ChainError {
        metrics::counter!("novate_clearing_rpc_errors_total", "chain" => self.nodes.chain_id.to_string())
            .increment(1);
        if !matches!(error, RpcError::ErrorResp(_)) {
            self.turn_away();
        }
        self.nonsense(self.text(&error))
    }

    /// What the node does is no use.
    pub fn nonsense(&self, what: impl AsRef<str>) -> ChainError {
        // The host only: the rest of a URL often holds a key.
        let host = self.node.url.origin().ascii_serialization();
        ChainError::Unavailable(format!("{host} {}", what.as_ref()))
    }

    fn turn_away(&self) {
        let next = (self.index + 1) % self.nodes.nodes.len();
        // Only once, also when many calls fail together.
        self.nodes
            .current
            .compare_exchange(self.index, next, Ordering::AcqRel, Ordering::Acquire)
            .ok();
    }

    /// The error with its causes, without the URL.
    fn text(&self, error: &TransportError) -> String {
        let mut text = match error {
            RpcError::ErrorResp(refusal) => {
                return format!("answered with error {}: {}", refusal.code, refusal.message);
            }
            RpcError::DeserError { err, .. } => format!("gave an answer that makes no sense: {err}"),
            other => format!("does not answer: {other}"),
        };
        let mut urls = vec![self.node.url.clone()];
        if let RpcError::Transport(TransportErrorKind::Custom(error)) = error {
            let http = error.downcast_ref::<reqwest::Error>();
            urls.extend(http.and_then(reqwest::Error::url).cloned());
        }
        let mut cause = error.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        urls.iter().fold(text, |text, url| {
            text.replace(url.as_str(), &url.origin().ascii_serialization())
        })
    }
}
