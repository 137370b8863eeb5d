//! The schema follows the catalog, and its names never clash.

use crate::rig::{Rig, config, create, eventually, ids, insert_network, insert_source, sold};
use novate_catalog::{ColumnType, Ident, Table};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn named(contract: &str, event: &str) -> Table {
    Table::new(
        "evm",
        contract,
        event,
        [("amount", ColumnType::Numeric, false, None)],
    )
    .unwrap()
}

async fn root_fields(rig: &Rig) -> Vec<String> {
    let data = rig
        .data("{ __schema { queryType { fields { name } } } }", json!({}))
        .await;
    let fields = data["__schema"]["queryType"]["fields"].as_array().unwrap();
    fields
        .iter()
        .map(|field| field["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_table_still_gives_a_schema_and_new_tables_appear_by_themselves() {
    let rig = Rig::new(config(), &[]).await;
    assert_eq!(root_fields(&rig).await, ["_meta"]);
    let version = rig
        .data("{ _meta { catalogVersion tables { name } } }", json!({}))
        .await["_meta"]
        .clone();
    assert_eq!(version, json!({ "catalogVersion": "empty", "tables": [] }));
    create(&rig.pool, &[sold()]).await;
    let fields = eventually("the new table", || async {
        Some(root_fields(&rig).await).filter(|fields| fields.len() > 1)
    })
    .await;
    assert_eq!(fields, ["_meta", "shopSold", "shopSoldById"]);
    let meta = rig
        .data(
            "{ _meta { catalogVersion tables { name field type network contract event } } }",
            json!({}),
        )
        .await;
    assert_ne!(meta["_meta"]["catalogVersion"], "empty");
    let table = json!({ "name": "shop_sold", "field": "shopSold", "type": "ShopSold", "network": "evm",
        "contract": "shop", "event": "Sold" });
    assert_eq!(meta["_meta"]["tables"], json!([table]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_starts_before_the_migration_recovers() {
    let database = devnet_nodes::postgres::test_database().unwrap();
    let pool = sqlx::PgPool::connect(&database.url).await.unwrap();
    let rig = Rig::over(config(), pool.clone()).await;
    let (status, answer) = rig.post("{ __typename }", json!({})).await;
    assert_eq!(
        (status.as_u16(), &answer["errors"][0]["extensions"]["code"]),
        (503, &json!("UNAVAILABLE"))
    );
    let (status, ready) = rig.get("/ready").await;
    assert_eq!(status.as_u16(), 503);
    assert!(
        ready["reasons"][0]
            .as_str()
            .unwrap()
            .contains("novate db migrate"),
        "{ready}"
    );
    novate_catalog::migrate(&pool).await.unwrap();
    eventually("the schema", || async {
        rig.post("{ __typename }", json!({}))
            .await
            .0
            .is_success()
            .then_some(())
    })
    .await;
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_that_cannot_be_read_keeps_the_last_schema_and_is_reported() {
    let rig = Rig::new(config(), &[sold()]).await;
    rig.data("{ shopSold { totalCount } }", json!({})).await;
    rig.execute("insert into novate.tables values ('zz', 'evm', 'c', '{\"name\": 5}')".into())
        .await;
    let reasons = eventually("a reason", || async {
        let (_, ready) = rig.get("/ready").await;
        Some(ready["reasons"].to_string()).filter(|reasons| reasons.contains("catalog"))
    })
    .await;
    assert!(reasons.contains("the catalog cannot be read"), "{reasons}");
    rig.data("{ shopSold { totalCount } }", json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_look_like_derived_names_do_not_clash() {
    let tables = [
        named("a", "b"),
        named("a", "bWhere"),
        named("a", "bEdge"),
        named("a", "bConnection"),
        named("a", "bOrderBy"),
        named("a", "bColumn"),
        named("a", "bById"),
        named("page", "Info"),
        named("date", "Time"),
        named("big", "Int"),
        named("meta", "Table"),
        named("a", "b2"),
        named("a", "b_2"),
        named("a2", "b"),
        named("order", "by"),
    ];
    let rig = Rig::new(config(), &tables).await;
    let fields = root_fields(&rig).await;
    let unique: BTreeSet<_> = fields.iter().collect();
    assert_eq!(
        (fields.len(), unique.len()),
        (1 + 2 * tables.len(), fields.len()),
        "{fields:?}"
    );
    for field in [
        "aB",
        "aBWhere",
        "aBById",
        "aBById_",
        "aBById_ById",
        "pageInfo",
        "aB2",
        "aB_2",
        "a2B",
    ] {
        assert!(
            fields.iter().any(|found| found == field),
            "{field} is not among {fields:?}"
        );
    }
    let meta = rig.data("{ _meta { tables { field type } } }", json!({})).await;
    for table in meta["_meta"]["tables"].as_array().unwrap() {
        let field = table["field"].as_str().unwrap();
        let data = rig
            .data(
                &format!("{{ {field}(where: {{amount: 1}}) {{ totalCount nodes {{ id }} }} }}"),
                json!({}),
            )
            .await;
        assert_eq!(data[field]["totalCount"], 0);
    }
    assert!(meta.to_string().contains("\"PageInfo_\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_named_like_keywords_are_columns() {
    let words = [
        "select", "order", "user", "and", "or", "not", "from", "limit", "group", "null", "word_2", "word2",
        "id",
    ];
    let fields = words.map(|word| (word, ColumnType::Text, true, None));
    let table = Table::new("evm", "key", "Words", fields).unwrap();
    assert!(
        table
            .columns
            .iter()
            .any(|column| column.name.as_str() == "arg_id")
    );
    let rig = Rig::new(config(), &[table]).await;
    let names = r#""select", "order", "user", "and", "or", "not", "from", "limit", "group", "null""#;
    rig.execute(format!(
        "insert into data.key_words (id, network, address, block_number, block_hash, block_time, position, {names})
         values ('x', 'evm', 'a', 1, 'h', now(), 0, '1', '2', '3', '4', '5', '6', '7', '8', '9', '10')"
    ))
    .await;
    let query = r#"{ keyWords(
        where: {select: "1", order_in: ["2"], user_not: "x", and_is: "4", or_is: "5", not_is: "6", and_in: ["4"],
            not: {not_not: "6"}, and: [{from: "7"}], or: [{limit: "8"}], word_2_is_null: true, word2_is_null: true}
        orderBy: [{column: SELECT}, {column: ORDER, direction: DESC}, {column: NULL}, {column: WORD_2}, {column: WORD2}]
    ) { nodes { id select order user and or not from limit group null word_2 word2 argId } } }"#;
    let data = rig.data(query, json!({})).await;
    assert_eq!(ids(&data["keyWords"]["nodes"]), ["x"]);
    assert_eq!(data["keyWords"]["nodes"][0]["null"], "10");
}

#[tokio::test(flavor = "multi_thread")]
async fn descriptions_come_from_the_catalog() {
    let mut table = sold();
    table.description = Some("Somebody \"bought\" something.".into());
    let rig = Rig::new(config(), &[table]).await;
    let query = "{ __type(name: \"ShopSold\") { description fields { name description type { name ofType { name } } } } }";
    let ty = rig.data(query, json!({})).await["__type"].clone();
    assert_eq!(
        ty["description"],
        "Event Sold of shop on evm. Somebody \"bought\" something."
    );
    let types: Vec<(String, String)> = (ty["fields"].as_array().unwrap().iter())
        .map(|field| {
            let name = |value: &Value| value["name"].as_str().map(str::to_owned);
            assert!(
                field["description"].as_str().is_some_and(|text| !text.is_empty()),
                "{field}"
            );
            (
                name(field).unwrap(),
                name(&field["type"])
                    .or_else(|| name(&field["type"]["ofType"]))
                    .unwrap(),
            )
        })
        .collect();
    let expect =
        |field: &str, ty: &str| assert!(types.contains(&(field.into(), ty.into())), "{field}: {types:?}");
    for (field, ty) in [
        ("gift", "Boolean"),
        ("pieces", "BigInt"),
        ("amount", "BigInt"),
        ("buyerName", "String"),
        ("payload", "Bytes"),
        ("extra", "JSON"),
        ("dueAt", "DateTime"),
        ("finality", "Finality"),
        ("blockNumber", "BigInt"),
        ("id", "String"),
    ] {
        expect(field, ty);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn meta_says_how_far_each_network_is() {
    let rig = Rig::new(config(), &[]).await;
    insert_network(&rig, "base", "evm", 100, 90, 80).await;
    insert_network(&rig, "sol", "solana", -1, -1, -1).await;
    insert_network(&rig, "ic", "icp", 9, 9, 9).await;
    insert_source(&rig, "base", "base", "live", "101").await;
    insert_source(&rig, "ic/one", "ic", "live", "10").await;
    insert_source(&rig, "ic/two", "ic", "retrying", "4").await;
    rig.execute("update novate.sources set error = 'no answer' where id = 'ic/two'".into())
        .await;
    let data = rig
        .data(
            "{ _meta { networks { name kind head confirmed finalized indexed lag headTime state error } } }",
            json!({}),
        )
        .await;
    let time = "2026-01-01T00:00:00Z";
    let networks = json!([
        { "name": "base", "kind": "evm", "head": "100", "confirmed": "90", "finalized": "80", "indexed": "100",
          "lag": "0", "headTime": time, "state": "live", "error": null },
        { "name": "ic", "kind": "icp", "head": "9", "confirmed": "9", "finalized": "9", "indexed": "3",
          "lag": "6", "headTime": time, "state": "retrying", "error": "no answer" },
        { "name": "sol", "kind": "solana", "head": null, "confirmed": null, "finalized": null, "indexed": null,
          "lag": null, "headTime": time, "state": null, "error": null },
    ]);
    assert_eq!(data["_meta"]["networks"], networks);

    // Canisters count their blocks apart: the network's are those of the one that is furthest behind.
    rig.execute("update novate.sources set head = case id when 'ic/one' then 30 else 5 end, next_block = 4 where network = 'ic'".into())
        .await;
    let numbers = "{ _meta { networks { name head confirmed finalized indexed lag } } }";
    let of_ic = rig.data(numbers, json!({})).await["_meta"]["networks"][1].clone();
    let one = json!({ "name": "ic", "head": "30", "confirmed": "30", "finalized": "30", "indexed": "3", "lag": "27" });
    assert_eq!(of_ic, one);
    rig.execute("update novate.sources set next_block = 31 where id = 'ic/one'".into())
        .await;
    let of_ic = rig.data(numbers, json!({})).await["_meta"]["networks"][1].clone();
    let two =
        json!({ "name": "ic", "head": "5", "confirmed": "5", "finalized": "5", "indexed": "3", "lag": "2" });
    assert_eq!(of_ic, two);

    let data = rig
        .data(
            "{ _meta { sources { id network state error nextBlock events } } }",
            json!({}),
        )
        .await;
    let source = json!({ "id": "ic/two", "network": "ic", "state": "retrying", "error": "no answer", "nextBlock": "4",
        "events": "7" });
    assert_eq!(data["_meta"]["sources"][2], source);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_names_work() {
    let name = Ident::try_from("x".repeat(63)).unwrap();
    let table = Table { name, ..sold() };
    let rig = Rig::new(config(), &[table]).await;
    let field = "x".repeat(63);
    let query = format!("{{ {field}(orderBy: [{{column: DUE_AT}}]) {{ totalCount nodes {{ id }} }} }}");
    assert_eq!(rig.data(&query, json!({})).await[&field]["totalCount"], 0);
}
