//! From a list of transactions to their events.

use super::{
    decode::Decoder,
    events::emitted,
    rpc::{BlockHeader, Rpc, SlotBlock},
    transaction::Transaction,
};
use crate::{
    row::{Block, Event, Undecoded},
    source::SourceError,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::DateTime;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Events of one transaction are numbered below this, so that positions order by transaction first.
const POSITIONS_PER_TRANSACTION: i64 = 1 << 16;

/// Nodes keep 10 kB of log per transaction.
const CUT: &str = "the node cut the log of this transaction, so events that the program logged may be \
                   missing; a program that emits much should use emit_cpi!";

/// A transaction that succeeded and mentions the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub slot: u64,
    pub signature: [u8; 64],
}

/// What the transactions of one program are read with.
pub struct Reading<'a> {
    pub rpc: &'a Rpc,
    /// Name of the program in the configuration.
    pub contract: &'a str,
    /// Address of the program.
    pub program: &'a str,
    pub decoder: &'a Decoder,
    /// Requests under way at once.
    pub requests: usize,
}

/// What is in some transactions.
#[derive(Default)]
pub struct Contents {
    pub events: Vec<Event>,
    pub undecoded: Vec<Undecoded>,
    /// The newest block among those of the transactions.
    pub newest: Option<Arc<Block>>,
}

impl Reading<'_> {
    /// Reads `entries`, which are whole slots in chain order.
    pub async fn contents(&self, entries: &[Entry]) -> Result<Contents, SourceError> {
        // Both closures take owned values: one over references is not general enough for the boxed future of
        // a source.
        let transactions = stream::iter(entries.iter().cloned().map(|entry| self.transaction(entry)))
            .buffered(self.requests)
            .try_collect::<Vec<_>>();
        let slots: BTreeSet<u64> = entries.iter().map(|entry| entry.slot).collect();
        let blocks = stream::iter(slots.into_iter().map(|slot| self.block(slot)))
            .buffered(self.requests)
            .try_collect::<BTreeMap<_, _>>();
        let (transactions, blocks) = tokio::try_join!(transactions, blocks)?;
        let mut contents = Contents::default();
        let mut place = (0, 0);
        for (entry, (signature, transaction)) in entries.iter().zip(transactions) {
            place = if place.0 == entry.slot {
                (entry.slot, place.1 + 1)
            } else {
                (entry.slot, 0)
            };
            if let Some(transaction) = transaction {
                let first = place.1 * POSITIONS_PER_TRANSACTION;
                self.decode(
                    &signature,
                    &transaction,
                    &blocks[&entry.slot],
                    first,
                    &mut contents,
                )?;
            }
        }
        contents.newest = blocks.into_values().next_back();
        Ok(contents)
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
        contents: &mut Contents,
    ) -> Result<(), SourceError> {
        let emitted = emitted(transaction, self.program)
            .map_err(|reason| self.rpc.unavailable(format!("transaction {signature}: {reason}")))?;
        let undecoded = |id: String, reason: String, raw: serde_json::Value| Undecoded {
            id,
            contract: self.contract.to_owned(),
            address: self.program.to_owned(),
            block: block.clone(),
            tx_hash: Some(signature.to_owned()),
            reason,
            raw,
        };
        if emitted.log_cut {
            tracing::error!(contract = self.contract, signature, "{CUT}");
            let logs = json!({ "logMessages": transaction.logs });
            contents
                .undecoded
                .push(undecoded(format!("{signature}:log"), CUT.into(), logs));
        }
        for (raw, position) in emitted.events.into_iter().zip(first..) {
            let inner = raw
                .inner
                .map_or_else(|| "-".to_owned(), |inner| inner.to_string());
            let id = format!("{signature}:{}:{inner}:{}", raw.instruction, raw.ordinal);
            let reason = match self.decoder.decode(&raw.data) {
                Ok(Some((table, values))) => {
                    let (address, tx_hash) = (self.program.to_owned(), Some(signature.to_owned()));
                    contents.events.push(Event {
                        table,
                        id,
                        address,
                        block: block.clone(),
                        tx_hash,
                        position,
                        values,
                    });
                    continue;
                }
                Ok(None) => "the IDL has no event with this discriminator".to_owned(),
                Err(e) => e.to_string(),
            };
            tracing::warn!(contract = self.contract, id, reason, "an event is kept undecoded");
            contents.undecoded.push(undecoded(
                id,
                reason,
                json!({ "data": STANDARD.encode(&raw.data) }),
            ));
        }
        Ok(())
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
