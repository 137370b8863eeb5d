//! Logs of the EVM contracts as rows.

use super::{Database, Source, block};
use alloy::{
    primitives::{Address, B256, Bytes, LogData},
    sol_types::SolEvent,
};
use devnet_nodes::Anvil;
use novate_bindings::artifacts::{SESSION_KEYS_JSON, SETTLEMENT_JSON};
use novate_catalog::Table;
use novate_indexer::{
    evm::{Abi, EvmContract, EvmOptions},
    row::{Block, Event},
};
use std::{sync::Arc, time::Duration};

pub const NETWORK: &str = "anvil";

/// The two contracts, as the indexer knows them.
pub struct Contracts {
    pub settlement: (Address, Abi),
    pub sessions: (Address, Abi),
}

impl Contracts {
    pub fn at(settlement: Address, sessions: Address) -> Self {
        let abi = |name, json| Abi::new(NETWORK, name, json, None).unwrap();
        Self {
            settlement: (settlement, abi("settlement", SETTLEMENT_JSON)),
            sessions: (sessions, abi("session-keys", SESSION_KEYS_JSON)),
        }
    }

    /// What the indexer needs to index them on this chain.
    pub fn options(self, anvil: &Anvil) -> EvmOptions {
        let contract = |(address, abi)| EvmContract {
            address,
            start_block: 0,
            abi,
        };
        EvmOptions {
            network: NETWORK.into(),
            rpc: vec![anvil.url()],
            ws: None,
            chain_id: Some(anvil.chain_id()),
            poll: Duration::from_millis(20),
            timeout: Duration::from_secs(5),
            reorg_window: 128,
            confirmed_depth: 2,
            finalized_depth: 4,
            max_block_range: 5_000,
            contracts: vec![contract(self.settlement), contract(self.sessions)],
        }
    }

    pub fn tables(&self) -> Vec<Arc<Table>> {
        [&self.settlement, &self.sessions]
            .iter()
            .flat_map(|(_, abi)| abi.tables())
            .cloned()
            .collect()
    }

    /// The source of the network, not started.
    pub async fn source(&self, database: &Database) -> Source {
        Source::new(database, (NETWORK, NETWORK, "evm"), &self.tables()).await
    }

    /// The row of a log of either contract; none for logs of others.
    pub fn row(&self, block: &Arc<Block>, position: i64, address: Address, log: &LogData) -> Option<Event> {
        let contracts = [&self.settlement, &self.sessions];
        let (address, abi) = contracts.into_iter().find(|(own, _)| *own == address)?;
        let topics: Vec<B256> = log.topics().to_vec();
        let data: &Bytes = &log.data;
        let (table, values) = abi.decode(&topics, data)?;
        Some(Event {
            table: table.clone(),
            id: format!("31337:{}:{position}", block.hash),
            address: address.to_string().to_lowercase(),
            block: block.clone(),
            tx_hash: None,
            position,
            values: values.unwrap(),
        })
    }

    /// Of the settlement, on the branch `fork`.
    pub fn settles(&self, (number, fork): (u64, &str), position: i64, event: &impl SolEvent) -> Event {
        let log = event.encode_log_data();
        self.row(&block(number, fork), position, self.settlement.0, &log)
            .unwrap()
    }

    /// Of the session keys, on the branch `fork`.
    pub fn sessions(&self, (number, fork): (u64, &str), position: i64, event: &impl SolEvent) -> Event {
        let log = event.encode_log_data();
        self.row(&block(number, fork), position, self.sessions.0, &log)
            .unwrap()
    }
}
