//! What operators ask: alive, ready, how far.

use crate::rig::{Rig, config, create, insert_network, insert_source, sold};
use novate_api::ApiConfig;
use reqwest::StatusCode;
use serde_json::json;

async fn reasons(rig: &Rig) -> String {
    let (status, ready) = rig.get("/ready").await;
    let expected = if ready["ready"] == json!(true) {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    assert_eq!(status, expected, "{ready}");
    assert_eq!(ready["ready"] == json!(true), ready["reasons"] == json!([]));
    ready["reasons"].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn ready_names_every_source_that_is_not_live_and_fresh() {
    let rig = Rig::new(
        ApiConfig {
            ready_max_lag: 10,
            ready_max_staleness: 60,
            ..config()
        },
        &[],
    )
    .await;
    assert!(reasons(&rig).await.contains("no source has ever started"));
    insert_network(&rig, "base", "evm", 100, 90, 80).await;
    insert_source(&rig, "base", "base", "live", "91").await;
    assert_eq!(reasons(&rig).await, "[]");
    for (change, words) in [
        ("next_block = 90", "source base is 11 blocks behind"),
        (
            "updated_at = now() - interval '100 s'",
            "source base has not reported for 100 s",
        ),
        ("state = 'starting'", "source base is starting"),
        (
            "state = 'backfill', next_block = 51",
            "source base is reading history: at block 50, 50 behind",
        ),
        (
            "state = 'backfill', next_block = null",
            "source base is reading history",
        ),
        (
            "state = 'retrying', error = 'connection refused'",
            "source base is retrying: connection refused",
        ),
        (
            "state = 'stopped', error = 'reorg too deep'",
            "source base has stopped: reorg too deep",
        ),
    ] {
        rig.execute(format!("update novate.sources set {change}")).await;
        let found = reasons(&rig).await;
        assert!(found.contains(words), "{change}: {found}");
        rig.execute(
            "update novate.sources set state = 'live', error = null, next_block = 101, updated_at = now()"
                .into(),
        )
        .await;
        assert_eq!(reasons(&rig).await, "[]");
    }
    insert_source(&rig, "other", "base", "stopped", "null").await;
    let found = reasons(&rig).await;
    assert!(
        found.contains("source other has stopped") && !found.contains("source base"),
        "{found}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn status_and_metrics_say_how_far_each_source_is() {
    let rig = Rig::new(config(), &[sold()]).await;
    insert_network(&rig, "base", "evm", 100, 90, 80).await;
    insert_source(&rig, "base", "base", "live", "96").await;
    let (code, status) = rig.get("/status").await;
    assert_eq!(code, StatusCode::OK);
    assert_eq!(
        (&status["tables"], &status["version"]),
        (&json!(1), &json!(env!("CARGO_PKG_VERSION")))
    );
    assert_eq!(
        (&status["networks"][0]["indexed"], &status["networks"][0]["lag"]),
        (&json!(95), &json!(5))
    );
    assert_eq!(
        (&status["sources"][0]["id"], &status["sources"][0]["next_block"]),
        (&json!("base"), &json!(96))
    );

    rig.data("{ shopSold { totalCount } }", json!({})).await;
    let metrics = rig
        .http
        .get(format!("{}/metrics", rig.url))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    for line in [
        "novate_source_last_synced_block{source=\"base\",network=\"base\"} 95",
        "novate_source_blocks_behind{source=\"base\",network=\"base\"} 5",
        "novate_network_head_block{network=\"base\"} 100",
        "novate_http_requests_total{path=\"/graphql\",method=\"POST\",status=\"200\"}",
        "novate_http_request_seconds_bucket{path=\"/graphql\",le=\"0.005\"}",
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_asks_nothing_of_the_database() {
    let pool = sqlx::PgPool::connect_lazy("postgres://nobody:secret@127.0.0.1:1/none").unwrap();
    let rig = Rig::over(config(), pool).await;
    let (status, health) = rig.get("/health").await;
    assert_eq!((status, &health["status"]), (StatusCode::OK, &json!("ok")));
    let (status, answer) = rig.post("{ __typename }", json!({})).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let told = answer.to_string() + &reasons(&rig).await + &rig.get("/status").await.1.to_string();
    for hidden in ["secret", "nobody", "127.0.0.1"] {
        assert!(!told.contains(hidden), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ready_waits_for_tables_that_are_not_served_yet() {
    let rarely = ApiConfig {
        catalog_poll_ms: 3_600_000,
        ..config()
    };
    let rig = Rig::new(rarely, &[]).await;
    insert_network(&rig, "base", "evm", 100, 90, 80).await;
    insert_source(&rig, "base", "base", "live", "101").await;
    assert_eq!(reasons(&rig).await, "[]");
    create(&rig.pool, &[sold()]).await;
    assert!(reasons(&rig).await.contains("about to be served"));
}
