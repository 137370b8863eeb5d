//! The transport: methods, bodies, headers, pages, shutdown.

use crate::rig::{Rig, config, insert_sold, sold};
use novate_api::ApiConfig;
use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

async fn raw(rig: &Rig, content_type: &str, body: impl Into<reqwest::Body>) -> (StatusCode, String) {
    let request = rig
        .http
        .post(format!("{}/graphql", rig.url))
        .header(header::CONTENT_TYPE, content_type)
        .body(body);
    let response = request.send().await.unwrap();
    let status = response.status();
    let answer: Value = response.json().await.unwrap();
    (
        status,
        answer["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or("none")
            .to_owned(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_are_refused_with_the_right_status() {
    let rig = Rig::new(
        ApiConfig {
            max_body_bytes: 1000,
            ..config()
        },
        &[sold()],
    )
    .await;
    let good = r#"{"query": "{ _meta { catalogVersion } }"}"#;
    let expect = |status: u16, code: &str| (StatusCode::from_u16(status).unwrap(), code.to_owned());
    assert_eq!(raw(&rig, "application/json", good).await, expect(200, "none"));
    assert_eq!(
        raw(&rig, "application/json; charset=utf-8", good).await,
        expect(200, "none")
    );
    assert_eq!(
        raw(&rig, "text/plain", good).await,
        expect(415, "UNSUPPORTED_MEDIA_TYPE")
    );
    assert_eq!(
        raw(&rig, "multipart/form-data", good).await,
        expect(415, "UNSUPPORTED_MEDIA_TYPE")
    );
    let batch = format!("  [{good}, {good}]");
    for body in [
        "",
        "{",
        "null",
        "{}",
        "\u{feff}{}",
        r#"{"query": 5}"#,
        r#"{"query": "{a}", "variables": [1]}"#,
        &batch,
    ] {
        assert_eq!(
            raw(&rig, "application/json", body.to_owned()).await,
            expect(400, "BAD_REQUEST"),
            "{body}"
        );
    }
    let long = format!(r#"{{"query": "{{ a }} #{}"}}"#, "x".repeat(1000));
    assert_eq!(
        raw(&rig, "application/json", long).await,
        expect(413, "PAYLOAD_TOO_LARGE")
    );
    assert_eq!(
        raw(&rig, "application/json", vec![0xff_u8; 10]).await,
        expect(400, "BAD_REQUEST")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_operation_is_chosen() {
    let rig = Rig::new(config(), &[sold()]).await;
    let two = "query a { __typename } query b { _meta { __typename } }";
    let post = |name: Value| {
        let body = json!({ "query": two, "operationName": name });
        rig.http.post(format!("{}/graphql", rig.url)).json(&body).send()
    };
    let chosen: Value = post(json!("b")).await.unwrap().json().await.unwrap();
    assert_eq!(chosen, json!({ "data": { "_meta": { "__typename": "Meta" } } }));
    for name in [json!(null), json!("c")] {
        assert_eq!(post(name).await.unwrap().status(), StatusCode::BAD_REQUEST);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_may_come_by_get() {
    let rig = Rig::new(config(), &[sold()]).await;
    insert_sold(&rig, 1, 0, &[]).await;
    let get = |parameters: &[(&str, &str)]| {
        let request = rig.http.get(format!("{}/graphql", rig.url)).query(parameters);
        async { request.send().await.unwrap() }
    };
    let query = "query q($n: Int) { shopSold(first: $n) { totalCount } }";
    let answer = get(&[
        ("query", query),
        ("variables", r#"{"n": 1}"#),
        ("operationName", "q"),
    ])
    .await;
    assert_eq!(
        answer.json::<Value>().await.unwrap()["data"]["shopSold"]["totalCount"],
        1
    );
    assert_eq!(
        get(&[("query", query), ("variables", "{")]).await.status(),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        get(&[("query", "mutation { x }")]).await.status(),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(get(&[]).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_get_graphiql_and_a_console_that_needs_no_cdn() {
    let rig = Rig::new(config(), &[sold()]).await;
    let page = |path: &str| {
        let request = rig
            .http
            .get(format!("{}{path}", rig.url))
            .header(header::ACCEPT, "text/html,*/*;q=0.8");
        async { request.send().await.unwrap() }
    };
    let response = page("/graphql").await;
    assert!(
        response.headers()[header::CONTENT_TYPE]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    let html = response.text().await.unwrap();
    // The parts that we put into the page of the library.
    for part in [
        "React.createElement(GraphiQL",
        "<head><script>setTimeout(",
        "location.replace('/graphql/console');</script></body>",
    ] {
        assert!(html.contains(part), "{part} is missing");
    }
    let console = page("/graphql/console").await.text().await.unwrap();
    assert!(console.contains("fetch('/graphql'"));
    assert!(
        !console.contains("http://") && !console.contains("https://"),
        "the console must load nothing from elsewhere"
    );

    let without = Rig::new(
        ApiConfig {
            graphiql: false,
            ..config()
        },
        &[],
    )
    .await;
    let answer = without
        .http
        .get(format!("{}/graphql", without.url))
        .header(header::ACCEPT, "text/html")
        .send();
    assert_eq!(answer.await.unwrap().status(), StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_may_ask_and_answers_carry_security_headers() {
    let rig = Rig::new(config(), &[sold()]).await;
    let preflight = rig
        .http
        .request(reqwest::Method::OPTIONS, format!("{}/graphql", rig.url))
        .header(header::ORIGIN, "https://dapp.example")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type");
    let preflight = preflight.send().await.unwrap();
    assert_eq!(preflight.status(), StatusCode::OK);
    assert_eq!(preflight.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let response = rig.http.get(format!("{}/health", rig.url)).send().await.unwrap();
    assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(response.headers()[header::X_FRAME_OPTIONS], "DENY");
    assert!(
        response.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap()
            .contains("default-src 'none'")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_paths_and_methods_say_so() {
    let rig = Rig::new(config(), &[]).await;
    let (status, answer) = rig.get("/nope").await;
    assert_eq!(
        (status, &answer["errors"][0]["extensions"]["code"]),
        (StatusCode::NOT_FOUND, &json!("NOT_FOUND"))
    );
    let delete = rig
        .http
        .delete(format!("{}/graphql", rig.url))
        .send()
        .await
        .unwrap();
    assert_eq!(delete.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_lets_running_requests_end() {
    let mut rig = Rig::new(config(), &[sold()]).await;
    insert_sold(&rig, 1, 0, &[]).await;
    rig.execute(
        "create or replace view events.shop_sold as select t.*, 'seen'::text || pg_sleep(0.5) as finality from data.shop_sold t"
            .into(),
    )
    .await;
    let (running, url) = (rig.http.clone(), format!("{}/graphql", rig.url));
    let body = json!({ "query": "{ shopSold { nodes { id } } }" });
    let request = tokio::spawn(async move { running.post(url).json(&body).send().await.unwrap().status() });
    crate::rig::eventually("the statement runs", || async {
        let running: i64 = sqlx::query_scalar(
            "select count(*) from pg_stat_activity where state = 'active' and query like '%events.%' and pid <> pg_backend_pid()",
        )
        .fetch_one(&rig.pool)
        .await
        .unwrap();
        (running > 0).then_some(())
    })
    .await;
    rig.stop.take().unwrap().send(()).unwrap();
    assert_eq!(request.await.unwrap(), StatusCode::OK);
    rig.server.take().unwrap().await.unwrap().unwrap();
    assert!(
        rig.http.get(format!("{}/health", rig.url)).send().await.is_err(),
        "it still listens"
    );
}

/// A client that announces a body and sends only the beginning of it.
async fn half_a_request(rig: &Rig) -> TcpStream {
    let address = rig.url.strip_prefix("http://").unwrap();
    let mut client = TcpStream::connect(address).await.unwrap();
    let head =
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    client.write_all(head.as_bytes()).await.unwrap();
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let rig = Rig::new(
        ApiConfig {
            request_timeout_ms: 200,
            ..config()
        },
        &[sold()],
    )
    .await;
    let mut client = half_a_request(&rig).await;
    let mut answer = String::new();
    // The connection ends as well: what would come next is the rest of the body.
    let read = tokio::time::timeout(Duration::from_secs(5), client.read_to_string(&mut answer));
    read.await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains(r#""code":"REQUEST_TIMEOUT""#), "{answer}");
    rig.data("{ _meta { catalogVersion } }", json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_does_not_wait_for_a_body_that_does_not_come() {
    let mut rig = Rig::new(config(), &[sold()]).await;
    let _client = half_a_request(&rig).await;
    // Answered on a later connection, so the first one is served by now.
    rig.data("{ _meta { catalogVersion } }", json!({})).await;
    let asked = Instant::now();
    rig.stop.take().unwrap().send(()).unwrap();
    rig.server.take().unwrap().await.unwrap().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
}
