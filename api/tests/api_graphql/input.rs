//! Values that do not fit, and values that would be SQL if they were not bound.

use crate::rig::{Random, Rig, config, ids, insert_sold, sold};
use serde_json::{Value, json};

const QUERY: &str =
    "query($where: ShopSoldWhere) { shopSold(where: $where, first: 1000) { totalCount nodes { id } } }";

#[tokio::test(flavor = "multi_thread")]
async fn values_that_do_not_fit_are_refused_by_name() {
    let rig = Rig::new(config(), &[sold()]).await;
    let many: Vec<i32> = (0..1001).collect();
    let long = "9".repeat(201);
    for (filter, words) in [
        (json!({ "amount": "abc" }), "amount: \"abc\" must be an integer"),
        (json!({ "amount_gt": 1.5 }), "amount_gt: 1.5 must be an integer"),
        (json!({ "amount_gt": 1e30 }), "must be an integer"),
        (json!({ "amount": "" }), "must be an integer"),
        (json!({ "amount": "-" }), "must be an integer"),
        (json!({ "amount": "1e3" }), "must be an integer"),
        (json!({ "amount": "NaN" }), "must be an integer"),
        (json!({ "amount": " 1" }), "must be an integer"),
        (json!({ "amount": long }), "must be an integer"),
        (json!({ "amount": true }), "must be an integer"),
        (json!({ "pieces": "9223372036854775808" }), "64 signed bits"),
        (json!({ "pieces_in": ["1", "x"] }), "pieces_in: \"x\" must be"),
        (json!({ "payload": "00" }), "0x and an even number of hex digits"),
        (json!({ "payload": "0x0" }), "0x and an even number of hex digits"),
        (
            json!({ "payload": "0xzz" }),
            "0x and an even number of hex digits",
        ),
        (json!({ "payload": 5 }), "0x and hex digits"),
        (json!({ "dueAt": "yesterday" }), "RFC 3339"),
        (json!({ "dueAt": "2026-02-30T00:00:00Z" }), "RFC 3339"),
        (json!({ "dueAt": 1 }), "RFC 3339"),
        (json!({ "buyerName": "nul\0" }), "without NUL"),
        (json!({ "buyerName_contains": "\0" }), "without NUL"),
        (json!({ "extra_contains": { "a": ["\0"] } }), "without NUL"),
        (json!({ "amount": null }), "amount_is_null asks for null"),
        (json!({ "pieces": null }), "null compares with nothing"),
        (json!({ "amount_is_null": null }), "null compares with nothing"),
        (json!({ "and": null }), "null is no condition"),
        (json!({ "pieces_in": many }), "has 1001 values; at most 1000"),
        (
            json!({ "or": vec![json!({ "pieces": 1 }); 101] }),
            "more than 100 comparisons",
        ),
    ] {
        let (code, message) = rig.error(QUERY, json!({ "where": filter })).await;
        assert_eq!(code, "BAD_USER_INPUT", "{filter}: {message}");
        assert!(message.contains(words), "{filter}: {message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_schema_does_not_know_is_refused() {
    let rig = Rig::new(config(), &[sold()]).await;
    for query in [
        "{ nope }",
        "{ shopSold { nodes { nope } } }",
        "{ shopSold(where: {nope: 1}) { totalCount } }",
        "{ shopSold(where: {finality: MAYBE}) { totalCount } }",
        "{ shopSold(where: {pieces_is_null: true}) { totalCount } }",
        "{ shopSold(orderBy: [{column: EXTRA}]) { totalCount } }",
        "{ shopSold(orderBy: [{column: PIECES, direction: UP}]) { totalCount } }",
        "{ shopSold(orderBy: [{direction: ASC}]) { totalCount } }",
        "{ shopSold(first: \"ten\") { totalCount } }",
        "{ shopSold }",
        "{ shopSoldById { id } }",
        "query($x: Nope) { shopSold { totalCount } }",
        "query($x: Nope = 1) { shopSold(first: $x) { totalCount } }",
        "mutation { delete }",
        "subscription { shopSold { totalCount } }",
    ] {
        let (code, _) = rig.error(query, json!({})).await;
        assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "{query}");
    }
    assert_eq!(
        rig.error("{ shopSold {", json!({})).await.0,
        "GRAPHQL_PARSE_FAILED"
    );
    let twice = "{ shopSold(orderBy: [{column: PIECES}, {column: PIECES, direction: DESC}]) { totalCount } }";
    let (code, message) = rig.error(twice, json!({})).await;
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("BAD_USER_INPUT", "orderBy names PIECES twice; leave one out")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_in_a_value_is_only_a_value() {
    let rig = Rig::new(config(), &[sold()]).await;
    let plain = insert_sold(&rig, 1, 0, &[("buyer_name", "'plain'".into())]).await;
    for evil in [
        "' or '1'='1",
        "'; drop table data.shop_sold; --",
        "\"; drop schema data cascade; --",
        "x' union select password from pg_shadow --",
        "$1",
        "%",
        "\\",
        "\u{2019} or 1=1",
    ] {
        for filter in [
            "buyerName",
            "buyerName_contains",
            "buyerName_starts_with",
            "id",
            "network",
            "txHash_gt",
        ] {
            let data = rig.data(QUERY, json!({ "where": { filter: evil } })).await;
            let hits = if filter == "txHash_gt" {
                data["shopSold"]["totalCount"].as_u64().unwrap()
            } else {
                0
            };
            assert!(
                filter == "txHash_gt" && hits <= 1 || data["shopSold"]["totalCount"] == 0,
                "{filter} {evil}"
            );
        }
        let list = json!({ "where": { "buyerName_in": [evil, "plain"] } });
        assert_eq!(
            ids(&rig.data(QUERY, list).await["shopSold"]["nodes"]),
            [plain.as_str()]
        );
        let by_id = "query($id: String!) { shopSoldById(id: $id) { id } }";
        assert_eq!(
            rig.data(by_id, json!({ "id": evil })).await["shopSoldById"],
            Value::Null
        );
        for bad in [
            json!({ "amount": evil }),
            json!({ "payload": evil }),
            json!({ "dueAt": evil }),
        ] {
            assert_eq!(
                rig.error(QUERY, json!({ "where": bad })).await.0,
                "BAD_USER_INPUT"
            );
        }
        let after = "query($c: String) { shopSold(after: $c) { nodes { id } } }";
        assert_eq!(rig.error(after, json!({ "c": evil })).await.0, "BAD_CURSOR");
    }
    assert_eq!(rig.data(QUERY, json!({})).await["shopSold"]["totalCount"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_apis_connections_can_only_read() {
    // The schema offers no way to write; the session refuses it as well.
    let rig = Rig::new(config(), &[sold()]).await;
    rig.data(QUERY, json!({})).await;
    rig.execute("create function data.evil() returns text language sql as $$ delete from data.shop_sold; select 'x' $$".into())
        .await;
    rig.execute("create or replace view events.shop_sold as select t.*, data.evil() as finality from data.shop_sold t".into())
        .await;
    insert_sold(&rig, 1, 0, &[]).await;
    let (code, message) = rig.error("{ shopSold { nodes { finality } } }", json!({})).await;
    assert_eq!(code, "INTERNAL");
    assert!(
        !message.contains("delete") && !message.contains("read-only"),
        "{message}"
    );
    let rows: i64 = sqlx::query_scalar("select count(*) from data.shop_sold")
        .fetch_one(&rig.pool)
        .await
        .unwrap();
    assert_eq!(rows, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_row_is_found_by_its_id() {
    let rig = Rig::new(config(), &[sold()]).await;
    let columns = [
        ("gift", "true".into()),
        ("pieces", "-9223372036854775808".into()),
        (
            "amount",
            "115792089237316195423570985008687907853269984665640564039457584007913129639935".into(),
        ),
        ("buyer_name", "'Zoë \"x\"'".into()),
        ("payload", "'\\x00ff'".into()),
        ("extra", "'{\"a\": [1, null, \"b\"]}'".into()),
        ("due_at", "timestamptz '2026-01-31T12:00:00.123456+02'".into()),
    ];
    let id = insert_sold(&rig, 5, 2, &columns).await;
    let query = "query($id: String!) { shopSoldById(id: $id) { __typename id network address blockNumber blockHash blockTime
        txHash position gift pieces amount buyerName payload extra dueAt finality } }";
    let data = rig.data(query, json!({ "id": id })).await;
    let row = json!({
        "__typename": "ShopSold", "id": id, "network": "evm", "address": "0x01", "blockNumber": "5",
        "blockHash": "0xb5", "blockTime": "2026-01-01T00:00:05Z", "txHash": "0xt", "position": "2",
        "gift": true, "pieces": "-9223372036854775808",
        "amount": "115792089237316195423570985008687907853269984665640564039457584007913129639935",
        "buyerName": "Zoë \"x\"", "payload": "0x00ff", "extra": { "a": [1, null, "b"] },
        "dueAt": "2026-01-31T10:00:00.123456Z", "finality": "SEEN",
    });
    assert_eq!(data["shopSoldById"], row);
    assert_eq!(
        rig.data(query, json!({ "id": "1:none" })).await["shopSoldById"],
        Value::Null
    );
}

/// A panic would end the connection without an answer.
#[tokio::test(flavor = "multi_thread")]
async fn garbled_queries_are_always_answered() {
    let rig = Rig::new(config(), &[sold()]).await;
    insert_sold(&rig, 1, 0, &[]).await;
    let good = "query Q($n: Int = 1, $w: ShopSoldWhere) { shopSold(first: $n, where: $w, orderBy: [{column: AMOUNT}]) {
        ...F @include(if: true) totalCount } a: _meta { networks { name } } __type(name: \"ShopSold\") { name } }
        fragment F on ShopSoldConnection { edges { cursor node { id payload } } }";
    let pieces = [
        "{", "}", "(", ")", "[", "]", "$n", "$", "...", "F", ":", "!", "@", "\"", "\"\"\"", "null", "-1",
        "1e9", "first", "#", "\u{e9}",
    ];
    let mut random = Random(13);
    for _ in 0..400 {
        let mut words: Vec<&str> = good.split_inclusive([' ', '{', '(', ':']).collect();
        for _ in 0..=random.below(3) {
            let at = random.below(words.len() as u64) as usize;
            match random.below(3) {
                0 => words[at] = pieces[random.below(pieces.len() as u64) as usize],
                1 => words.insert(at, pieces[random.below(pieces.len() as u64) as usize]),
                _ => drop(words.remove(at)),
            }
        }
        let query = words.concat();
        let (_, answer) = rig
            .post(&query, json!({ "n": [null, "x"], "w": { "and": [[]] } }))
            .await;
        assert!(answer.is_object(), "{query}: {answer}");
    }
}
