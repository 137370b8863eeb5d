//! Against a server that answers as a Kubo node does (<https://docs.ipfs.tech/reference/kubo/rpc/>): to POST only, errors as
//! status 500 with a message, the added file's CID on a line of JSON.

use crate::{
    common::{
        LIMIT, blob, ready,
        server::{Fault, Server},
    },
    conformance::{does_not_think_it_wrote, is_not_fooled, keeps_blobs},
};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Query, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use novate_blobs::{BlobStore, StoreError, cid_of, kubo::Kubo};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

#[derive(Clone, Default)]
struct Node {
    blobs: Arc<Mutex<HashMap<String, Vec<u8>>>>,
    /// Files are named as by another chunker.
    names_otherwise: bool,
}

type Options = Query<HashMap<String, String>>;
type Answer = Result<Vec<u8>, (StatusCode, String)>;

fn error(message: String) -> (StatusCode, String) {
    let body = format!(r#"{{"Message":"{message}","Code":0,"Type":"error"}}"#);
    (StatusCode::INTERNAL_SERVER_ERROR, body)
}

/// The file in a form of one part, as RFC 2046 has it.
fn file<'a>(headers: &HeaderMap, body: &'a [u8]) -> &'a [u8] {
    let content_type = headers["content-type"].to_str().unwrap();
    let boundary = content_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let body = body.strip_prefix(format!("--{boundary}\r\n").as_bytes()).unwrap();
    let start = body.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let end = format!("\r\n--{boundary}--\r\n");
    let file = body[start..].strip_suffix(end.as_bytes()).unwrap();
    assert!(
        !file
            .windows(boundary.len())
            .any(|part| part == boundary.as_bytes())
    );
    file
}

async fn add(State(node): State<Node>, Query(options): Options, headers: HeaderMap, body: Bytes) -> Answer {
    let told = |key: &str| options.get(key).map(String::as_str);
    assert_eq!(
        (told("cid-version"), told("pin"), told("hash")),
        (Some("1"), Some("true"), Some("sha2-256"))
    );
    assert_eq!(
        (told("raw-leaves"), told("chunker")),
        (Some("true"), Some("size-262144"))
    );
    let file = file(&headers, &body);
    let mut cid = cid_of(file).unwrap().to_string();
    node.blobs.lock().unwrap().insert(cid.clone(), file.to_vec());
    if node.names_otherwise {
        cid = cid_of(b"something else").unwrap().to_string();
    }
    Ok(format!(
        "{{\"Name\":\"blob\",\"Hash\":\"{cid}\",\"Size\":\"{}\"}}\n",
        file.len()
    )
    .into_bytes())
}

async fn cat(State(node): State<Node>, Query(options): Options) -> Answer {
    assert_eq!(
        options["offline"], "true",
        "or the node looks for it in the network"
    );
    let cid = &options["arg"];
    let found = node.blobs.lock().unwrap().get(cid).cloned();
    found.ok_or_else(|| {
        error(format!(
            "block was not found locally (offline): ipld: could not find {cid}"
        ))
    })
}

async fn pin_ls(State(node): State<Node>, Query(options): Options) -> Answer {
    let cid = &options["arg"];
    assert_eq!(options["type"], "recursive");
    match node.blobs.lock().unwrap().contains_key(cid) {
        true => {
            Ok(format!("{{\"Keys\":{{\"{cid}\":{{\"Type\":\"recursive\",\"Name\":\"\"}}}}}}\n").into_bytes())
        }
        false => Err(error(format!("path '{cid}' is not pinned"))),
    }
}

async fn node(node: Node) -> (Server, Kubo) {
    ready();
    let rpc = Router::new()
        .route("/api/v0/add", post(add))
        .route("/api/v0/cat", post(cat))
        .route("/api/v0/pin/ls", post(pin_ls))
        .layer(DefaultBodyLimit::disable())
        .with_state(node);
    let server = Server::start(rpc).await;
    let kubo = Kubo::new("kubo", server.url.clone(), None, LIMIT).unwrap();
    (server, kubo)
}

#[tokio::test]
async fn a_node_keeps_blobs() {
    let (_server, kubo) = node(Node::default()).await;
    keeps_blobs(&kubo).await;
}

#[tokio::test]
async fn a_node_that_misbehaves_is_not_believed() {
    let (server, kubo) = node(Node::default()).await;
    let (cid, bytes) = blob(50, 5_000);
    kubo.put(&cid, &bytes).await.unwrap();
    is_not_fooled(&kubo, &server).await;
    does_not_think_it_wrote(&kubo, &server).await;
}

#[tokio::test]
async fn a_node_that_names_files_otherwise_is_no_copy() {
    let names_otherwise = true;
    let (_server, kubo) = node(Node {
        names_otherwise,
        ..Node::default()
    })
    .await;
    let (cid, bytes) = blob(1, 10);
    let error = kubo.put(&cid, &bytes).await.unwrap_err();
    assert!(matches!(error, StoreError::WrongCid { .. }), "{error}");
}

#[tokio::test]
async fn an_error_of_another_kind_is_not_taken_for_absence() {
    let (server, kubo) = node(Node::default()).await;
    let (cid, _) = blob(1, 10);
    server.set(Fault::Status(500));
    kubo.get(&cid).await.unwrap_err();
    kubo.head(&cid).await.unwrap_err();
    server.set(Fault::Status(404)); // a server that is no Kubo node
    kubo.get(&cid).await.unwrap_err();
    kubo.head(&cid).await.unwrap_err();
}
