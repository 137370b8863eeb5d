//! Against an S3 server that checks signatures: `s3s-fs`.

use crate::{
    common::{LIMIT, blob, ready, server::Server},
    conformance::{does_not_think_it_wrote, is_not_fooled, keeps_blobs},
};
use axum::{Router, error_handling::HandleError, http::StatusCode};
use novate_blobs::{
    BlobStore, StoreError,
    s3::{Place, S3},
};
use rusty_s3::Credentials;
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;

const KEY: &str = "novate";
const SECRET: &str = "a secret of the tests";

/// A server with the bucket `blobs`.
async fn server() -> (Server, TempDir) {
    ready();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("blobs")).unwrap();
    let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
    service.set_auth(SimpleAuth::from_single(KEY, SECRET));
    let service = HandleError::new(service.build(), async |error: s3s::HttpError| {
        (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:?}"))
    });
    (
        Server::start(Router::new().fallback_service(service)).await,
        folder,
    )
}

fn bucket(server: &Server, bucket: &str, secret: &str) -> S3 {
    let place = Place {
        endpoint: server.url.clone(),
        region: "us-east-1".to_owned(),
        bucket: bucket.to_owned(),
        prefix: "batches/".to_owned(),
    };
    S3::new("s3", place, Credentials::new(KEY, secret), LIMIT).unwrap()
}

#[tokio::test]
async fn a_bucket_keeps_blobs() {
    let (server, folder) = server().await;
    keeps_blobs(&bucket(&server, "blobs", SECRET)).await;
    let (cid, _) = blob(2, 1);
    assert!(folder.path().join(format!("blobs/batches/{cid}")).exists());
}

#[tokio::test]
async fn a_server_that_misbehaves_is_not_believed() {
    let (server, _folder) = server().await;
    let s3 = bucket(&server, "blobs", SECRET);
    let (cid, bytes) = blob(50, 5_000);
    s3.put(&cid, &bytes).await.unwrap();
    is_not_fooled(&s3, &server).await;
    does_not_think_it_wrote(&s3, &server).await;
}

#[tokio::test]
async fn an_object_that_was_changed_in_the_bucket_is_found_and_written_over() {
    let (server, folder) = server().await;
    let s3 = bucket(&server, "blobs", SECRET);
    let (cid, bytes) = blob(1, 1_000);
    s3.put(&cid, &bytes).await.unwrap();
    std::fs::write(folder.path().join(format!("blobs/batches/{cid}")), "changed").unwrap();
    let error = s3.get(&cid).await.unwrap_err();
    assert!(matches!(error, StoreError::WrongBytes { .. }), "{error}");
    s3.put(&cid, &bytes).await.unwrap();
    assert_eq!(s3.get(&cid).await.unwrap(), Some(bytes));
}

#[tokio::test]
async fn a_wrong_secret_is_an_error_that_says_so_and_not_absence() {
    let (server, _folder) = server().await;
    let s3 = bucket(&server, "blobs", "wrong");
    let (cid, bytes) = blob(1, 10);
    let refused = [
        s3.put(&cid, &bytes).await.err(),
        s3.get(&cid).await.err(),
        s3.head(&cid).await.err(),
    ];
    for error in refused.map(Option::unwrap) {
        assert!(matches!(error, StoreError::Failed { .. }), "{error}");
        let said = error.to_string();
        assert!(
            said.contains("403 Forbidden") && !said.contains("X-Amz-Signature"),
            "{said}"
        );
    }
}

/// The local server makes buckets as it is written to, so this answer is as S3's documentation has it.
#[tokio::test]
async fn a_missing_bucket_is_an_error_and_not_absence() {
    ready();
    let error =
        "<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>";
    let router = Router::new().fallback(move || async move { (StatusCode::NOT_FOUND, error) });
    let server = Server::start(router).await;
    let s3 = bucket(&server, "none", SECRET);
    let error = s3.get(&blob(1, 10).0).await.unwrap_err();
    assert!(error.to_string().contains("NoSuchBucket"), "{error}");
}

#[tokio::test]
async fn no_error_tells_the_signed_address() {
    let (server, _folder) = server().await;
    let s3 = bucket(&server, "blobs", SECRET);
    drop(server);
    let said = s3.get(&blob(1, 10).0).await.unwrap_err().to_string();
    assert!(!said.contains("X-Amz") && !said.contains("http://"), "{said}");
}
