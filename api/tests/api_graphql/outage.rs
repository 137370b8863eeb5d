//! Postgres goes away and comes back.

use crate::rig::{Rig, config, create, eventually, sold};
use devnet_nodes::postgres::{Postgres, Settings};
use serde_json::json;
use sqlx::PgPool;

#[tokio::test(flavor = "multi_thread")]
async fn queries_say_503_while_postgres_is_down_and_work_again_after() {
    let parent = Postgres::default_folder().parent().unwrap().to_owned();
    std::fs::create_dir_all(&parent).unwrap();
    let folder = tempfile::tempdir_in(parent).unwrap();
    let start = |port| Postgres::persistent(folder.path(), Settings { port }).unwrap();
    let postgres = start(0);
    let url: reqwest::Url = postgres.url().parse().unwrap();
    let port = url.port().unwrap();
    let pool = PgPool::connect(postgres.url()).await.unwrap();
    novate_catalog::migrate(&pool).await.unwrap();
    create(&pool, &[sold()]).await;
    let rig = Rig::over(config(), pool).await;
    let query = "{ shopSold { totalCount nodes { id } } }";
    rig.data(query, json!({})).await;

    drop(postgres);
    let response = rig
        .http
        .post(format!("{}/graphql", rig.url))
        .json(&json!({ "query": query }))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status().as_u16(), 503);
    assert_eq!(response.headers()["retry-after"], "1");
    let answer: serde_json::Value = response.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE");
    let (status, ready) = rig.get("/ready").await;
    assert_eq!(status.as_u16(), 503);
    assert!(
        ready["reasons"][0]
            .as_str()
            .unwrap()
            .contains("the database does not answer"),
        "{ready}"
    );
    let metrics = rig.http.get(format!("{}/metrics", rig.url)).send().await.unwrap();
    assert!(metrics.status().is_success());
    // What needs no database is answered all the same.
    assert!(rig.get("/health").await.0.is_success());
    rig.data("{ __schema { queryType { name } } }", json!({})).await;

    let _postgres = start(port);
    eventually("an answer", || async {
        rig.post(query, json!({})).await.0.is_success().then_some(())
    })
    .await;
}
