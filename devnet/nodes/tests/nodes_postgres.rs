//! Postgres starts, serves, and leaves nothing behind.

use devnet_nodes::{Postgres, postgres};
use sqlx::{Connection, PgConnection};

#[tokio::test]
async fn a_cluster_serves_and_is_removed() {
    let postgres = Postgres::temporary().unwrap();
    let mut connection = PgConnection::connect(postgres.url()).await.unwrap();
    let one: i32 = sqlx::query_scalar("select 1")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(one, 1);
}
#[tokio::test]
async fn t2() {
    let a = postgres::test_database().unwrap();
    let b = postgres::test_database().unwrap();
    assert_ne!(a.url, b.url);
}
