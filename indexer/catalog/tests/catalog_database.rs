//! The system tables and event tables in a real Postgres.

use devnet_nodes::{TestDatabase, postgres::test_database};
use novate_catalog::{
    CatalogError, ColumnType, Table, check, migrate, networks, reset, sources, tables, upsert_table,
};
use sqlx::PgPool;

async fn database() -> (TestDatabase, PgPool) {
    let database = test_database().unwrap();
    let pool = PgPool::connect(&database.url).await.unwrap();
    migrate(&pool).await.unwrap();
    (database, pool)
}

fn table(event: &str, ty: ColumnType) -> Table {
    Table::new(
        "anvil",
        "select",
        event,
        [
            ("from", ty, true, Some("sender".into())),
            ("order", ty, false, None),
        ],
    )
    .unwrap()
}

async fn create(pool: &PgPool, table: &Table) -> Result<(), CatalogError> {
    upsert_table(&mut pool.acquire().await.unwrap(), table).await
}

async fn add_network(pool: &PgPool, confirmed: i64, finalized: i64) {
    sqlx::query("insert into novate.networks (name, kind, head, confirmed, finalized) values ('anvil', 'evm', 9, $1, $2)")
        .bind(confirmed)
        .bind(finalized)
        .execute(pool)
        .await
        .unwrap();
}

#[tokio::test]
async fn migrating_twice_and_at_once_is_migrating() {
    let (_database, pool) = database().await;
    let (one, other) = tokio::join!(migrate(&pool), migrate(&pool));
    one.unwrap();
    other.unwrap();
    assert!(networks(&pool).await.unwrap().is_empty());
    assert!(sources(&pool).await.unwrap().is_empty());
}

#[tokio::test]
async fn checking_tells_versions_apart_and_writes_nothing() {
    let database = test_database().unwrap();
    let options = database.url.parse::<sqlx::postgres::PgConnectOptions>().unwrap();
    let reader = PgPool::connect_with(options.options([("default_transaction_read_only", "on")]))
        .await
        .unwrap();
    let error = check(&reader).await.unwrap_err();
    assert!(matches!(error, CatalogError::NotMigrated(1)), "{error}");
    assert!(error.to_string().contains("novate db migrate"), "{error}");

    let pool = PgPool::connect(&database.url).await.unwrap();
    migrate(&pool).await.unwrap();
    check(&reader).await.unwrap();
    let change = async |statement: &'static str| {
        sqlx::query(statement).execute(&pool).await.unwrap();
        check(&reader).await.unwrap_err()
    };
    let error = change("delete from novate.migrations where version = 2").await;
    assert!(matches!(error, CatalogError::NotMigrated(2)), "{error}");
    let error = change("update novate.migrations set checksum = '' where version = 1").await;
    assert!(matches!(error, CatalogError::EditedMigration(1)), "{error}");
    let error = change("update novate.migrations set version = 9999 where version = 1").await;
    assert!(matches!(error, CatalogError::NewerDatabase(9999)), "{error}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let (_database, pool) = database().await;
    sqlx::query(
        "insert into novate.migrations (version, description, success, checksum, execution_time)
         values (9999, 'later', true, ''::bytea, 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    let error = migrate(&pool).await.unwrap_err();
    assert!(matches!(error, CatalogError::NewerDatabase(9999)), "{error}");
    assert!(error.to_string().contains("newer Novate"), "{error}");
}

#[tokio::test]
async fn an_edited_migration_is_refused() {
    let (_database, pool) = database().await;
    sqlx::query("update novate.migrations set checksum = ''::bytea where version = 1")
        .execute(&pool)
        .await
        .unwrap();
    assert!(matches!(
        migrate(&pool).await,
        Err(CatalogError::EditedMigration(1))
    ));
}

#[tokio::test]
async fn tables_named_by_keywords_are_made_once_and_read_back() {
    let (_database, pool) = database().await;
    let table = table("User", ColumnType::Numeric);
    create(&pool, &table).await.unwrap();
    create(&pool, &table).await.unwrap();
    assert_eq!(tables(&pool).await.unwrap(), std::slice::from_ref(&table));
    let rows: Vec<(String,)> = sqlx::query_as("select \"from\"::text from events.\"select_user\"")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert!(rows.is_empty());
}

#[tokio::test]
async fn every_column_type_is_one_of_postgres() {
    let (_database, pool) = database().await;
    use ColumnType::{Bool, Bytes, Int, Json, Numeric, Text, Timestamp};
    for (i, ty) in [Bool, Int, Numeric, Text, Bytes, Json, Timestamp]
        .into_iter()
        .enumerate()
    {
        create(&pool, &table(&format!("E{i}"), ty)).await.unwrap();
    }
    assert_eq!(tables(&pool).await.unwrap().len(), 7);
}

#[tokio::test]
async fn a_table_with_other_columns_is_refused_with_both() {
    let (_database, pool) = database().await;
    create(&pool, &table("Sent", ColumnType::Int)).await.unwrap();
    let error = create(&pool, &table("Sent", ColumnType::Numeric))
        .await
        .unwrap_err();
    assert!(matches!(error, CatalogError::ColumnsChanged { .. }), "{error}");
    assert!(error.to_string().contains("from bigint"), "{error}");
    assert!(error.to_string().contains("from numeric"), "{error}");
}

#[tokio::test]
async fn another_event_under_the_same_name_is_refused() {
    let (_database, pool) = database().await;
    create(&pool, &Table::new("anvil", "a", "bC", []).unwrap())
        .await
        .unwrap();
    let error = create(&pool, &Table::new("anvil", "a_b", "C", []).unwrap())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("a.bC on anvil"), "{error}");
}

#[tokio::test]
async fn a_refused_migration_blocks_nobody() {
    let (_database, pool) = database().await;
    sqlx::query("update novate.migrations set checksum = ''::bytea")
        .execute(&pool)
        .await
        .unwrap();
    migrate(&pool).await.unwrap_err();
    migrate(&pool).await.unwrap_err();
}

#[tokio::test]
async fn long_table_names_have_indexes_of_their_own() {
    let (_database, pool) = database().await;
    for event in ["a".repeat(56), format!("{}b", "a".repeat(55))] {
        create(&pool, &Table::new("anvil", "select", &event, []).unwrap())
            .await
            .unwrap();
    }
    let indexes: i64 = sqlx::query_scalar(
        "select count(*) from pg_indexes where schemaname = 'data' and indexdef like '%(network, block_number,%'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(indexes, 2);
}

#[tokio::test]
async fn finality_follows_the_heads_of_the_network() {
    let (_database, pool) = database().await;
    let finality = async |network: &str, block: i64| -> String {
        sqlx::query_scalar("select novate.finality($1, $2)")
            .bind(network)
            .bind(block)
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    assert_eq!(finality("anvil", 0).await, "seen");
    add_network(&pool, 5, 2).await;
    for (block, expected) in [
        (0, "finalized"),
        (2, "finalized"),
        (3, "confirmed"),
        (5, "confirmed"),
        (6, "seen"),
    ] {
        assert_eq!(finality("anvil", block).await, expected, "block {block}");
    }
    assert_eq!(finality("unknown", 0).await, "seen");
}

#[tokio::test]
async fn reset_leaves_an_empty_database_of_this_version() {
    let (_database, pool) = database().await;
    add_network(&pool, 0, 0).await;
    create(&pool, &table("Sent", ColumnType::Int)).await.unwrap();
    reset(&pool).await.unwrap();
    assert!(networks(&pool).await.unwrap().is_empty());
    assert!(tables(&pool).await.unwrap().is_empty());
    assert!(
        sqlx::query("select 1 from data.select_sent")
            .execute(&pool)
            .await
            .is_err()
    );
}
