//! The interface of an ICRC-3 log, and reading a range of it wherever its blocks are kept.

use super::Value;
use candid::{CandidType, Decode, Encode, Nat, Principal, types::reference::Func};
use ic_agent::{Agent, AgentError, agent_error::TransportError};
use serde::Deserialize;
use std::collections::{BTreeMap, VecDeque};

/// Calls for one range before it is given up: a log that sends from archive to archive does not end by
/// itself.
const MAX_CALLS: usize = 64;

/// `GetBlocksArgs` has a list of these.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub struct Range {
    pub start: Nat,
    pub length: Nat,
}

#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub struct BlockWithId {
    pub id: Nat,
    pub block: Value,
}

/// Where blocks are that the canister no longer holds itself.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct Archive {
    pub args: Vec<Range>,
    pub callback: GetBlocks,
}

candid::define_function!(pub GetBlocks : (Vec<Range>) -> (GetBlocksResult) query);

/// Answer of `icrc3_get_blocks`.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct GetBlocksResult {
    pub log_length: Nat,
    pub blocks: Vec<BlockWithId>,
    pub archived_blocks: Vec<Archive>,
}

/// Answer of `icrc3_get_tip_certificate`.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub struct TipCertificate {
    pub certificate: serde_bytes::ByteBuf,
    pub hash_tree: serde_bytes::ByteBuf,
}

/// Reads one log by queries. Their answers are trusted by nobody: the tip is certified, and the blocks hang
/// on it by their hashes.
#[derive(Debug)]
pub struct Log {
    pub agent: Agent,
    pub canister: Principal,
}

impl Log {
    /// `None` when the log is empty. The error is a reason.
    pub async fn tip_certificate(&self) -> Result<Option<TipCertificate>, String> {
        let method = "icrc3_get_tip_certificate";
        let answer = self
            .query(self.canister, method, Encode!().map_err(|e| e.to_string())?)
            .await?;
        Decode!(&answer, Option<TipCertificate>).map_err(|e| format!("{method}: {e}"))
    }

    /// Blocks `start..end`, all of them. The error is a reason.
    pub async fn blocks(&self, start: u64, end: u64) -> Result<Vec<Value>, String> {
        let mut found = BTreeMap::new();
        let mut calls = VecDeque::new();
        for _ in 0..MAX_CALLS {
            let next = (start..end).find(|index| !found.contains_key(index));
            let Some(next) = next else {
                return Ok(found.into_values().collect());
            };
            let (canister, method, args) = calls.pop_front().unwrap_or_else(|| {
                // What is missing is asked for at the canister itself.
                let range = Range {
                    start: next.into(),
                    length: (end - next).into(),
                };
                (self.canister, "icrc3_get_blocks".to_owned(), vec![range])
            });
            let args = Encode!(&args).map_err(|e| e.to_string())?;
            let answer = self.query(canister, &method, args).await?;
            let answer =
                Decode!(&answer, GetBlocksResult).map_err(|e| format!("{canister}.{method}: {e}"))?;
            let before = found.len();
            for BlockWithId { id, block } in answer.blocks {
                if let Some(index) = u64::try_from(id.0)
                    .ok()
                    .filter(|index| (start..end).contains(index))
                {
                    found.entry(index).or_insert(block);
                }
            }
            if found.len() == before && answer.archived_blocks.is_empty() && calls.is_empty() {
                return Err(format!("{canister}.{method} does not have block {next}"));
            }
            calls.extend(
                answer
                    .archived_blocks
                    .into_iter()
                    .map(|Archive { args, callback }| {
                        let Func { principal, method } = callback.0;
                        (principal, method, args)
                    }),
            );
        }
        Err(format!("no end of calls for blocks {start} to {end}"))
    }

    async fn query(&self, canister: Principal, method: &str, args: Vec<u8>) -> Result<Vec<u8>, String> {
        let call = self.agent.query(&canister, method).with_arg(args).call();
        call.await
            .map_err(|e| format!("{canister}.{method}: {}", reason(e)))
    }
}

/// An error of the agent, with its causes but without the URL that reqwest names: a path may hold a key.
pub fn reason(error: AgentError) -> String {
    let AgentError::TransportError(TransportError::Reqwest(error)) = error else {
        return error.to_string();
    };
    let error = error.without_url();
    let causes = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
