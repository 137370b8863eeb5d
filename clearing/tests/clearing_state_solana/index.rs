//! An index of transactions in a LiteSVM.

use crate::clearing_state::{self, Database, Following, Source};
use anchor_lang::event::EVENT_IX_TAG_LE;
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::DateTime;
use litesvm::types::TransactionMetadata;
use novate_bindings::artifacts::{SESSION_KEYS_IDL, SETTLEMENT_IDL};
use novate_catalog::Finality;
use novate_indexer::{
    row::{Block, Event},
    solana::Decoder,
};
use novate_protocol::intent::Scheme;
use solana_address::Address;
use std::sync::Arc;

const NETWORK: &str = "litesvm";

pub struct Index {
    pub following: Following,
    _database: Database,
    programs: [(Decoder, Source, Vec<Event>); 2],
    /// The slot of what was written last.
    pub slot: u64,
    positions: i64,
}

impl Index {
    pub async fn new(config: Address) -> Self {
        let database = Database::new().await;
        let mut programs = Vec::new();
        for (name, idl) in [("settlement", SETTLEMENT_IDL), ("session-keys", SESSION_KEYS_IDL)] {
            let decoder = Decoder::new(NETWORK, name, idl).unwrap();
            let id = format!("{NETWORK}/{name}");
            let mut source = Source::new(&database, (&id, NETWORK, "solana"), decoder.tables()).await;
            source.start().await;
            programs.push((decoder, source, Vec::new()));
        }
        let config = clearing_state::config(Scheme::Ed25519, NETWORK, config.to_bytes(), Finality::Confirmed);
        Self {
            following: database.follow(config).await,
            _database: database,
            programs: programs.try_into().ok().unwrap(),
            slot: 0,
            positions: 0,
        }
    }

    /// The events of a transaction at `time`, in the slot that is written next.
    pub fn add(&mut self, done: &TransactionMetadata, time: i64) {
        let logged = done
            .logs
            .iter()
            .filter_map(|line| line.strip_prefix("Program data: "));
        let logged = logged.map(|line| BASE64_STANDARD.decode(line).unwrap());
        let called = done.inner_instructions.iter().flatten();
        let called =
            called.filter_map(|inner| Some(inner.instruction.data.strip_prefix(EVENT_IX_TAG_LE)?.to_vec()));
        let block = Arc::new(Block {
            number: self.slot + 1,
            hash: format!("slot {}", self.slot + 1),
            parent_hash: String::new(),
            time: DateTime::from_timestamp(time, 0).unwrap(),
        });
        for data in called.chain(logged) {
            // No two events of the programs have the same name, so no two the same discriminator.
            for (decoder, _, events) in &mut self.programs {
                let Some((table, values)) = decoder.decode(&data).unwrap() else {
                    continue;
                };
                self.positions += 1;
                events.push(Event {
                    table,
                    id: format!("{}:{}", done.signature, self.positions),
                    address: decoder.program().to_owned(),
                    block: block.clone(),
                    tx_hash: Some(done.signature.to_string()),
                    position: self.positions,
                    values,
                });
            }
        }
    }

    /// Writes what was added, and waits until it is counted.
    pub async fn write(&mut self) {
        self.slot += 1;
        for (_, source, events) in &mut self.programs {
            source
                .advance(std::mem::take(events), self.slot + 1, self.slot, self.slot)
                .await;
        }
        self.following.reach(self.slot).await;
    }
}
