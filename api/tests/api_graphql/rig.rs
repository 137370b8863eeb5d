//! A served API, a table to query, and rows in it.

use devnet_nodes::{TestDatabase, postgres::test_database};
use novate_api::ApiConfig;
use novate_catalog::{ColumnType, Table};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::time::{Duration, Instant};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// An API on a free port, with its database.
///
/// Dropping the database blocks the thread while the API may be in the middle of connecting to it, so these tests need
/// a runtime of several threads.
pub struct Rig {
    pub url: String,
    pub pool: PgPool,
    pub http: reqwest::Client,
    pub stop: Option<oneshot::Sender<()>>,
    pub server: Option<JoinHandle<Result<(), novate_api::ApiError>>>,
    _database: Option<TestDatabase>,
}

/// Short poll, so that tests see new tables soon.
pub fn config() -> ApiConfig {
    ApiConfig {
        catalog_poll_ms: 50,
        ..ApiConfig::default()
    }
}

pub async fn migrated() -> (TestDatabase, PgPool) {
    let database = test_database().unwrap();
    let pool = PgPool::connect(&database.url).await.unwrap();
    novate_catalog::migrate(&pool).await.unwrap();
    (database, pool)
}

impl Rig {
    /// An API over a new database with these tables.
    pub async fn new(config: ApiConfig, tables: &[Table]) -> Self {
        let (database, pool) = migrated().await;
        create(&pool, tables).await;
        let mut rig = Self::over(config, pool).await;
        rig._database = Some(database);
        rig
    }

    /// An API over a database that is there already, or not.
    pub async fn over(config: ApiConfig, pool: PgPool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            stopped.await.ok();
        };
        let server = tokio::spawn(novate_api::serve(config, listener, pool.clone(), None, shutdown));
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Self {
            url,
            pool,
            http,
            stop: Some(stop),
            server: Some(server),
            _database: None,
        }
    }

    pub async fn post(&self, query: &str, variables: Value) -> (StatusCode, Value) {
        let body = json!({ "query": query, "variables": variables });
        let response = self
            .http
            .post(format!("{}/graphql", self.url))
            .json(&body)
            .send()
            .await
            .unwrap();
        (response.status(), response.json().await.unwrap())
    }

    /// The data of an answer that must have no errors.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let (status, mut answer) = self.post(query, variables).await;
        assert_eq!(
            (status, answer.get("errors")),
            (StatusCode::OK, None),
            "{query}: {answer}"
        );
        answer["data"].take()
    }

    /// Code and message of the first error of an answer that must have one.
    pub async fn error(&self, query: &str, variables: Value) -> (String, String) {
        let (_, answer) = self.post(query, variables).await;
        let error = &answer["errors"][0];
        let text = |value: &Value| {
            value
                .as_str()
                .unwrap_or_else(|| panic!("{query}: {answer}"))
                .to_owned()
        };
        (text(&error["extensions"]["code"]), text(&error["message"]))
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        let response = self.http.get(format!("{}{path}", self.url)).send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    pub async fn execute(&self, sql: String) {
        execute(&self.pool, sql).await;
    }
}

pub async fn execute(pool: &PgPool, sql: String) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(pool)
        .await
        .unwrap();
}

pub async fn create(pool: &PgPool, tables: &[Table]) {
    let mut connection = pool.acquire().await.unwrap();
    for table in tables {
        novate_catalog::upsert_table(&mut connection, table)
            .await
            .unwrap();
    }
}

/// Polls until `check` gives a value.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut check: impl FnMut() -> F) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = check().await {
            return found;
        }
        assert!(Instant::now() < deadline, "not within 20 s: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Table `shop_sold` on network `evm`, with a column of every type.
pub fn sold() -> Table {
    use ColumnType::{Bool, Bytes, Int, Json, Numeric, Text, Timestamp};
    let field = |name, ty, nullable| (name, ty, nullable, Some(format!("The field {name}.")));
    Table::new(
        "evm",
        "shop",
        "Sold",
        [
            field("gift", Bool, true),
            field("pieces", Int, false),
            field("amount", Numeric, true),
            field("buyerName", Text, true),
            field("payload", Bytes, true),
            field("extra", Json, true),
            field("dueAt", Timestamp, true),
        ],
    )
    .unwrap()
}

/// A row of [`sold`]: SQL literals by column; what is left out is null, or a row's usual value.
pub async fn insert_sold(rig: &Rig, block: i64, position: i64, columns: &[(&str, String)]) -> String {
    let id = format!("1:{block:04}:{position}");
    let mut names = String::new();
    let mut values = String::new();
    for (name, value) in columns {
        names += &format!(", \"{name}\"");
        values += &format!(", {value}");
    }
    if !columns.iter().any(|(name, _)| *name == "pieces") {
        names += ", pieces";
        values += ", 1";
    }
    rig.execute(format!(
        "insert into data.shop_sold (id, network, address, block_number, block_hash, block_time, tx_hash, position{names})
         values ('{id}', 'evm', '0x01', {block}, '0xb{block}', timestamptz '2026-01-01Z' + interval '1 s' * {block},
                 '0xt', {position}{values})"
    ))
    .await;
    id
}

/// The network of [`sold`].
pub async fn insert_network(rig: &Rig, name: &str, kind: &str, head: i64, confirmed: i64, finalized: i64) {
    rig.execute(format!(
        "insert into novate.networks (name, kind, identity, head, confirmed, finalized, head_time)
         values ('{name}', '{kind}', 'x', {head}, {confirmed}, {finalized}, '2026-01-01Z')"
    ))
    .await;
}

pub async fn insert_source(rig: &Rig, id: &str, network: &str, state: &str, next_block: &str) {
    rig.execute(format!(
        "insert into novate.sources (id, network, state, next_block, events)
         values ('{id}', '{network}', '{state}', {next_block}, 7)"
    ))
    .await;
}

/// Small, seeded and repeatable: xorshift64*.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }
}

/// The ids of a list of nodes.
pub fn ids(nodes: &Value) -> Vec<String> {
    nodes
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["id"].as_str().unwrap().to_owned())
        .collect()
}
