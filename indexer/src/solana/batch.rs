//! From a list of transactions to their events.

use super::{
    decode::Decoder,
    events::emitted,
    rpc::{BlockHeader, Rpc, SlotBlock},
    transaction::Transaction,
};
use crate::{
    row::{Block, Event},
    source::SourceError,
};
use chrono::DateTime;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Events of one transaction are numbered below this, so that positions order by transaction first.
const POSITIONS_PER_TRANSACTION: i64 = 1 << 16;

/// A transaction that succeeded and mentions the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub slot: u64,
    pub signature: [u8; 64],
}

/// What the events of one program are read with.
pub struct Reading<'a> {
    pub rpc: &'a Rpc,
    pub program: &'a str,
    pub decoder: &'a Decoder,
    /// Requests under way at once.
    pub requests: usize,
    /// Label of metrics.
    pub source: &'a str,
}

impl Reading<'_> {
    /// Events of `entries`, which are whole slots in chain order, and the block of each slot.
    pub async fn events(
        &self,
        entries: &[Entry],
    ) -> Result<(Vec<Event>, BTreeMap<u64, Arc<Block>>), SourceError> {
        let transactions = stream::iter(entries.to_vec().into_iter().map(|entry| self.transaction(entry)))
            .buffered(self.requests)
            .try_collect::<Vec<_>>();
        let slots: BTreeSet<u64> = entries.iter().map(|entry| entry.slot).collect();
        let blocks = stream::iter(slots.into_iter().map(|slot| self.block(slot)))
            .buffered(self.requests)
            .try_collect::<BTreeMap<_, _>>();
        let (transactions, blocks) = tokio::try_join!(transactions, blocks)?;
        let mut events = Vec::new();
        let mut place = (0, 0);
        for (entry, (signature, transaction)) in entries.iter().zip(transactions) {
            place = if place.0 == entry.slot {
                (entry.slot, place.1 + 1)
            } else {
                (entry.slot, 0)
            };
            if let Some(transaction) = transaction {
                let first = place.1 * POSITIONS_PER_TRANSACTION;
                events.extend(self.decode(&signature, &transaction, &blocks[&entry.slot], first)?);
            }
        }
        Ok((events, blocks))
    }

    async fn transaction(&self, entry: Entry) -> Result<(String, Option<Transaction>), SourceError> {
        let signature = bs58::encode(entry.signature).into_string();
        let answer = self.rpc.transaction(&signature).await?;
        let transaction = answer
            .check(&signature, entry.slot)
            .map_err(|reason| self.rpc.unavailable(reason))?;
        Ok((signature, transaction))
    }

    async fn block(&self, slot: u64) -> Result<(u64, Arc<Block>), SourceError> {
        match self.rpc.block(slot).await? {
            SlotBlock::Is(header) => Ok((slot, Arc::new(block(self.rpc, slot, header)?))),
            other => {
                let reason =
                    format!("lists a transaction in slot {slot}, but has no block there ({other:?})");
                Err(self.rpc.unavailable(reason))
            }
        }
    }

    fn decode(
        &self,
        signature: &str,
        transaction: &Transaction,
        block: &Arc<Block>,
        first: i64,
    ) -> Result<Vec<Event>, SourceError> {
        let emitted = emitted(transaction, self.program)
            .map_err(|reason| self.rpc.unavailable(format!("transaction {signature}: {reason}")))?;
        if emitted.log_cut {
            tracing::error!(
                source = self.source,
                signature,
                "the node cut the log of this transaction, so events the program logged may be missing; a program \
                 that emits much should use emit_cpi!"
            );
            metrics::counter!("novate_solana_cut_logs_total", "source" => self.source.to_owned())
                .increment(1);
        }
        let mut events = Vec::with_capacity(emitted.events.len());
        for (raw, position) in emitted.events.into_iter().zip(first..) {
            let decoded = self.decoder.decode(&raw.data).map_err(|e| {
                SourceError::Fatal(format!("program {}, transaction {signature}: {e}", self.program))
            })?;
            let Some((table, values)) = decoded else {
                tracing::warn!(
                    source = self.source,
                    signature,
                    "the IDL does not know an event; is it of an older version?"
                );
                metrics::counter!("novate_solana_unknown_events_total", "source" => self.source.to_owned())
                    .increment(1);
                continue;
            };
            let inner = raw
                .inner
                .map_or_else(|| "-".to_owned(), |inner| inner.to_string());
            events.push(Event {
                table,
                id: format!("{signature}:{}:{inner}:{}", raw.instruction, raw.ordinal),
                address: self.program.to_owned(),
                block: block.clone(),
                tx_hash: Some(signature.to_owned()),
                position,
                values,
            });
        }
        Ok(events)
    }
}

/// A header in the words of the index.
pub fn block(rpc: &Rpc, slot: u64, header: BlockHeader) -> Result<Block, SourceError> {
    let time = header
        .block_time
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .ok_or_else(|| rpc.unavailable(format!("has no time for slot {slot}")))?;
    Ok(Block {
        number: slot,
        hash: header.blockhash,
        parent_hash: header.previous_blockhash,
        time,
    })
}
