//! From logs to events.

use super::{
    rpc::{At, Failure, Header, Rpc, Wanted},
    shape::lower,
    source::EvmContract,
};
use crate::{
    row::{Block, Event, Undecoded},
    source::SourceError,
};
use alloy::{primitives::B256, rpc::types::Log};
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt, stream};
use novate_catalog::Table;
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
    sync::Arc,
};

/// Requests under way at once.
pub const REQUESTS: usize = 16;

/// What the logs of some blocks are read with.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub rpc: &'a Rpc,
    pub chain_id: u64,
    pub contracts: &'a [EvmContract],
    /// Only these events, see [`super::position::Events`]; all when absent.
    pub only: Option<&'a BTreeSet<String>>,
}

/// The events of some blocks, in chain order.
#[derive(Default)]
pub struct Decoded {
    pub events: Vec<Event>,
    pub undecoded: Vec<Undecoded>,
}

impl Reader<'_> {
    /// The filter for a node. It lets pass more than is wanted where contracts have different events.
    pub fn wanted(&self) -> Wanted {
        let mut wanted = Wanted::default();
        for contract in self.contracts {
            for (key, selector) in contract.keys().zip(contract.abi.selectors()) {
                if self.only.is_none_or(|only| only.contains(&key)) {
                    wanted.addresses.push(contract.address);
                    wanted.selectors.push(selector);
                }
            }
        }
        wanted.addresses.sort_unstable();
        wanted.addresses.dedup();
        wanted.selectors.sort_unstable();
        wanted.selectors.dedup();
        wanted
    }

    /// Headers of consecutive blocks, which need not be of one branch.
    pub async fn headers(&self, numbers: RangeInclusive<u64>) -> Result<Vec<Header>, SourceError> {
        stream::iter(numbers)
            .map(|number| self.header(number))
            .buffered(REQUESTS)
            .try_collect()
            .await
    }

    /// The header of a block that the chain is known to have.
    pub async fn header(&self, number: u64) -> Result<Header, SourceError> {
        let header = self.rpc.header(At::Number(number)).await?;
        header.ok_or_else(|| {
            self.rpc
                .unavailable(format!("does not have block {number}, below its own head"))
        })
    }

    /// Events of the very blocks `headers`.
    pub async fn of_blocks(&self, headers: &[Header]) -> Result<Decoded, SourceError> {
        let wanted = &self.wanted();
        let hashes: Vec<B256> = headers.iter().map(|header| header.hash).collect();
        let logs: Vec<Vec<Log>> = stream::iter(hashes.into_iter().map(|hash| self.rpc.logs_of(hash, wanted)))
            .buffered(REQUESTS)
            .try_collect()
            .await?;
        let mut decoded = Decoded::default();
        for (header, logs) in headers.iter().zip(logs) {
            let block = Arc::new(self.block(
                header.number,
                header.hash,
                Some(header.parent_hash),
                header.timestamp,
            )?);
            self.decode(logs, |_, _| Ok(block.clone()), &mut decoded)?;
        }
        Ok(decoded)
    }

    /// Events of a range that no reorg is expected to reach. Where the node tells the time with each log, as newer ones do,
    /// no block is asked for.
    pub async fn of_range(&self, from: u64, to: u64) -> Result<(usize, Decoded), Failure> {
        let logs = self.rpc.logs_between(from, to, &self.wanted()).await?;
        let mut timeless = BTreeSet::new();
        for log in &logs {
            if let (Some(number), None) = (log.block_number, log.block_timestamp) {
                timeless.insert(number);
            }
        }
        let headers = stream::iter(timeless.into_iter().map(|number| self.header(number)))
            .buffered(REQUESTS)
            .map_ok(|header| (header.number, header))
            .try_collect::<BTreeMap<_, _>>();
        let headers = headers.await.map_err(Failure::Lost)?;
        let mut blocks: BTreeMap<u64, Arc<Block>> = BTreeMap::new();
        let block = |number: u64, log: &Log| -> Result<Arc<Block>, SourceError> {
            let hash = log.block_hash.unwrap_or_default();
            let block = match blocks.get(&number) {
                Some(block) => block.clone(),
                None => {
                    let header = headers.get(&number);
                    let time = log.block_timestamp.or(header.map(|header| header.timestamp));
                    let of = header.map_or(hash, |header| header.hash);
                    let block = Arc::new(self.block(
                        number,
                        of,
                        header.map(|header| header.parent_hash),
                        time.unwrap_or_default(),
                    )?);
                    blocks.insert(number, block.clone());
                    block
                }
            };
            if block.hash != hash.to_string() {
                return Err(self
                    .rpc
                    .unavailable(format!("has two blocks {number}: {} and {hash}", block.hash)));
            }
            Ok(block)
        };
        let (count, mut decoded) = (logs.len(), Decoded::default());
        self.decode(logs, block, &mut decoded).map_err(Failure::Lost)?;
        Ok((count, decoded))
    }

    fn decode(
        &self,
        mut logs: Vec<Log>,
        mut block: impl FnMut(u64, &Log) -> Result<Arc<Block>, SourceError>,
        decoded: &mut Decoded,
    ) -> Result<(), SourceError> {
        logs.sort_by_key(|log| (log.block_number, log.log_index));
        for log in logs {
            let (Some(number), Some(index), Some(transaction)) =
                (log.block_number, log.log_index, log.transaction_hash)
            else {
                return Err(self.rpc.unavailable("gave a log of a pending block"));
            };
            let Some(contract) = self
                .contracts
                .iter()
                .find(|contract| contract.address == log.address())
            else {
                continue;
            };
            let Some((table, values)) = contract.abi.decode(log.topics(), &log.data().data) else {
                continue;
            };
            let wanted = self.only.is_none_or(|only| only.contains(&contract.key(table)));
            if number < contract.start_block || !wanted {
                continue;
            }
            let block = block(number, &log)?;
            let id = format!("{}:{}:{index}", self.chain_id, block.hash);
            let (address, tx_hash) = (lower(contract.address), Some(transaction.to_string()));
            match values {
                Ok(values) => decoded.events.push(Event {
                    table: table.clone(),
                    id,
                    address,
                    block,
                    tx_hash,
                    position: i64::try_from(index).unwrap_or(i64::MAX),
                    values,
                }),
                Err(reason) => decoded
                    .undecoded
                    .push(undecoded(table, id, address, block, tx_hash, &reason, &log)),
            }
        }
        Ok(())
    }

    fn block(
        &self,
        number: u64,
        hash: B256,
        parent: Option<B256>,
        timestamp: u64,
    ) -> Result<Block, SourceError> {
        let parent_hash = parent.map(|hash| hash.to_string()).unwrap_or_default();
        let time =
            time(timestamp).ok_or_else(|| self.rpc.unavailable(format!("gives block {number} no time")))?;
        Ok(Block {
            number,
            hash: hash.to_string(),
            parent_hash,
            time,
        })
    }
}

fn undecoded(
    table: &Table,
    id: String,
    address: String,
    block: Arc<Block>,
    tx_hash: Option<String>,
    reason: &dyn std::error::Error,
    log: &Log,
) -> Undecoded {
    let contract = table.contract.clone();
    let raw = json!({ "topics": log.topics(), "data": log.data().data, "event": table.event });
    Undecoded {
        id,
        contract,
        address,
        block,
        tx_hash,
        reason: reason.to_string(),
        raw,
    }
}

/// The time a block claims, from unix seconds.
pub fn time(timestamp: u64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(i64::try_from(timestamp).ok()?, 0)
}
