//! A database with an index in it, written as the indexer writes it: real logs through its decoders and its store.

#![allow(dead_code, reason = "each test uses what it needs")]

pub mod evm;

use chrono::DateTime;
use devnet_nodes::{TestDatabase, postgres::test_database};
use novate_catalog::{Finality, SourceState, Table};
use novate_clearing::state::{AsOf, Follower, FollowerConfig, NotReady, Sessions};
use novate_indexer::{
    Store,
    row::{Block, Event},
    source::{Cursor, Heads, Step},
    store::Writer,
};
use novate_protocol::intent::Scheme;
use serde_json::json;
use sqlx::PgPool;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::{CancellationToken, DropGuard};

pub const PATIENCE: Duration = Duration::from_secs(20);

/// A database that is migrated.
pub struct Database {
    database: TestDatabase,
    pub store: Store,
}

impl Database {
    pub async fn new() -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let database = test_database().unwrap();
        let store = Store::connect(&database.url).await.unwrap();
        store.migrate().await.unwrap();
        Self { database, store }
    }

    pub fn pool(&self) -> &PgPool {
        self.store.pool()
    }

    /// Follows it. A listener and a reader need a connection each, whatever else the test does.
    pub async fn follow(&self, config: FollowerConfig) -> Following {
        let stop = CancellationToken::new();
        let pool = PgPool::connect(&self.database.url).await.unwrap();
        Following {
            follower: Follower::start(pool, config, stop.clone()),
            _stop: stop.drop_guard(),
        }
    }
}

/// A follower that ends with it.
pub struct Following {
    pub follower: Follower,
    _stop: DropGuard,
}

impl Following {
    /// Waits until the state is as of this block or a later one.
    pub async fn reach(&self, block: u64) -> AsOf {
        self.wait(|state| state.is_ok_and(|as_of| as_of.block >= block))
            .await
            .unwrap()
    }

    /// Waits until there is no state, for this reason.
    pub async fn lost(&self, reason: &str) {
        let lost =
            |state: Result<AsOf, NotReady>| state.is_err_and(|error| error.to_string().contains(reason));
        self.wait(lost).await.unwrap_err();
    }

    pub async fn wait(&self, until: impl Fn(Result<AsOf, NotReady>) -> bool) -> Result<AsOf, NotReady> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let state = self.follower.as_of();
            if until(state.clone()) {
                return state;
            }
            assert!(tokio::time::Instant::now() < deadline, "{state:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// A source of the index that is written by hand.
pub struct Source {
    writer: Writer,
    id: String,
    kind: &'static str,
    cursor: Option<Cursor>,
}

impl Source {
    /// Not started.
    pub async fn new(
        database: &Database,
        (id, network, kind): (&str, &str, &'static str),
        tables: &[Arc<Table>],
    ) -> Self {
        let mut writer = Writer::connect(&database.store, id, network, tables)
            .await
            .unwrap();
        assert!(writer.try_lock().await.unwrap());
        Self {
            writer,
            id: id.into(),
            kind,
            cursor: None,
        }
    }

    /// As the indexer does when it starts.
    pub async fn start(&mut self) {
        self.writer.register(self.kind).await.unwrap();
        self.writer.identify("chain").await.unwrap();
        self.writer.create_tables().await.unwrap();
    }

    /// Everything before `next` is read.
    pub async fn advance(&mut self, events: Vec<Event>, next: u64, head: u64, confirmed: u64) {
        let cursor = self.cursor_at(next);
        let step = Step::Advance {
            events,
            undecoded: vec![],
            cursor: cursor.clone(),
            live: true,
            heads: Heads {
                head,
                confirmed,
                finalized: confirmed.saturating_sub(1),
                head_time: DateTime::from_timestamp(TIME + head as i64, 0).unwrap(),
            },
        };
        self.writer.apply(self.cursor.as_ref(), &step).await.unwrap();
        self.cursor = Some(cursor);
    }

    /// What is at and above `from` has left the chain.
    pub async fn roll_back(&mut self, from: u64) {
        let cursor = self.cursor_at(from);
        let step = Step::Rollback {
            from_block: from,
            cursor: cursor.clone(),
        };
        self.writer.apply(self.cursor.as_ref(), &step).await.unwrap();
        self.cursor = Some(cursor);
    }

    pub async fn report(&mut self, state: SourceState, error: Option<&str>) {
        self.writer.report(state, error).await.unwrap();
    }

    fn cursor_at(&self, next: u64) -> Cursor {
        Cursor {
            next_block: next,
            at: json!({ "id": self.id, "next": next }),
        }
    }
}

/// When the blocks of tests are: a second each after this.
pub const TIME: i64 = 1_800_000_000;

/// A block on the branch `fork` of the chain.
pub fn block(number: u64, fork: &str) -> Arc<Block> {
    Arc::new(Block {
        number,
        hash: format!("{fork}{number}"),
        parent_hash: String::new(),
        time: DateTime::from_timestamp(TIME + number as i64, 0).unwrap(),
    })
}

pub fn config(scheme: Scheme, network: &str, address: [u8; 32], finality: Finality) -> FollowerConfig {
    FollowerConfig {
        settlement: "tested".into(),
        network: network.into(),
        scheme,
        address,
        contract: "settlement".into(),
        sessions: "session-keys".into(),
        finality,
        session_margin: 0,
        poll: Duration::from_millis(20),
    }
}
