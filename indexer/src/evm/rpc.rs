//! The JSON-RPC calls that following an EVM network needs (<https://ethereum.github.io/execution-apis/>).

use crate::source::SourceError;
use alloy::{
    primitives::{Address, B256, U64},
    rpc::{
        client::{ClientBuilder, RpcClient},
        types::Log,
    },
    transports::{RpcError, TransportError, TransportErrorKind, http::reqwest},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    fmt::Debug,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

/// Nodes of one network; the next one is asked when one does not answer.
#[derive(Debug)]
pub struct Rpc {
    network: String,
    nodes: Vec<Node>,
    /// Index of the node in use.
    current: AtomicUsize,
}

#[derive(Debug)]
struct Node {
    client: RpcClient,
    url: reqwest::Url,
}

/// What is needed of a block. Any chain's extra fields are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    #[serde(deserialize_with = "quantity")]
    pub number: u64,
    pub hash: B256,
    pub parent_hash: B256,
    /// Unix seconds.
    #[serde(deserialize_with = "quantity")]
    pub timestamp: u64,
}

fn quantity<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    U64::deserialize(deserializer).map(|number| number.to())
}

/// Which block.
#[derive(Clone, Copy, Debug)]
pub enum At {
    Number(u64),
    Latest,
    Safe,
    Finalized,
}

/// Whose logs, of which events.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub addresses: Vec<Address>,
    pub selectors: Vec<B256>,
}

/// Why a call gave nothing.
#[derive(Debug)]
pub enum Failure {
    /// The node understood and refuses: perhaps a limit.
    Refused {
        error: SourceError,
        code: i64,
        message: String,
    },
    /// The answer did not come, or made no sense.
    Lost(SourceError),
}

impl From<Failure> for SourceError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused { error, .. } | Failure::Lost(error) => error,
        }
    }
}

impl Rpc {
    /// `timeout` is of one request.
    pub fn new(network: &str, urls: &[String], timeout: Duration) -> Result<Self, SourceError> {
        let http = reqwest::Client::builder().timeout(timeout).build();
        let http = http.map_err(|e| SourceError::Fatal(format!("cannot make an HTTP client: {e}")))?;
        let nodes = urls.iter().map(|url| {
            let bad = |e| SourceError::Fatal(format!("{url:?} is not the URL of an EVM node: {e}"));
            let url: reqwest::Url = url.parse().map_err(bad)?;
            let client = ClientBuilder::default().http_with_client(http.clone(), url.clone());
            Ok(Node { client, url })
        });
        let nodes: Vec<Node> = nodes.collect::<Result<_, SourceError>>()?;
        if nodes.is_empty() {
            return Err(SourceError::Fatal(format!("network {network} has no RPC URL")));
        }
        Ok(Self {
            network: network.to_owned(),
            nodes,
            current: AtomicUsize::new(0),
        })
    }

    pub async fn chain_id(&self) -> Result<u64, SourceError> {
        let id: U64 = self.call("eth_chainId", json!([])).await?;
        Ok(id.to())
    }

    /// None if the chain has no such block, or the node does not know such a tag.
    pub async fn header(&self, at: At) -> Result<Option<Header>, Failure> {
        let tag = match at {
            At::Number(number) => format!("{number:#x}"),
            At::Latest => "latest".into(),
            At::Safe => "safe".into(),
            At::Finalized => "finalized".into(),
        };
        let header: Option<Header> = match self.call("eth_getBlockByNumber", json!([tag, false])).await {
            Err(Failure::Refused { code, message, .. })
                if matches!(at, At::Safe | At::Finalized) && is_unknown(code, &message) =>
            {
                None
            }
            answer => answer?,
        };
        match (at, header) {
            (At::Number(number), Some(header)) if header.number != number => {
                let reason = format!("answered with block {} when asked for {number}", header.number);
                Err(Failure::Lost(self.unavailable(reason)))
            }
            (_, header) => Ok(header),
        }
    }

    /// Logs of the very block with this hash: unlike a range, this cannot be answered from another branch.
    pub async fn logs_of(&self, block: B256, wanted: &Wanted) -> Result<Vec<Log>, Failure> {
        let logs: Vec<Log> = self
            .call(
                "eth_getLogs",
                json!([{ "blockHash": block, "address": wanted.addresses, "topics": [wanted.selectors] }]),
            )
            .await?;
        if logs.iter().any(|log| log.block_hash != Some(block)) {
            return Err(Failure::Lost(
                self.unavailable(format!("gave logs of other blocks than {block}")),
            ));
        }
        self.once_each(logs)
    }

    /// Logs of the blocks `from..=to`, as the node's best chain has them.
    pub async fn logs_between(&self, from: u64, to: u64, wanted: &Wanted) -> Result<Vec<Log>, Failure> {
        let filter = json!({
            "fromBlock": format!("{from:#x}"), "toBlock": format!("{to:#x}"),
            "address": wanted.addresses, "topics": [wanted.selectors],
        });
        let logs: Vec<Log> = self.call("eth_getLogs", json!([filter])).await?;
        if logs
            .iter()
            .any(|log| log.block_number.is_none_or(|n| n < from || n > to))
        {
            return Err(Failure::Lost(
                self.unavailable(format!("gave logs from outside {from} to {to}")),
            ));
        }
        self.once_each(logs)
    }

    /// The logs, unless one is told twice: what is said of the others cannot be trusted then either.
    fn once_each(&self, logs: Vec<Log>) -> Result<Vec<Log>, Failure> {
        let mut seen = HashSet::with_capacity(logs.len());
        match logs
            .iter()
            .find(|log| !seen.insert((log.block_hash, log.log_index)))
        {
            None => Ok(logs),
            Some(twice) => Err(Failure::Lost(self.unavailable(format!(
                "gave log {} of block {} twice",
                twice.log_index.unwrap_or_default(),
                twice.block_hash.unwrap_or_default()
            )))),
        }
    }

    /// An error of the node in use. It names the host only, as the rest of a URL often holds a key.
    pub fn unavailable(&self, reason: impl Into<String>) -> SourceError {
        let (_, node) = self.node();
        SourceError::Unavailable {
            endpoint: node.endpoint(),
            reason: reason.into(),
        }
    }

    fn node(&self) -> (usize, &Node) {
        let index = self.current.load(Ordering::Acquire);
        (index, &self.nodes[index])
    }

    async fn call<T: DeserializeOwned + Debug + Send + Sync + Unpin + 'static>(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<T, Failure> {
        let (index, node) = self.node();
        let error = match node.client.request::<_, T>(method, params).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        metrics::counter!("novate_rpc_errors_total", "network" => self.network.clone()).increment(1);
        let failed = |reason| SourceError::Unavailable {
            endpoint: node.endpoint(),
            reason,
        };
        match error {
            RpcError::ErrorResp(refusal) => Err(Failure::Refused {
                error: failed(format!("{method}: error {}: {}", refusal.code, refusal.message)),
                code: refusal.code,
                message: refusal.message.into_owned(),
            }),
            error => {
                // Only once, even when many calls fail together.
                let next = (index + 1) % self.nodes.len();
                self.current
                    .compare_exchange(index, next, Ordering::AcqRel, Ordering::Acquire)
                    .ok();
                Err(Failure::Lost(failed(format!("{method}: {}", node.text(&error)))))
            }
        }
    }
}

/// Whether a refusal means that the node has no block for a tag, as nodes before the merge, some other chains and nodes that
/// have not heard of finality yet say it: invalid params (-32602), unknown block (-39001), or an error of any code in words.
fn is_unknown(code: i64, message: &str) -> bool {
    let message = message.to_lowercase();
    let says = |words| message.contains(words);
    let of_tags = || {
        message
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| word == "tag")
    };
    matches!(code, -32602 | -39001) || of_tags() || says("block not found") || says("unknown block")
}

impl Node {
    /// Scheme, host and port.
    fn endpoint(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The error with its causes, which its own text leaves out, and without the URL, be it ours or one we were redirected to.
    fn text(&self, error: &TransportError) -> String {
        let mut text = match error {
            RpcError::DeserError { err, .. } => format!("unexpected answer: {err}"),
            other => other.to_string(),
        };
        let mut urls = vec![self.url.clone()];
        if let RpcError::Transport(TransportErrorKind::Custom(error)) = error {
            let http = error.downcast_ref::<reqwest::Error>();
            urls.extend(http.and_then(reqwest::Error::url).cloned());
        }
        let mut cause = std::error::Error::source(error);
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
