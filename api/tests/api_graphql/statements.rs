//! What a query costs the database.

use crate::rig::{Rig, config, insert_network, sold};
use novate_catalog::{Ident, Table};
use serde_json::{Value, json};
use std::sync::Mutex;
use tracing::{Event, Metadata, Subscriber, field::Field, span};

/// A table that no other test reads.
const TABLE: &str = "counted_sold";
/// Statements on it, as sqlx reported them.
static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Statements;

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }
    fn event(&self, event: &Event<'_>) {
        let mut text = String::new();
        event.record(&mut |_: &Field, value: &dyn std::fmt::Debug| text += &format!("{value:?} "));
        if text.contains("from events.") && text.contains(TABLE) {
            SEEN.lock().unwrap().push(text);
        }
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_one_statement_and_a_count_another() {
    tracing::subscriber::set_global_default(Statements).unwrap();
    let table = Table {
        name: Ident::try_from(TABLE.to_owned()).unwrap(),
        ..sold()
    };
    let rig = Rig::new(config(), &[table]).await;
    for (query, count) in [
        (
            "{ countedSold { nodes { id amount finality } edges { cursor node { id } } pageInfo { endCursor } } }",
            1,
        ),
        ("{ countedSold { totalCount } }", 1),
        (
            "{ countedSold { totalCount nodes { id } pageInfo { hasNextPage } } }",
            2,
        ),
        ("{ countedSold { __typename } }", 0),
        (
            "{ countedSold(where: {finality: FINALIZED}) { nodes { id } } }",
            1,
        ),
        ("{ countedSoldById(id: \"x\") { id } }", 1),
        ("{ countedSold @skip(if: true) { nodes { id } } __typename }", 0),
    ] {
        SEEN.lock().unwrap().clear();
        rig.data(query, json!({})).await;
        let seen = std::mem::take(&mut *SEEN.lock().unwrap());
        assert_eq!(seen.len(), count, "{query}: {seen:#?}");
        assert!(seen.iter().all(|statement| !statement.contains("offset")));
    }
}

/// Keyset pages and finality filters must not read the table from its start.
#[tokio::test(flavor = "multi_thread")]
async fn pages_in_chain_order_and_finality_filters_use_the_index() {
    let rig = Rig::new(config(), &[sold()]).await;
    insert_network(&rig, "evm", "evm", 20_000, 19_990, 19_980).await;
    rig.execute(
        "insert into data.shop_sold (id, network, address, block_number, block_hash, block_time, position, pieces)
         select 'i' || n, 'evm', 'a', n, 'h', now(), 0, n from generate_series(1, 20000) n; analyze data.shop_sold"
            .into(),
    )
    .await;
    rig.execute("select pg_stat_reset()".into()).await;
    let page = "query($order: [ShopSoldOrderBy!], $after: String, $where: ShopSoldWhere) {
        shopSold(first: 10, orderBy: $order, after: $after, where: $where) { nodes { id } pageInfo { endCursor } } }";
    for direction in ["ASC", "DESC"] {
        let order = json!({ "column": "BLOCK_NUMBER", "direction": direction });
        let mut after = Value::Null;
        for _ in 0..20 {
            let data = rig.data(page, json!({ "order": order, "after": after })).await;
            after = data["shopSold"]["pageInfo"]["endCursor"].clone();
        }
    }
    rig.data(page, json!({ "where": { "finality": "SEEN" } })).await;
    rig.data(page, json!({ "where": { "finality_gte": "CONFIRMED" } }))
        .await;
    // The counters of a connection are published when it ends.
    rig.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'novate-api'
         and datname = current_database()"
            .into(),
    )
    .await;
    let scans: i64 = crate::rig::eventually("statistics", || async {
        let (index, full): (Option<i64>, i64) =
            sqlx::query_as("select idx_scan, seq_scan from pg_stat_user_tables where relname = 'shop_sold'")
                .fetch_one(&rig.pool)
                .await
                .unwrap();
        index.filter(|scans| *scans >= 42).map(|_| full)
    })
    .await;
    assert_eq!(scans, 0, "the whole table was read");
}
