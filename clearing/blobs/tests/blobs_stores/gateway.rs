use crate::{
    common::{
        LIMIT, blob, ready,
        server::{Fault, Server},
    },
    conformance::is_not_fooled,
};
use axum::{Router, extract::Path, http::StatusCode, response::Redirect, routing::get};
use novate_blobs::{BlobStore, Head, StoreError, Writes, gateway::Gateway};

async fn ipfs(Path(cid): Path<String>) -> Result<Vec<u8>, StatusCode> {
    let held = [blob(50, 5_000), blob(2, LIMIT), blob(3, LIMIT + 1)];
    let found = held.into_iter().find(|(held, _)| held.to_string() == cid);
    found.map(|(_, bytes)| bytes).ok_or(StatusCode::NOT_FOUND)
}

async fn gateway() -> (Server, Gateway) {
    ready();
    let moved = |Path(cid): Path<String>| async move { Redirect::temporary(&format!("/ipfs/{cid}")) };
    let router = Router::new()
        .route("/ipfs/{cid}", get(ipfs))
        .route("/old/ipfs/{cid}", get(moved));
    let server = Server::start(router).await;
    let gateway = Gateway::new("gateway", server.url.clone(), LIMIT).unwrap();
    (server, gateway)
}

#[tokio::test]
async fn a_gateway_gives_blobs_and_takes_none() {
    let (_server, gateway) = gateway().await;
    let (cid, bytes) = blob(50, 5_000);
    assert_eq!(gateway.get(&cid).await.unwrap().as_ref(), Some(&bytes));
    assert_eq!(
        gateway.head(&cid).await.unwrap(),
        Some(Head { length: Some(5_000) })
    );
    let (absent, _) = blob(51, 5_000);
    assert_eq!(gateway.get(&absent).await.unwrap(), None);
    assert_eq!(gateway.head(&absent).await.unwrap(), None);
    assert_eq!(gateway.writes(), Writes::Nothing);
    let error = gateway.put(&cid, &bytes).await.unwrap_err();
    assert!(matches!(error, StoreError::Unsupported { .. }), "{error}");
}

#[tokio::test]
async fn a_gateway_that_misbehaves_is_not_believed() {
    let (server, gateway) = gateway().await;
    is_not_fooled(&gateway, &server).await;
}

#[tokio::test]
async fn a_redirect_is_followed_and_a_loop_is_left_soon() {
    let (server, gateway) = gateway().await;
    let (cid, bytes) = blob(50, 5_000);
    let old = Gateway::new("old", server.url.join("old").unwrap(), LIMIT).unwrap();
    assert_eq!(old.get(&cid).await.unwrap(), Some(bytes));
    let before = server.requests();
    server.set(Fault::RedirectLoop);
    gateway.get(&cid).await.unwrap_err();
    assert!(server.requests() - before <= 4, "{}", server.requests() - before);
}

#[tokio::test]
async fn the_longest_blob_is_read_and_one_byte_more_is_not() {
    let (_server, gateway) = gateway().await;
    let (cid, bytes) = blob(2, LIMIT);
    assert_eq!(gateway.get(&cid).await.unwrap(), Some(bytes));
    let error = gateway.get(&blob(3, LIMIT + 1).0).await.unwrap_err();
    assert!(
        matches!(error, StoreError::TooLarge { limit: LIMIT, .. }),
        "{error}"
    );
}
