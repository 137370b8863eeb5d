//! How a batch was opened and how it ended: the contract forgets both, its events do not.

use super::node::{Connection, Head};
use crate::chain::ChainError;
use alloy::{
    primitives::{Address, B256, U256},
    providers::Provider,
    rpc::types::{Filter, Log},
    sol_types::SolEvent,
    transports::RpcError,
};
use novate_bindings::evm::Settlement::{BatchAbandoned, BatchClosed, BatchOpened, NetBatchSettled};
use novate_protocol::batch::BatchHeader;

/// How far the clocks of chain and service may be apart, in seconds.
const SKEW: u64 = 3_600;

/// What the events of a batch tell.
#[derive(Clone, Debug)]
pub(super) struct History {
    pub opened: BatchOpened,
    pub end: Option<End>,
}

/// How a batch ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub how: How,
    /// Number of the block.
    pub block: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    Settled,
    Closed { cancelled: bool },
    Abandoned,
}

/// Looks for the events of the batch from the head backwards, down to when its window was opened.
pub(super) async fn find(
    at: &Connection<'_>,
    settlement: Address,
    header: &BatchHeader,
    head: Head,
    max_range: u64,
) -> Result<History, ChainError> {
    let events = vec![
        BatchOpened::SIGNATURE_HASH,
        NetBatchSettled::SIGNATURE_HASH,
        BatchClosed::SIGNATURE_HASH,
        BatchAbandoned::SIGNATURE_HASH,
    ];
    let wanted = Filter::new()
        .address(settlement)
        .event_signature(events)
        .topic1(B256::from(U256::from(header.sequence)));
    let (mut to, mut range, mut end) = (head.number, max_range, None);
    loop {
        let from = to.saturating_sub(range - 1);
        let logs = match at
            .provider()
            .get_logs(&wanted.clone().from_block(from).to_block(to))
            .await
        {
            Ok(logs) => logs,
            // Most likely too many blocks at once.
            Err(RpcError::ErrorResp(_)) if range > 1 => {
                range /= 2;
                continue;
            }
            Err(error) => return Err(at.failed(error)),
        };
        let mut opened = None;
        for log in &logs {
            match Event::of(log) {
                Some(Event::Opened(event)) => opened = Some(event),
                Some(Event::Ended(how)) => end = Some(ended(at, log, how).await?),
                None => return Err(at.nonsense("gives an event that was not asked for, or without a block")),
            }
        }
        if let Some(opened) = opened {
            return Ok(History { opened, end });
        }
        let block = at.block_at(from).await?;
        let is_before = block.is_none_or(|(_, time)| time.saturating_add(SKEW) < header.opened_at);
        if from == 0 || is_before {
            return Err(at.nonsense(format!(
                "has no event of the opening of batch {} from block {from} on: use a node that keeps its logs",
                header.sequence
            )));
        }
        to = from - 1;
    }
}

enum Event {
    Opened(BatchOpened),
    Ended(How),
}

impl Event {
    fn of(log: &Log) -> Option<Self> {
        log.block_number?;
        let data = &log.inner.data;
        if let Ok(event) = BatchOpened::decode_log_data(data) {
            return Some(Self::Opened(event));
        }
        if let Ok(event) = BatchClosed::decode_log_data(data) {
            let cancelled = event.cancelled;
            return Some(Self::Ended(How::Closed { cancelled }));
        }
        if NetBatchSettled::decode_log_data(data).is_ok() {
            return Some(Self::Ended(How::Settled));
        }
        let abandoned = BatchAbandoned::decode_log_data(data);
        abandoned.is_ok().then_some(Self::Ended(How::Abandoned))
    }
}

/// The end, if the block of its event is the chain's: the logs may come from another branch.
async fn ended(at: &Connection<'_>, log: &Log, how: How) -> Result<End, ChainError> {
    let block = log.block_number.unwrap_or_default();
    let known = at.block_at(block).await?;
    if known.map(|(hash, _)| hash) != log.block_hash {
        return Err(at.nonsense(format!(
            "gives an event of block {block} that its chain does not have"
        )));
    }
    Ok(End { how, block })
}

/// How what was opened differs from the header, if it does.
pub(super) fn difference(opened: &BatchOpened, header: &BatchHeader) -> Option<String> {
    let fields = [
        ("intents root", opened.intentsRoot == header.intents_root),
        ("deltas root", opened.deltasRoot == header.deltas_root),
        ("items root", opened.itemsRoot == header.items_root),
        ("blob CID", opened.blobCid.as_ref() == header.blob_cid),
        ("intent count", opened.intentCount == header.intent_count),
        ("delta count", opened.deltaCount == header.delta_count),
        ("item count", opened.itemCount == header.item_count),
        ("opening time", opened.openedAt == header.opened_at),
    ];
    let different: Vec<&str> = fields
        .iter()
        .filter_map(|&(name, same)| (!same).then_some(name))
        .collect();
    let all = different.join(", ");
    (!all.is_empty()).then(|| format!("batch {} on chain has another {all}", header.sequence))
}
