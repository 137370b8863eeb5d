//! The six JSON-RPC calls this needs (<https://solana.com/docs/rpc>), typed.

use super::transaction::TransactionAnswer;
use crate::source::SourceError;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::time::Duration;

/// The most entries that `getSignaturesForAddress` returns at once.
pub const PAGE: usize = 1000;
/// The newest transaction format that is asked for; legacy ones count as below 0.
const MAX_TRANSACTION_VERSION: u8 = 1;
/// Errors that the same request would get again: no such block (yet), and requests that are wrong in
/// themselves.
const DEFINITE: [i64; 10] = [
    -32001, -32004, -32007, -32009, -32014, -32015, -32600, -32601, -32602, -32700,
];
/// Attempts of one call before the whole step counts as failed.
const ATTEMPTS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// A node that asks for a longer rest is tried again before, as the rest of the index waits too.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Where a node is, by commitment.
#[derive(Clone, Copy, Debug)]
pub struct Slots {
    pub processed: u64,
    pub confirmed: u64,
    pub finalized: u64,
}

/// A block without its transactions.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockHeader {
    pub blockhash: String,
    pub previous_blockhash: String,
    pub parent_slot: u64,
    /// Unix seconds.
    pub block_time: Option<i64>,
}

/// What a node says of a slot.
#[derive(Clone, Debug)]
pub enum SlotBlock {
    Is(BlockHeader),
    /// The chain has no block there; or the node, which went on from a later snapshot, never had it.
    Skipped,
    /// Not yet readable, or not to the end.
    NotYet,
    /// The node has dropped it.
    Pruned(String),
}

/// A transaction that mentions the program.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    pub signature: String,
    pub slot: u64,
    pub err: Option<Value>,
}

/// A client of one node.
#[derive(Clone, Debug)]
pub struct Rpc {
    client: reqwest::Client,
    url: reqwest::Url,
}

enum Failure {
    /// The node's answer is no: trying again at once is no use.
    Refused { code: i64, message: String },
    /// The answer did not come, or not whole. `wait` is how long the node asks to be left alone.
    Lost { reason: String, wait: Duration },
}

fn lost(reason: impl Into<String>) -> Failure {
    Failure::Lost {
        reason: reason.into(),
        wait: Duration::ZERO,
    }
}

impl Rpc {
    /// `timeout` is of one HTTP request.
    pub fn new(url: &str, timeout: Duration) -> Result<Self, SourceError> {
        let url = url
            .parse()
            .map_err(|e| SourceError::Fatal(format!("{url:?} is not the URL of a Solana node: {e}")))?;
        let client = reqwest::Client::builder()
            .timeout(timeout)
            .build()
            .map_err(|e| SourceError::Fatal(format!("cannot make an HTTP client: {e}")))?;
        Ok(Self { client, url })
    }

    pub fn endpoint(&self) -> String {
        endpoint(&self.url)
    }

    /// An error of this node. It names the host only, as the rest of an URL often holds a key.
    pub fn unavailable(&self, reason: impl Into<String>) -> SourceError {
        SourceError::Unavailable {
            endpoint: self.endpoint(),
            reason: reason.into(),
        }
    }

    pub async fn genesis_hash(&self) -> Result<String, SourceError> {
        self.call("getGenesisHash", json!([])).await
    }

    pub async fn slots(&self) -> Result<Slots, SourceError> {
        let slot = |commitment| self.call::<u64>("getSlot", json!([{ "commitment": commitment }]));
        let (finalized, confirmed, processed) =
            tokio::try_join!(slot("finalized"), slot("confirmed"), slot("processed"))?;
        // The three answers are of slightly different moments.
        let confirmed = confirmed.max(finalized);
        Ok(Slots {
            processed: processed.max(confirmed),
            confirmed,
            finalized,
        })
    }

    /// The first slot that the node still has.
    pub async fn first_available(&self) -> Result<u64, SourceError> {
        self.call("getFirstAvailableBlock", json!([])).await
    }

    /// Answers [`SlotBlock::Is`] only once every transaction of the slot can be listed (the node's error
    /// -32014 says that it cannot).
    pub async fn block(&self, slot: u64) -> Result<SlotBlock, SourceError> {
        let config = json!({
            "commitment": "confirmed", "transactionDetails": "none", "rewards": false,
            "maxSupportedTransactionVersion": MAX_TRANSACTION_VERSION,
        });
        match self
            .try_call::<Option<BlockHeader>>("getBlock", json!([slot, config]))
            .await
        {
            Ok(Some(header)) => Ok(SlotBlock::Is(header)),
            Ok(None)
            | Err(Failure::Refused {
                code: -32004 | -32014,
                ..
            }) => Ok(SlotBlock::NotYet),
            Err(Failure::Refused {
                code: -32007 | -32009,
                ..
            }) => Ok(SlotBlock::Skipped),
            Err(Failure::Refused {
                code: -32001,
                message,
            }) => Ok(SlotBlock::Pruned(message)),
            Err(failure) => Err(self.failed("getBlock", failure)),
        }
    }

    /// Up to `limit` (at most [`PAGE`]) confirmed transactions that mention `program`, newest first, older
    /// than `before`. Behind one URL there may be several nodes: those that have not confirmed slot `at_least`
    /// refuse (error -32016).
    pub async fn signatures(
        &self,
        program: &str,
        before: Option<&str>,
        limit: usize,
        at_least: u64,
    ) -> Result<Vec<Listed>, SourceError> {
        let mut config = json!({ "commitment": "confirmed", "limit": limit, "minContextSlot": at_least });
        // Nodes differ in whether they take null for absent.
        if let Some(before) = before {
            config["before"] = before.into();
        }
        self.call("getSignaturesForAddress", json!([program, config]))
            .await
    }

    pub async fn transaction(&self, signature: &str) -> Result<TransactionAnswer, SourceError> {
        let config = json!({
            "commitment": "confirmed", "encoding": "json",
            "maxSupportedTransactionVersion": MAX_TRANSACTION_VERSION,
        });
        let answer: Option<TransactionAnswer> =
            self.call("getTransaction", json!([signature, config])).await?;
        answer.ok_or_else(|| self.unavailable(format!("lists transaction {signature} but does not have it")))
    }

    async fn call<T: DeserializeOwned>(&self, method: &str, params: Value) -> Result<T, SourceError> {
        self.try_call(method, params)
            .await
            .map_err(|failure| self.failed(method, failure))
    }

    async fn try_call<T: DeserializeOwned>(&self, method: &str, params: Value) -> Result<T, Failure> {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            let wait = match self.once(&request).await {
                Err(Failure::Lost { reason, wait }) => {
                    tracing::debug!(method, reason, "Solana node, trying again");
                    wait
                }
                answer => return answer,
            };
            tokio::time::sleep(pause.max(wait)).await;
            pause *= 3;
        }
        self.once(&request).await
    }

    async fn once<T: DeserializeOwned>(&self, request: &Value) -> Result<T, Failure> {
        let unsent = |e: reqwest::Error| lost(Chain(&e.without_url()).to_string());
        let response = self
            .client
            .post(self.url.clone())
            .json(request)
            .send()
            .await
            .map_err(unsent)?;
        let status = response.status();
        let wait = retry_after(response.headers());
        let body = response.bytes().await.map_err(unsent)?;
        let answer: Answer = match serde_json::from_slice(&body) {
            Ok(answer) => answer,
            Err(_) if !status.is_success() => {
                return Err(Failure::Lost {
                    reason: format!("HTTP {status}"),
                    wait,
                });
            }
            Err(e) => return Err(lost(format!("unreadable answer ({} bytes): {e}", body.len()))),
        };
        let method = &request["method"];
        match (answer.error, answer.result) {
            (Some(NodeError { code, message }), _) if DEFINITE.contains(&code) => {
                Err(Failure::Refused { code, message })
            }
            // A limit of the gateway, a node that is behind: about the moment, not about the request.
            (Some(NodeError { code, message }), _) => Err(Failure::Lost {
                reason: format!("error {code}: {message}"),
                wait,
            }),
            (None, result) => serde_json::from_value(result.unwrap_or_default())
                .map_err(|e| lost(format!("unexpected answer to {method}: {e}"))),
        }
    }

    fn failed(&self, method: &str, failure: Failure) -> SourceError {
        match failure {
            Failure::Refused { code, message } => {
                self.unavailable(format!("{method}: error {code}: {message}"))
            }
            Failure::Lost { reason, .. } => self.unavailable(format!("{method}: {reason}")),
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    result: Option<Value>,
    error: Option<NodeError>,
}

#[derive(Deserialize)]
struct NodeError {
    code: i64,
    message: String,
}

/// What a gateway under load asks for, in seconds.
fn retry_after(headers: &reqwest::header::HeaderMap) -> Duration {
    let seconds = headers
        .get("retry-after")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    Duration::from_secs(seconds.unwrap_or(0)).min(LONGEST_WAIT)
}

/// Scheme, host and port of an URL.
pub fn endpoint(url: &reqwest::Url) -> String {
    url.origin().ascii_serialization()
}

/// An error with its causes: reqwest's own text leaves them out.
struct Chain<'a>(&'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
