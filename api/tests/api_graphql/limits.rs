//! Queries that ask for too much are refused before they run.

use crate::rig::{Rig, config, execute, insert_sold, sold};
use novate_api::ApiConfig;
use serde_json::json;
use std::time::{Duration, Instant};

/// What editors send first: graphql-js's introspection query with nine levels of types.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema { description queryType { name } mutationType { name }
    subscriptionType { name } types { ...FullType } directives { name description locations args { ...InputValue } } } }
  fragment FullType on __Type { kind name description
    fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
    inputFields { ...InputValue } interfaces { ...TypeRef }
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
  fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
  fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

async fn refused(rig: &Rig, query: &str, code: &str) {
    let start = Instant::now();
    let (status, answer) = rig.post(query, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
    assert_eq!(
        (status.as_u16(), answer.get("data").unwrap_or(&json!(null))),
        (400, &json!(null))
    );
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "refused only after {:?}",
        start.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn deep_queries_are_refused() {
    let rig = Rig::new(config(), &[sold()]).await;
    let nested = |depth: usize| format!("{}{}", "{ a ".repeat(depth), "}".repeat(depth));
    refused(&rig, &nested(17), "DEPTH_LIMIT").await;
    refused(&rig, &nested(60), "DEPTH_LIMIT").await;
    // So deep that parsing it would exhaust the stack.
    refused(&rig, &nested(10_000), "DEPTH_LIMIT").await;
    for open in ["[", "{a:", "(a:["] {
        refused(
            &rig,
            &format!("{{ shopSold(where: {}", open.repeat(15_000)),
            "DEPTH_LIMIT",
        )
        .await;
    }
    refused(
        &rig,
        &format!("query($a: {}Int{}) {{ a }}", "[".repeat(9_000), "]".repeat(9_000)),
        "DEPTH_LIMIT",
    )
    .await;
    // Fragments do not hide depth.
    let mut query = "{ a { ...f0 } }".to_owned();
    for i in 0..20 {
        query += &format!(" fragment f{i} on T {{ a {{ ...f{} }} }}", i + 1);
    }
    refused(&rig, &(query + " fragment f20 on T { a }"), "DEPTH_LIMIT").await;
    // Brackets in strings and comments nest nothing.
    let text = "[".repeat(100);
    for literal in [
        format!("\"{text}\""),
        format!("\"\\\"{text}\""),
        format!("\"\"\"{text} \\\"\"\" \" {text}\"\"\""),
    ] {
        let query = format!("{{ shopSold(where: {{buyerName: {literal}}}) {{ totalCount }} }} # {text}");
        rig.data(&query, json!({})).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn expensive_queries_are_refused() {
    let rig = Rig::new(config(), &[sold()]).await;
    let fields = "id network address blockNumber blockHash blockTime txHash position gift pieces amount buyerName payload";
    // All columns of the largest page are fine, five such pages in one query are not.
    rig.data(
        &format!("{{ shopSold(first: 1000) {{ edges {{ cursor node {{ {fields} }} }} }} }}"),
        json!({}),
    )
    .await;
    let page = |i: usize| format!("p{i}: shopSold(first: 1000) {{ nodes {{ {fields} }} }}");
    let pages: Vec<String> = (0..5).map(page).collect();
    refused(&rig, &format!("{{ {} }}", pages.join(" ")), "COMPLEXITY_LIMIT").await;
    // Neither a variable nor its default hides the size.
    let query = |head: &str| format!("query({head}) {{ {} }}", pages.join(" ").replace("1000", "$n"));
    refused(&rig, &query("$n: Int = 1000"), "COMPLEXITY_LIMIT").await;
    let (code, _) = rig.error(&query("$n: Int!"), json!({ "n": 1000 })).await;
    assert_eq!(code, "COMPLEXITY_LIMIT");
    rig.data(&query("$n: Int = 1000"), json!({ "n": 10 })).await;
    // Nor does repeating a field without alias, which would run it again and again.
    refused(
        &rig,
        &format!("{{ {} }}", "shopSold { nodes { id } } ".repeat(500)),
        "COMPLEXITY_LIMIT",
    )
    .await;
    // Nor another operation of the document.
    refused(
        &rig,
        &format!(
            "query a {{ _meta {{ catalogVersion }} }} query b {{ {} }}",
            pages.join(" ")
        ),
        "COMPLEXITY_LIMIT",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn aliases_are_counted() {
    let rig = Rig::new(config(), &[sold()]).await;
    let aliases = |count: usize| -> String {
        let fields: Vec<String> = (0..count)
            .map(|i| format!("a{i}: _meta {{ catalogVersion }}"))
            .collect();
        format!("{{ {} }}", fields.join(" "))
    };
    rig.data(&aliases(30), json!({})).await;
    refused(&rig, &aliases(31), "ALIAS_LIMIT").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn root_fields_are_counted_whether_they_have_aliases_or_not() {
    let rig = Rig::new(config(), &[sold()]).await;
    insert_sold(&rig, 1, 0, &[]).await;
    let counts = |times: usize| "shopSold(first: 0) { totalCount } ".repeat(times);
    let data = rig.data(&format!("{{ {} }}", counts(50)), json!({})).await;
    assert_eq!(data["shopSold"]["totalCount"], 1);
    refused(&rig, &format!("{{ {} }}", counts(51)), "ROOT_FIELD_LIMIT").await;
    // An empty page does not make a count free.
    refused(&rig, &format!("{{ {} }}", counts(1_600)), "COMPLEXITY_LIMIT").await;
    let repeated = "totalCount ".repeat(500);
    refused(
        &rig,
        &format!("{{ shopSold(first: 0) {{ {repeated} }} }}"),
        "COMPLEXITY_LIMIT",
    )
    .await;
    // Fragments and other fields count as well.
    for other in [
        "_meta { catalogVersion }",
        "shopSoldById(id: \"x\") { id }",
        "... { _meta { catalogVersion } }",
    ] {
        refused(&rig, &format!("{{ {} {other} }}", counts(50)), "ROOT_FIELD_LIMIT").await;
    }
    let fragment = format!("{{ ...f ...f }} fragment f on Query {{ {} }}", counts(26));
    refused(&rig, &fragment, "ROOT_FIELD_LIMIT").await;
    let (code, _) = rig
        .error(
            &format!("query a {{ __typename }} query b {{ {} }}", counts(51)),
            json!({}),
        )
        .await;
    assert_eq!(code, "ROOT_FIELD_LIMIT");
    // The name of the type runs nothing.
    rig.data(&format!("{{ {} }}", "__typename ".repeat(100)), json!({}))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fragments_that_multiply_or_go_round_are_refused() {
    let rig = Rig::new(config(), &[sold()]).await;
    refused(
        &rig,
        "{ ...a } fragment a on Query { ...a }",
        "GRAPHQL_VALIDATION_FAILED",
    )
    .await;
    let circle = "{ ...a } fragment a on Query { ...b ...b } fragment b on Query { ...a ...a }";
    refused(&rig, circle, "GRAPHQL_VALIDATION_FAILED").await;
    let mut doubling = String::new();
    for i in 0..25 {
        doubling += &format!(" fragment f{i} on Query {{ ...f{0} ...f{0} }}", i + 1);
    }
    doubling += " fragment f25 on Query { __typename }";
    refused(&rig, &format!("{{ ...f0 }} {doubling}"), "COMPLEXITY_LIMIT").await;
    refused(&rig, &format!("{{ __typename }} {doubling}"), "COMPLEXITY_LIMIT").await;
    let wide = "__typename ".repeat(5_001);
    refused(&rig, &format!("{{ {wide} }}"), "COMPLEXITY_LIMIT").await;
    refused(
        &rig,
        &format!("{{ __typename {} }}", "@include(if: true) ".repeat(100)),
        "GRAPHQL_VALIDATION_FAILED",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn introspection_serves_editors_but_not_circles() {
    let rig = Rig::new(config(), &[sold()]).await;
    let data = rig.data(INTROSPECTION, json!({})).await;
    let types = data["__schema"]["types"].as_array().unwrap();
    assert!(types.iter().any(|ty| ty["name"] == "ShopSold"));
    let circle = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    refused(&rig, circle, "INTROSPECTION_LIMIT").await;
    let many: Vec<String> = (0..5)
        .map(|i| format!("a{i}: __schema {{ types {{ name }} }}"))
        .collect();
    refused(&rig, &format!("{{ {} }}", many.join(" ")), "COMPLEXITY_LIMIT").await;

    let closed = Rig::new(
        ApiConfig {
            introspection: false,
            ..config()
        },
        &[sold()],
    )
    .await;
    let (code, _) = closed
        .error("{ __schema { queryType { name } } }", json!({}))
        .await;
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED");
    let (_, message) = closed.error("{ shopSolt { totalCount } }", json!({})).await;
    assert!(
        !message.contains("shopSold"),
        "a suggestion gives the schema away: {message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_statements_end_with_a_timeout() {
    let rig = Rig::new(
        ApiConfig {
            statement_timeout_ms: 200,
            ..config()
        },
        &[sold()],
    )
    .await;
    slow_view(&rig).await;
    let (status, answer) = rig.post("{ shopSold { nodes { id } } }", json!({})).await;
    assert_eq!(
        (status.as_u16(), &answer["errors"][0]["extensions"]["code"]),
        (504, &json!("TIMEOUT"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_requests_end_with_a_timeout() {
    let rig = Rig::new(
        ApiConfig {
            request_timeout_ms: 200,
            ..config()
        },
        &[sold()],
    )
    .await;
    slow_view(&rig).await;
    let (status, answer) = rig.post("{ shopSold { nodes { id } } }", json!({})).await;
    assert_eq!(
        (status.as_u16(), &answer["errors"][0]["extensions"]["code"]),
        (504, &json!("TIMEOUT"))
    );
}

async fn slow_view(rig: &Rig) {
    insert_sold(rig, 1, 0, &[]).await;
    execute(
        &rig.pool,
        "create or replace view events.shop_sold as select t.*, pg_sleep(3)::text as finality from data.shop_sold t".into(),
    )
    .await;
}

#[test]
fn limits_that_make_no_sense_are_refused_by_name() {
    let bad = |change: fn(&mut ApiConfig)| {
        let mut config = ApiConfig::default();
        change(&mut config);
        config.validate().unwrap_err().to_string()
    };
    assert_eq!(
        bad(|c| c.max_page_size = 0),
        "[api] max_page_size = 0: it must be 1 to 100000"
    );
    assert_eq!(
        bad(|c| c.default_page_size = 1001),
        "[api] default_page_size = 1001: it must be 1 to max_page_size"
    );
    assert_eq!(
        bad(|c| c.statement_timeout_ms = 0),
        "[api] statement_timeout_ms = 0: it must be 1 to 2147483647"
    );
    assert!(bad(|c| c.max_depth = 0).contains("max_depth"));
    assert!(bad(|c| c.max_complexity = 0).contains("max_complexity"));
    assert!(bad(|c| c.max_body_bytes = 0).contains("max_body_bytes"));
    assert!(bad(|c| c.catalog_poll_ms = 0).contains("catalog_poll_ms"));
    assert!(bad(|c| c.request_timeout_ms = u64::MAX).contains("request_timeout_ms"));
    let unknown = serde_json::from_value::<ApiConfig>(json!({ "max_dept": 3 }))
        .unwrap_err()
        .to_string();
    assert!(unknown.contains("unknown field `max_dept`"), "{unknown}");
    assert_eq!(
        serde_json::from_value::<ApiConfig>(json!({})).unwrap(),
        ApiConfig::default()
    );
}
