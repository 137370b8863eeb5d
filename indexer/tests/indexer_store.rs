//! The store alone: what a step does to the database, and what it refuses.

use chrono::DateTime;
use devnet_nodes::{TestDatabase, postgres::test_database};
use novate_catalog::{ColumnType, Table};
use novate_indexer::{
    Store, StoreError,
    row::{Block, Event, Undecoded, Value},
    source::{Cursor, Heads, Step},
    store::{Applied, Writer},
};
use serde_json::json;
use sqlx::{PgPool, Row};
use std::sync::Arc;

const TYPES: [ColumnType; 7] = [
    ColumnType::Bool,
    ColumnType::Int,
    ColumnType::Numeric,
    ColumnType::Text,
    ColumnType::Bytes,
    ColumnType::Json,
    ColumnType::Timestamp,
];

fn table() -> Arc<Table> {
    // Names that are keywords, or would end a quoted name too early.
    let names = ["select", "from", "order", "user\"", "table", "group", "end"];
    let fields = names
        .into_iter()
        .zip(TYPES)
        .map(|(name, ty)| (name, ty, true, None));
    Arc::new(Table::new("net", "c", "Where", fields).unwrap())
}

fn heads(head: u64) -> Heads {
    Heads {
        head,
        confirmed: head - 1,
        finalized: head - 2,
        head_time: DateTime::UNIX_EPOCH,
    }
}

fn cursor(next_block: u64) -> Cursor {
    Cursor {
        next_block,
        at: json!({ "hash": "x", "large": u64::MAX }),
    }
}

fn values() -> Vec<Value> {
    vec![
        Value::Bool(true),
        Value::Int(i64::MIN),
        Value::Numeric(
            "-115792089237316195423570985008687907853269984665640564039457584007913129639935".into(),
        ),
        Value::Text("'; drop table x; -- \u{1F980}".into()),
        Value::Bytes(vec![0, 255, 39]),
        Value::Json(json!({ "a": [1, null, "x"] })),
        Value::Timestamp(DateTime::from_timestamp(1_700_000_000, 123_456_000).unwrap()),
    ]
}

fn event(block: u64, position: i64, values: Vec<Value>) -> Event {
    let hash = format!("h{block}");
    Event {
        table: table(),
        id: format!("{hash}:{position}"),
        address: "a".into(),
        block: Arc::new(Block {
            number: block,
            hash,
            parent_hash: String::new(),
            time: DateTime::UNIX_EPOCH,
        }),
        tx_hash: None,
        position,
        values,
    }
}

fn advance(events: Vec<Event>, next: u64) -> Step {
    Step::Advance {
        events,
        undecoded: vec![],
        cursor: cursor(next),
        live: true,
        heads: heads(next + 5),
    }
}

struct Fixture {
    _database: TestDatabase,
    store: Store,
    writer: Writer,
}

impl Fixture {
    async fn new() -> Self {
        let database = test_database().unwrap();
        let store = Store::connect(&database.url).await.unwrap();
        store.migrate().await.unwrap();
        let mut writer = Writer::connect(&store, "net", "net", &[table()]).await.unwrap();
        assert!(writer.try_lock().await.unwrap());
        writer.register("evm").await.unwrap();
        writer.identify("chain").await.unwrap();
        writer.create_tables().await.unwrap();
        Self {
            _database: database,
            store,
            writer,
        }
    }

    fn pool(&self) -> &PgPool {
        self.store.pool()
    }

    async fn rows(&self) -> i64 {
        sqlx::query_scalar("select count(*) from data.c_where")
            .fetch_one(self.pool())
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn every_type_of_value_arrives_exactly() {
    let mut fixture = Fixture::new().await;
    assert_eq!(fixture.writer.cursor().await.unwrap(), None);
    let nulls = vec![Value::Null; TYPES.len()];
    let step = advance(vec![event(1, 0, values()), event(1, 1, nulls)], 2);
    assert_eq!(
        fixture.writer.apply(None, &step).await.unwrap(),
        Applied { added: 2, removed: 0 }
    );
    assert_eq!(fixture.writer.cursor().await.unwrap(), Some(cursor(2)));

    let row = sqlx::query(
        r#"select "select", "from", "order"::text as n, "user", "table", "group", "end", finality
           from events.c_where where position = 0"#,
    )
    .fetch_one(fixture.pool())
    .await
    .unwrap();
    let found = vec![
        Value::Bool(row.get(0)),
        Value::Int(row.get(1)),
        Value::Numeric(row.get(2)),
        Value::Text(row.get(3)),
        Value::Bytes(row.get(4)),
        Value::Json(row.get(5)),
        Value::Timestamp(row.get(6)),
    ];
    assert_eq!(found, values());
    assert_eq!(row.get::<String, _>("finality"), "finalized");
    let null: bool = sqlx::query_scalar(r#"select num_nulls("select", "from", "order", "user", "table", "group", "end") = 7 from data.c_where where position = 1"#)
        .fetch_one(fixture.pool())
        .await
        .unwrap();
    assert!(null);
}

#[tokio::test]
async fn many_rows_take_several_statements_of_one_transaction() {
    let mut fixture = Fixture::new().await;
    let events: Vec<Event> = (0..12_001).map(|position| event(1, position, values())).collect();
    assert_eq!(
        fixture
            .writer
            .apply(None, &advance(events, 2))
            .await
            .unwrap()
            .added,
        12_001
    );
    assert_eq!(fixture.rows().await, 12_001);
}

#[tokio::test]
async fn a_step_from_another_place_changes_nothing() {
    let mut fixture = Fixture::new().await;
    fixture
        .writer
        .apply(None, &advance(vec![event(1, 0, values())], 2))
        .await
        .unwrap();
    // Somebody else wrote meanwhile, or the step is applied twice.
    for expected in [None, Some(cursor(1)), Some(cursor(3))] {
        let step = advance(vec![event(2, 0, values())], 3);
        let error = fixture.writer.apply(expected.as_ref(), &step).await.unwrap_err();
        assert!(
            matches!(error, StoreError::CursorMoved(_)) && error.is_passing(),
            "{error}"
        );
    }
    assert_eq!(fixture.rows().await, 1);
    fixture
        .writer
        .apply(Some(&cursor(2)), &advance(vec![event(2, 0, values())], 3))
        .await
        .unwrap();
    assert_eq!(fixture.rows().await, 2);
}

#[tokio::test]
async fn a_step_with_one_bad_row_leaves_nothing_behind() {
    let mut fixture = Fixture::new().await;
    let mut wrong = values();
    wrong[1] = Value::Text("seven".into());
    let error = fixture
        .writer
        .apply(None, &advance(vec![event(1, 0, values()), event(1, 1, wrong)], 2))
        .await;
    let error = error.unwrap_err();
    assert!(
        matches!(error, StoreError::Mistyped { .. }) && !error.is_passing(),
        "{error}"
    );
    assert!(error.to_string().contains("a text for column from"), "{error}");

    let twice = vec![event(1, 0, values()), event(1, 0, values())];
    let error = fixture.writer.apply(None, &advance(twice, 2)).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Database(_)) && !error.is_passing(),
        "{error}"
    );

    let error = fixture
        .writer
        .apply(None, &advance(vec![event(u64::MAX, 0, values())], 2))
        .await
        .unwrap_err();
    assert!(
        matches!(error, StoreError::BlockNumber { block: u64::MAX, .. }),
        "{error}"
    );

    assert_eq!(fixture.rows().await, 0);
    assert_eq!(fixture.writer.cursor().await.unwrap(), None);
}

#[tokio::test]
async fn a_rollback_takes_rows_and_finality_back() {
    let mut fixture = Fixture::new().await;
    let events = (1..=10).map(|block| event(block, 0, values())).collect();
    fixture.writer.apply(None, &advance(events, 11)).await.unwrap();
    let step = Step::Rollback {
        from_block: 8,
        cursor: cursor(8),
    };
    assert_eq!(
        fixture.writer.apply(Some(&cursor(11)), &step).await.unwrap(),
        Applied { added: 0, removed: 3 }
    );
    assert_eq!(fixture.rows().await, 7);
    let network = novate_catalog::networks(fixture.pool()).await.unwrap().remove(0);
    assert_eq!((network.confirmed, network.finalized), (7, 7));
    let source = novate_catalog::sources(fixture.pool()).await.unwrap().remove(0);
    assert_eq!((source.events, source.next_block), (7, Some(8)));
}

#[tokio::test]
async fn a_node_that_lags_takes_no_finality_back() {
    let mut fixture = Fixture::new().await;
    fixture.writer.apply(None, &advance(vec![], 20)).await.unwrap();
    let idle = Step::Idle {
        live: true,
        heads: heads(10),
    };
    fixture.writer.apply(Some(&cursor(20)), &idle).await.unwrap();
    let network = novate_catalog::networks(fixture.pool()).await.unwrap().remove(0);
    assert_eq!((network.head, network.confirmed, network.finalized), (10, 24, 23));
}

#[tokio::test]
async fn the_lock_is_of_one_and_ends_with_its_connection() {
    let fixture = Fixture::new().await;
    let mut other = Writer::connect(&fixture.store, "net", "net", &[table()])
        .await
        .unwrap();
    assert!(!other.try_lock().await.unwrap());
    let mut elsewhere = Writer::connect(&fixture.store, "net2", "net", &[]).await.unwrap();
    assert!(
        elsewhere.try_lock().await.unwrap(),
        "another source has another lock"
    );
    drop(fixture.writer);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !other.try_lock().await.unwrap() {
        assert!(std::time::Instant::now() < deadline, "the lock was not freed");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn another_chain_or_kind_under_the_same_name_is_refused() {
    let mut fixture = Fixture::new().await;
    let error = fixture.writer.identify("other").await.unwrap_err();
    assert!(
        matches!(error, StoreError::OtherChain { .. }) && !error.is_passing(),
        "{error}"
    );
    let error = fixture.writer.register("solana").await.unwrap_err();
    assert!(
        matches!(error, StoreError::OtherKind { .. }) && !error.is_passing(),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_no_postgres_url_is_said_to_be_none() {
    for url in ["mysql://a/b", "localhost", ""] {
        let error = Store::connect(url).await.unwrap_err();
        assert!(matches!(error, StoreError::Url(_)), "{error}");
        assert!(
            error.to_string().contains("postgres://user:password@host"),
            "{error}"
        );
    }
}

fn undecoded(contract: &str) -> Undecoded {
    let event = event(1, 0, vec![]);
    Undecoded {
        id: event.id,
        contract: contract.into(),
        address: event.address,
        block: event.block,
        tx_hash: Some("t\0".into()),
        reason: "not \0 text".into(),
        raw: json!({ "logs": ["Program log: \0\0", { "k\0": 7 }] }),
    }
}

#[tokio::test]
async fn what_is_undecoded_may_hold_any_character_and_is_kept_per_contract() {
    let mut fixture = Fixture::new().await;
    let step = Step::Advance {
        events: vec![],
        // As after a contract was renamed because its ABI had been wrong: the same log again.
        undecoded: vec![undecoded("c"), undecoded("renamed")],
        cursor: cursor(2),
        live: true,
        heads: heads(5),
    };
    fixture.writer.apply(None, &step).await.unwrap();
    let kept: Vec<(String, String, String, serde_json::Value)> =
        sqlx::query_as("select contract, tx_hash, reason, raw from novate.undecoded order by contract")
            .fetch_all(fixture.pool())
            .await
            .unwrap();
    let raw = json!({ "logs": ["Program log: \u{FFFD}\u{FFFD}", { "k\u{FFFD}": 7 }] });
    let row = |contract: &str| {
        (
            contract.to_owned(),
            "t\u{FFFD}".to_owned(),
            "not \u{FFFD} text".to_owned(),
            raw.clone(),
        )
    };
    assert_eq!(kept, [row("c"), row("renamed")]);
}

#[tokio::test]
async fn a_rollback_reaches_contracts_that_are_no_longer_configured() {
    let mut fixture = Fixture::new().await;
    let events = vec![event(1, 0, values()), event(2, 0, values())];
    fixture.writer.apply(None, &advance(events, 3)).await.unwrap();
    let Fixture {
        _database,
        store,
        writer,
    } = fixture;
    drop(writer);

    let step = |from_block| Step::Rollback {
        from_block,
        cursor: cursor(from_block),
    };
    // Another contract's source on the same network leaves them alone; the network's, and the contract's own, do not.
    for (source, from, removed) in [("net/d", 2, 0), ("net", 2, 1), ("net/c", 1, 1)] {
        let mut writer = Writer::connect(&store, source, "net", &[]).await.unwrap();
        writer.register("evm").await.unwrap();
        let at = writer.cursor().await.unwrap();
        let applied = writer.apply(at.as_ref(), &step(from)).await.unwrap();
        assert_eq!(applied, Applied { added: 0, removed }, "{source}");
    }
}

#[tokio::test]
async fn what_a_reset_takes_away_is_waited_for() {
    let mut fixture = Fixture::new().await;
    let change = async |pool: &PgPool, statement: &'static str| {
        sqlx::raw_sql(statement).execute(pool).await.unwrap();
    };
    change(
        fixture.pool(),
        r#"alter table data.c_where drop column "select" cascade"#,
    )
    .await;
    let step = advance(vec![event(1, 0, values())], 2);
    let error = fixture.writer.apply(None, &step).await.unwrap_err();
    assert!(
        error.is_passing() && error.to_string().contains("select"),
        "{error}"
    );
    change(fixture.pool(), "drop function novate.lock_of").await;
    let mut writer = Writer::connect(&fixture.store, "other", "net", &[])
        .await
        .unwrap();
    let error = writer.try_lock().await.unwrap_err();
    assert!(
        error.is_passing() && error.to_string().contains("lock_of"),
        "{error}"
    );
    change(fixture.pool(), "drop schema novate cascade").await;
    let error = fixture.writer.apply(None, &step).await.unwrap_err();
    assert!(error.is_passing(), "{error}");
}

#[tokio::test]
async fn tables_are_created_once_per_connection() {
    let mut fixture = Fixture::new().await;
    let mut reading = fixture.store.pool().begin().await.unwrap();
    sqlx::query("select from events.c_where")
        .execute(&mut *reading)
        .await
        .unwrap();
    let creating = fixture.writer.create_tables();
    let created = tokio::time::timeout(std::time::Duration::from_secs(10), creating).await;
    created.expect("it waits for no reader").unwrap();
}
