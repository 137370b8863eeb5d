//! Every filter of every column against a plain reference in Rust.

use crate::rig::{Random, Rig, config, ids, insert_network, insert_sold, sold};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const QUERY: &str =
    "query($where: ShopSoldWhere) { shopSold(where: $where, first: 1000) { totalCount nodes { id } } }";

/// A value that orders as its column does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Bool(bool),
    Integer(i128),
    Text(String),
    Bytes(Vec<u8>),
    /// Seconds after 10 o'clock.
    Time(u8),
}

impl Cell {
    fn sql(&self) -> String {
        match self {
            Self::Bool(b) => b.to_string(),
            Self::Integer(i) => i.to_string(),
            Self::Text(text) => format!("'{text}'"),
            Self::Bytes(bytes) => format!("'\\x{}'", hex::encode(bytes)),
            Self::Time(seconds) => format!("timestamptz '2026-01-01T10:00:{seconds:02}Z'"),
        }
    }

    fn graphql(&self) -> Value {
        match self {
            Self::Bool(b) => json!(b),
            Self::Integer(i) => json!(i.to_string()),
            Self::Text(text) => json!(text),
            Self::Bytes(bytes) => json!(format!("0x{}", hex::encode(bytes))),
            // The same moment in another zone.
            Self::Time(seconds) => json!(format!("2026-01-01T11:00:{seconds:02}+01:00")),
        }
    }
}

/// Id and the values that are not null, by SQL name.
type Row = (String, BTreeMap<&'static str, Cell>);

const COLUMNS: [(&str, &str); 6] = [
    ("gift", "gift"),
    ("pieces", "pieces"),
    ("amount", "amount"),
    ("buyer_name", "buyerName"),
    ("payload", "payload"),
    ("due_at", "dueAt"),
];

fn cell(column: &str, random: &mut Random) -> Cell {
    let huge = 10_i128.pow(30);
    match column {
        "gift" => Cell::Bool(random.below(2) == 0),
        "pieces" => Cell::Integer([i64::MIN as i128, -1, 0, 1, i64::MAX as i128][random.below(5) as usize]),
        "amount" => Cell::Integer([-huge, -1, 0, huge, huge + 1][random.below(5) as usize]),
        "buyer_name" => Cell::Text(["", "ann", "anne", "bob%", "bo_b"][random.below(5) as usize].into()),
        "payload" => Cell::Bytes([&[][..], &[0], &[0, 255], &[7; 32]][random.below(4) as usize].to_vec()),
        _ => Cell::Time(random.below(4) as u8),
    }
}

async fn fill(rig: &Rig, count: i64) -> Vec<Row> {
    let mut random = Random(3);
    let mut rows = Vec::new();
    for block in 0..count {
        let mut cells = BTreeMap::new();
        for (column, _) in COLUMNS {
            if column == "pieces" || random.below(4) > 0 {
                cells.insert(column, cell(column, &mut random));
            }
        }
        let literals: Vec<_> = cells.iter().map(|(name, cell)| (*name, cell.sql())).collect();
        rows.push((insert_sold(rig, block, 0, &literals).await, cells));
    }
    rows
}

fn expected(rows: &[Row], accepts: impl Fn(&BTreeMap<&str, Cell>) -> bool) -> Vec<String> {
    rows.iter()
        .filter(|(_, cells)| accepts(cells))
        .map(|(id, _)| id.clone())
        .collect()
}

async fn check(rig: &Rig, filter: Value, expected: Vec<String>) {
    let data = rig.data(QUERY, json!({ "where": filter })).await;
    assert_eq!(ids(&data["shopSold"]["nodes"]), expected, "{filter}");
    assert_eq!(data["shopSold"]["totalCount"], expected.len(), "{filter}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_comparison_selects_what_it_says() {
    let rig = Rig::new(config(), &[sold()]).await;
    let rows = fill(&rig, 40).await;
    let mut random = Random(5);
    for (column, field) in COLUMNS {
        for _ in 0..3 {
            let (value, second) = (cell(column, &mut random), cell(column, &mut random));
            let (literal, list) = (value.graphql(), json!([value.graphql(), second.graphql()]));
            let is = |cells: &BTreeMap<&str, Cell>| cells.get(column) == Some(&value);
            check(&rig, json!({ field: literal }), expected(&rows, is)).await;
            check(
                &rig,
                json!({ format!("{field}_not"): literal }),
                expected(&rows, |c| !is(c)),
            )
            .await;
            if column == "gift" {
                continue;
            }
            let compare = |accepts: fn(&Cell, &Cell) -> bool| {
                expected(&rows, |cells| {
                    cells.get(column).is_some_and(|found| accepts(found, &value))
                })
            };
            check(
                &rig,
                json!({ format!("{field}_gt"): literal }),
                compare(|a, b| a > b),
            )
            .await;
            check(
                &rig,
                json!({ format!("{field}_gte"): literal }),
                compare(|a, b| a >= b),
            )
            .await;
            check(
                &rig,
                json!({ format!("{field}_lt"): literal }),
                compare(|a, b| a < b),
            )
            .await;
            check(
                &rig,
                json!({ format!("{field}_lte"): literal }),
                compare(|a, b| a <= b),
            )
            .await;
            let among = |c: &BTreeMap<&str, Cell>| c.get(column).is_some_and(|v| *v == value || *v == second);
            check(
                &rig,
                json!({ format!("{field}_in"): list }),
                expected(&rows, among),
            )
            .await;
            check(
                &rig,
                json!({ format!("{field}_not_in"): list }),
                expected(&rows, |c| !among(c)),
            )
            .await;
            check(&rig, json!({ format!("{field}_in"): [] }), vec![]).await;
            check(
                &rig,
                json!({ format!("{field}_not_in"): [] }),
                expected(&rows, |_| true),
            )
            .await;
        }
        if column != "pieces" {
            let null = expected(&rows, |cells| !cells.contains_key(column));
            check(&rig, json!({ format!("{field}_is_null"): true }), null).await;
            let some = expected(&rows, |cells| cells.contains_key(column));
            check(&rig, json!({ format!("{field}_is_null"): false }), some).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_is_searched_literally() {
    let rig = Rig::new(config(), &[sold()]).await;
    let rows = fill(&rig, 30).await;
    for part in ["", "a", "nn", "b%", "%", "_", "o_b", "zzz"] {
        let text =
            |cells: &BTreeMap<&str, Cell>, accepts: fn(&str, &str) -> bool| match cells.get("buyer_name") {
                Some(Cell::Text(found)) => accepts(found, part),
                _ => false,
            };
        let contains = expected(&rows, |c| text(c, |found, part| found.contains(part)));
        check(&rig, json!({ "buyerName_contains": part }), contains).await;
        let starts = expected(&rows, |c| text(c, |found, part| found.starts_with(part)));
        check(&rig, json!({ "buyerName_starts_with": part }), starts).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn combined_filters_are_boolean_algebra_and_not_is_the_complement() {
    let rig = Rig::new(config(), &[sold()]).await;
    let rows = fill(&rig, 40).await;
    let positive = |cells: &BTreeMap<&str, Cell>| cells.get("amount").is_some_and(|v| *v > Cell::Integer(0));
    let gift = |cells: &BTreeMap<&str, Cell>| cells.get("gift") == Some(&Cell::Bool(true));
    let (a, b) = (json!({ "amount_gt": "0" }), json!({ "gift": true }));
    check(
        &rig,
        json!({ "amount_gt": 0, "gift": true }),
        expected(&rows, |c| positive(c) && gift(c)),
    )
    .await;
    check(
        &rig,
        json!({ "and": [a, b] }),
        expected(&rows, |c| positive(c) && gift(c)),
    )
    .await;
    check(
        &rig,
        json!({ "or": [a, b] }),
        expected(&rows, |c| positive(c) || gift(c)),
    )
    .await;
    check(&rig, json!({ "not": a }), expected(&rows, |c| !positive(c))).await;
    check(
        &rig,
        json!({ "not": { "or": [a, b] } }),
        expected(&rows, |c| !positive(c) && !gift(c)),
    )
    .await;
    check(
        &rig,
        json!({ "or": [{ "and": [a, { "not": b }] }, { "and": [b, { "not": a }] }] }),
        expected(&rows, |c| positive(c) != gift(c)),
    )
    .await;
    check(&rig, json!({ "and": [] }), expected(&rows, |_| true)).await;
    check(&rig, json!({ "or": [] }), vec![]).await;
    check(&rig, json!({}), expected(&rows, |_| true)).await;
    // One condition may stand for a list of one.
    check(&rig, json!({ "or": a }), expected(&rows, positive)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_filtered_by_what_it_contains() {
    let rig = Rig::new(config(), &[sold()]).await;
    let one = insert_sold(
        &rig,
        1,
        0,
        &[("extra", r#"'{"kind": "a", "tags": [1, 2]}'"#.into())],
    )
    .await;
    let two = insert_sold(&rig, 2, 0, &[("extra", r#"'{"kind": "b"}'"#.into())]).await;
    let three = insert_sold(&rig, 3, 0, &[]).await;
    check(&rig, json!({ "extra_contains": { "tags": [2] } }), vec![one]).await;
    check(&rig, json!({ "extra_contains": { "kind": "b" } }), vec![two]).await;
    check(&rig, json!({ "extra_is_null": true }), vec![three]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn finality_is_filtered_as_it_is_shown() {
    let rig = Rig::new(config(), &[sold()]).await;
    for block in [0, 3, 4, 5, 6, 7, 9] {
        insert_sold(&rig, block, 0, &[]).await;
    }
    let shown = "{ shopSold { nodes { id finality } } }";
    let rank = |finality: &str| {
        ["SEEN", "CONFIRMED", "FINALIZED"]
            .iter()
            .position(|f| *f == finality)
            .unwrap()
    };
    // Without a network everything is only seen; a confirmed head may lag behind the finalized one.
    for heads in [
        None,
        Some((9, 6, 4)),
        Some((9, 3, 5)),
        Some((9, 9, 9)),
        Some((9, -1, -1)),
    ] {
        rig.execute("delete from novate.networks".into()).await;
        if let Some((head, confirmed, finalized)) = heads {
            insert_network(&rig, "evm", "evm", head, confirmed, finalized).await;
        }
        let data = rig.data(shown, json!({})).await;
        let nodes = data["shopSold"]["nodes"].as_array().unwrap().clone();
        let with = |accepts: &dyn Fn(usize) -> bool| -> Vec<String> {
            let finality = |node: &Value| rank(node["finality"].as_str().unwrap());
            ids(&json!(
                nodes
                    .iter()
                    .filter(|node| accepts(finality(node)))
                    .collect::<Vec<_>>()
            ))
        };
        for name in ["SEEN", "CONFIRMED", "FINALIZED"] {
            let bound = rank(name);
            check(&rig, json!({ "finality": name }), with(&|f| f == bound)).await;
            check(&rig, json!({ "finality_not": name }), with(&|f| f != bound)).await;
            check(&rig, json!({ "finality_gt": name }), with(&|f| f > bound)).await;
            check(&rig, json!({ "finality_gte": name }), with(&|f| f >= bound)).await;
            check(&rig, json!({ "finality_lt": name }), with(&|f| f < bound)).await;
            check(&rig, json!({ "finality_lte": name }), with(&|f| f <= bound)).await;
            check(
                &rig,
                json!({ "not": { "finality": name } }),
                with(&|f| f != bound),
            )
            .await;
            check(
                &rig,
                json!({ "finality_in": [name, "SEEN"] }),
                with(&|f| f == bound || f == 0),
            )
            .await;
            check(
                &rig,
                json!({ "finality_not_in": [name, "SEEN"] }),
                with(&|f| f != bound && f != 0),
            )
            .await;
        }
        check(&rig, json!({ "finality_in": [] }), vec![]).await;
    }
}
