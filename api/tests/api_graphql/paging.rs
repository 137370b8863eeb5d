//! Pages put together are the whole list, in both directions, whatever the order.

use crate::rig::{Random, Rig, config, ids, insert_sold, sold};
use novate_api::ApiConfig;
use serde_json::{Value, json};

const QUERY: &str =
    "query($order: [ShopSoldOrderBy!], $first: Int, $after: String, $last: Int, $before: String) {
    shopSold(orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

/// Few different values, so that there are ties, and nulls among them.
async fn fill(rig: &Rig, rows: i64) {
    let mut random = Random(7);
    for row in 0..rows {
        let mut columns = vec![("pieces", random.below(4).to_string())];
        if random.below(3) > 0 {
            columns.push((
                "amount",
                format!("{}{}", ["-", ""][random.below(2) as usize], random.below(5)),
            ));
        }
        if random.below(3) > 0 {
            columns.push((
                "buyer_name",
                format!("'{}'", ["ann", "bob", "eve"][random.below(3) as usize]),
            ));
        }
        if random.below(3) > 0 {
            columns.push(("gift", ["true", "false"][random.below(2) as usize].to_owned()));
            columns.push(("payload", format!("'\\x0{}'", random.below(3))));
            let due = format!("timestamptz '2026-01-01 10:00:00.00000{}Z'", random.below(3));
            columns.push(("due_at", due));
        }
        insert_sold(rig, row / 3, row % 3, &columns).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_in_both_directions_equal_the_full_list_in_every_order() {
    let rig = Rig::new(config(), &[sold()]).await;
    const ROWS: i64 = 40;
    fill(&rig, ROWS).await;
    let mut orders = vec![
        json!(null),
        json!([]),
        json!({ "column": "BLOCK_NUMBER", "direction": "DESC" }),
    ];
    let mut random = Random(11);
    let columns = [
        "PIECES",
        "AMOUNT",
        "BUYER_NAME",
        "GIFT",
        "PAYLOAD",
        "DUE_AT",
        "BLOCK_NUMBER",
        "TX_HASH",
    ];
    for _ in 0..12 {
        let mut order: Vec<Value> = Vec::new();
        for column in columns {
            if random.below(3) == 0 {
                let direction = ["ASC", "DESC"][random.below(2) as usize];
                order.push(json!({ "column": column, "direction": direction }));
            }
        }
        orders.push(json!(order));
    }
    for order in orders {
        let all = rig.data(QUERY, json!({ "order": order, "first": 1000 })).await;
        let all = ids(&all["shopSold"]["nodes"]);
        assert_eq!(all.len(), ROWS as usize);
        for size in [1, 7, 40] {
            assert_eq!(
                walk(&rig, &order, size, true).await,
                all,
                "{order} forward by {size}"
            );
            let mut backward = walk(&rig, &order, size, false).await;
            backward.reverse();
            assert_eq!(backward, all, "{order} backward by {size}");
        }
    }
}

/// All ids, page by page; backward in the reverse of the order.
async fn walk(rig: &Rig, order: &Value, size: usize, forward: bool) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let (count, from) = if forward {
            ("first", "after")
        } else {
            ("last", "before")
        };
        let data = rig
            .data(QUERY, json!({ "order": order, count: size, from: cursor }))
            .await;
        let page = &data["shopSold"];
        let mut page_ids = ids(&page["nodes"]);
        let edges = page["edges"].as_array().unwrap();
        assert!(page_ids.len() <= size);
        assert!(
            edges
                .iter()
                .map(|edge| edge["node"]["id"].as_str().unwrap())
                .eq(page_ids.iter())
        );
        let info = &page["pageInfo"];
        assert_eq!(info["startCursor"], edges[0]["cursor"]);
        assert_eq!(info["endCursor"], edges[edges.len() - 1]["cursor"]);
        let (more, came_from, end) = if forward {
            ("hasNextPage", "hasPreviousPage", "endCursor")
        } else {
            page_ids.reverse();
            ("hasPreviousPage", "hasNextPage", "startCursor")
        };
        assert_eq!(info[came_from], json!(!cursor.is_null()));
        found.extend(page_ids);
        if info[more] == json!(false) {
            return found;
        }
        cursor = info[end].clone();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_order_is_the_chains() {
    let rig = Rig::new(config(), &[sold()]).await;
    for (block, position) in [(10, 0), (9, 11), (9, 2), (100, 5)] {
        insert_sold(&rig, block, position, &[]).await;
    }
    let oldest_first = ["1:0009:2", "1:0009:11", "1:0010:0", "1:0100:5"];
    let data = rig.data(QUERY, json!({})).await;
    assert_eq!(ids(&data["shopSold"]["nodes"]), oldest_first);
    let data = rig
        .data(
            QUERY,
            json!({ "order": { "column": "BLOCK_NUMBER", "direction": "DESC" } }),
        )
        .await;
    assert!(
        ids(&data["shopSold"]["nodes"])
            .iter()
            .eq(oldest_first.iter().rev())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_keeps_its_place_while_rows_come_and_go() {
    let rig = Rig::new(config(), &[sold()]).await;
    for block in 1..=4 {
        insert_sold(&rig, block, 0, &[]).await;
    }
    let data = rig.data(QUERY, json!({ "first": 2 })).await;
    let cursor = data["shopSold"]["pageInfo"]["endCursor"].clone();
    rig.execute("delete from data.shop_sold where block_number in (1, 2)".into())
        .await;
    insert_sold(&rig, 0, 0, &[]).await;
    let data = rig.data(QUERY, json!({ "first": 2, "after": cursor })).await;
    assert_eq!(ids(&data["shopSold"]["nodes"]), ["1:0003:0", "1:0004:0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_may_have_both_ends() {
    let rig = Rig::new(config(), &[sold()]).await;
    for block in 1..=6 {
        insert_sold(&rig, block, 0, &[]).await;
    }
    let data = rig.data(QUERY, json!({})).await;
    let cursor = |index: usize| data["shopSold"]["edges"][index]["cursor"].clone();
    let between = json!({ "after": cursor(0), "before": cursor(5), "last": 3 });
    let data = rig.data(QUERY, between).await;
    assert_eq!(
        ids(&data["shopSold"]["nodes"]),
        ["1:0003:0", "1:0004:0", "1:0005:0"]
    );
    assert_eq!(data["shopSold"]["totalCount"], 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_page_has_no_cursors() {
    let rig = Rig::new(config(), &[sold()]).await;
    let empty =
        json!({ "hasNextPage": false, "hasPreviousPage": false, "startCursor": null, "endCursor": null });
    assert_eq!(rig.data(QUERY, json!({})).await["shopSold"]["pageInfo"], empty);
    insert_sold(&rig, 1, 0, &[]).await;
    let data = rig.data(QUERY, json!({ "first": 0 })).await;
    assert_eq!(
        (&data["shopSold"]["nodes"], &data["shopSold"]["totalCount"]),
        (&json!([]), &json!(1))
    );
    assert_eq!(data["shopSold"]["pageInfo"]["hasNextPage"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn paging_arguments_that_contradict_are_refused() {
    let rig = Rig::new(config(), &[sold()]).await;
    for (arguments, words) in [
        (json!({ "first": 1, "last": 1 }), "exclude each other"),
        (json!({ "first": -1 }), "first: -1 must be 0 to 1000"),
        (json!({ "last": -5 }), "last: -5 must be 0 to 1000"),
        (json!({ "first": 1001 }), "more than a page of 1000"),
        (json!({ "last": 2147483647 }), "more than a page of 1000"),
    ] {
        let (code, message) = rig.error(QUERY, arguments).await;
        assert_eq!(code, "BAD_USER_INPUT");
        assert!(message.contains(words), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_any_size_that_the_database_holds_may_be_in_cursors() {
    let rig = Rig::new(config(), &[sold()]).await;
    for (block, digits) in [(1, 1), (2, 200), (3, 201), (4, 1000), (5, 20_000)] {
        insert_sold(&rig, block, 0, &[("amount", "9".repeat(digits))]).await;
    }
    insert_sold(&rig, 6, 0, &[("amount", format!("-{}", "9".repeat(300)))]).await;
    let order = json!({ "column": "AMOUNT" });
    let mut all = ["6", "1", "2", "3", "4", "5"].map(|block| format!("1:000{block}:0"));
    assert_eq!(walk(&rig, &order, 1, true).await, all);
    all.reverse();
    assert_eq!(walk(&rig, &order, 1, false).await, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_no_database_holds_are_refused_in_cursors() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let config = ApiConfig {
        max_body_bytes: 1 << 20,
        ..config()
    };
    let rig = Rig::new(config, &[sold()]).await;
    insert_sold(&rig, 1, 0, &[("amount", "1".into())]).await;
    let order = json!({ "column": "AMOUNT" });
    let data = rig.data(QUERY, json!({ "order": order })).await;
    let good = data["shopSold"]["pageInfo"]["endCursor"].as_str().unwrap();
    let parts: Vec<Value> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(good).unwrap()).unwrap();
    let after = |amount: &str| {
        let mut parts = parts.clone();
        parts[3][0] = json!(amount);
        json!({ "order": order, "after": URL_SAFE_NO_PAD.encode(json!(parts).to_string()) })
    };
    // The widest numeric of Postgres has 131,072 digits before its point.
    rig.data(QUERY, after(&"9".repeat(131_072))).await;
    for amount in [&"9".repeat(131_073), "1.5", "1e3", "NaN", ""] {
        let (code, _) = rig.error(QUERY, after(amount)).await;
        assert_eq!(code, "BAD_CURSOR", "{}", amount.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_another_database_is_refused() {
    let (one, other) = (
        Rig::new(config(), &[sold()]).await,
        Rig::new(config(), &[sold()]).await,
    );
    insert_sold(&one, 1, 0, &[]).await;
    insert_sold(&other, 1, 0, &[]).await;
    let cursor = one.data(QUERY, json!({})).await["shopSold"]["pageInfo"]["endCursor"].clone();
    one.data(QUERY, json!({ "after": cursor })).await;
    let (code, message) = other.error(QUERY, json!({ "after": cursor })).await;
    assert_eq!(
        (code.as_str(), message.contains("another database")),
        ("BAD_CURSOR", true),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_another_order_or_table_is_refused() {
    let mut other = sold();
    other.name = novate_catalog::Ident::join("shop", "resold").unwrap();
    let rig = Rig::new(config(), &[sold(), other]).await;
    insert_sold(&rig, 1, 0, &[]).await;
    let cursor = rig.data(QUERY, json!({})).await["shopSold"]["pageInfo"]["endCursor"].clone();
    let reordered = json!({ "after": cursor, "order": { "column": "PIECES" } });
    assert_eq!(rig.error(QUERY, reordered).await.0, "BAD_CURSOR");
    let (code, message) = rig
        .error(
            "query($c: String) { shopResold(after: $c) { nodes { id } } }",
            json!({ "c": cursor }),
        )
        .await;
    assert_eq!(
        (code.as_str(), message.contains("another table")),
        ("BAD_CURSOR", true),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_cursors_are_refused() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let rig = Rig::new(config(), &[sold()]).await;
    insert_sold(&rig, 1, 0, &[]).await;
    let good = rig.data(QUERY, json!({})).await["shopSold"]["pageInfo"]["endCursor"]
        .as_str()
        .unwrap()
        .to_owned();
    let parts: Vec<Value> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&good).unwrap()).unwrap();
    let forge = |index: usize, value: Value| {
        let mut parts = parts.clone();
        parts[index] = value;
        URL_SAFE_NO_PAD.encode(json!(parts).to_string())
    };
    let nested = URL_SAFE_NO_PAD.encode("[".repeat(10_000));
    for cursor in [
        String::new(),
        "*".into(),
        "aGVsbG8".into(),
        good[..good.len() - 3].to_owned(),
        nested,
        forge(0, json!(2)),
        forge(3, json!(["evm", "not a number", "0", "x"])),
        forge(3, json!(["evm", "1"])),
        forge(3, json!(["evm", null, "0", "x"])),
        forge(3, json!(["evm", "1", "0", "nul\0"])),
        forge(3, json!(["evm", ["1"], "0", {}])),
    ] {
        let (code, _) = rig.error(QUERY, json!({ "after": cursor })).await;
        assert_eq!(code, "BAD_CURSOR", "{cursor}");
    }
}
