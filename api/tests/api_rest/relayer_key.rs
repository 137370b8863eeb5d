//! The relayer's account is nobody's who sends transactions of the clearing service.

use alloy::signers::local::PrivateKeySigner;
use devnet_nodes::postgres::test_database;
use novate_api::rest::{Clearing, OpenError};
use novate_clearing::config::{self, ClearingConfig, Network};
use serde_json::json;
use sqlx::PgPool;
use std::{fs, path::Path};
use tokio_util::sync::CancellationToken;

fn config(folder: &Path, relayer: &str) -> Result<config::Clearing, String> {
    let section = json!({
        "signer": { "url": "https://icp-api.io", "canister": "rrkah-fqaaa-aaaaa-aaaaq-cai", "identity": { "file": "operator.pem" } },
        "blobs": { "copies": 1, "stores": [{ "kind": "disk", "path": "blobs" }] },
        "settlements": [{
            "name": "main", "network": "ethereum", "contract": "settlement", "sessions": "session_keys",
            "address": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "chain_id": 1,
            "payer": { "file": "payer.key" }, "relayer": { "file": relayer },
            "fees": { "owner": "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359" },
        }],
    });
    let network = Network {
        name: "ethereum".into(),
        kind: "evm".into(),
        rpc: vec!["http://127.0.0.1:1".into()],
    };
    let contracts = ["settlement", "session_keys"].map(|name| (name.to_owned(), "ethereum".to_owned()));
    let section: ClearingConfig = serde_json::from_value(section).map_err(|error| error.to_string())?;
    let resolved = section.resolve(folder, &[network], &contracts);
    resolved.map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relayer_that_is_the_payer_is_refused_at_start() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let folder = tempfile::tempdir().unwrap();
    let error = config(folder.path(), "payer.key").unwrap_err();
    assert!(error.contains("relayer is the payer's key"), "{error}");

    // The same key in another file, and in another spelling.
    let key = PrivateKeySigner::random();
    let text = format!("{:x}", key.to_bytes());
    fs::write(folder.path().join("payer.key"), format!("0x{text}\n")).unwrap();
    fs::write(folder.path().join("relayer.key"), &text).unwrap();
    let config = config(folder.path(), "relayer.key").unwrap();
    assert_eq!(config.settlements[0].relayer_grants_per_day, 1_000);
    let database = test_database().unwrap();
    let pool = PgPool::connect(&database.url).await.unwrap();
    novate_catalog::migrate(&pool).await.unwrap();
    let cancel = CancellationToken::new();
    let opened = Clearing::open(&config, &pool, &cancel).await;
    assert!(matches!(opened, Err(OpenError::Shared { .. })), "it was opened");
    // Another one is taken, and so is one whose payer's key is not to be read here.
    let other = format!("{:x}", PrivateKeySigner::random().to_bytes());
    fs::write(folder.path().join("relayer.key"), other).unwrap();
    assert!(Clearing::open(&config, &pool, &cancel).await.is_ok());
    fs::remove_file(folder.path().join("payer.key")).unwrap();
    assert!(Clearing::open(&config, &pool, &cancel).await.is_ok());
    cancel.cancel();
}
