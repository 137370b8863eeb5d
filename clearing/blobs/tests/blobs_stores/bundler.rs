//! Against a server that checks data items and their signatures, and finds them by tag and signer.

use crate::{
    common::{
        LIMIT, blob, ready,
        server::{Fault, Server},
    },
    conformance::{does_not_think_it_wrote, is_not_fooled, keeps_blobs},
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use novate_blobs::{
    BlobStore, StoreError, Writes,
    bundler::{Bundler, CID_TAG, Places, item},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha384};
use std::sync::{Arc, Mutex};

/// The first secret key of RFC 8032, section 7.1.
const SECRET: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

/// What `arbundles` 1.0.4 (`SolanaSigner`, `createData`, `sign`) makes of the bytes `a receipt` with this key and these tags.
const ID: &str = "6u1PcUldemdtmtQD1Io89eD5rXgU7fHXLf60jBP_rKk";
const ITEM: &str = "020065e9d160ba339078c30d04ebaf5280d6f8d09bed4368dfed40ac72dba2586f97200a97c4bfd0aabbc392e6bcff73613acf99\
da836aab61b12751e176900ac007d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a000003000000000000007d0000000000\
00000618436f6e74656e742d54797065306170706c69636174696f6e2f6f637465742d73747265616d10495046532d434944766261666b72656968647764\
63656667683464716b6a763637757a636d77376f6a6565367865647a6465746f6a757a6a657674656e78717576796b75104170702d4e616d650c4e6f7661\
746500612072656365697074";

fn key() -> SigningKey {
    let secret: [u8; 32] = hex::decode(SECRET).unwrap().try_into().unwrap();
    SigningKey::from_bytes(&secret)
}

#[test]
fn items_are_those_of_arbundles() {
    let tags = [
        ("Content-Type", "application/octet-stream"),
        (
            CID_TAG,
            "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
        ),
        ("App-Name", "Novate"),
    ];
    let item = item::sign(&key(), &tags, b"a receipt");
    assert_eq!(hex::encode(&item.bytes), ITEM);
    assert_eq!(item.id, ID);
}

/// An item as the network holds it.
#[derive(Clone)]
struct Held {
    id: String,
    owner: String,
    cid: String,
    data: Vec<u8>,
}

#[derive(Clone, Default)]
struct Network {
    items: Arc<Mutex<Vec<Held>>>,
    answers_another_id: bool,
    out_of_money: bool,
}

/// Arweave's deep hash, of nested lists as the specification has it.
enum Deep<'a> {
    Blob(&'a [u8]),
    List(&'a [Deep<'a>]),
}

fn deep_hash(deep: &Deep<'_>) -> Vec<u8> {
    let sha = |bytes: &[u8]| Sha384::digest(bytes).to_vec();
    match deep {
        Deep::Blob(bytes) => sha(&[sha(format!("blob{}", bytes.len()).as_bytes()), sha(bytes)].concat()),
        Deep::List(all) => all
            .iter()
            .fold(sha(format!("list{}", all.len()).as_bytes()), |acc, next| {
                sha(&[acc, deep_hash(next)].concat())
            }),
    }
}

/// Avro's `long`, and what comes after it.
fn long(bytes: &[u8]) -> (usize, &[u8]) {
    let end = bytes.iter().position(|byte| byte & 0x80 == 0).unwrap();
    let zigzag = bytes[..=end]
        .iter()
        .rev()
        .fold(0, |acc, byte| acc << 7 | usize::from(byte & 0x7f));
    (zigzag >> 1, &bytes[end + 1..])
}

/// Checks an item as a bundler does.
fn read(bytes: &[u8]) -> Held {
    assert_eq!(bytes[..2], [2, 0], "Ed25519");
    let (signature, owner) = (&bytes[2..66], &bytes[66..98]);
    assert_eq!(bytes[98..100], [0, 0], "neither target nor anchor");
    let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    let (count, length) = (number(100), number(108));
    let (tags, data) = bytes[116..].split_at(length);
    let parts = [b"dataitem", &b"1"[..], b"2", owner, b"", b"", tags, data].map(Deep::Blob);
    let signer = VerifyingKey::from_bytes(owner.try_into().unwrap()).unwrap();
    let signed = deep_hash(&Deep::List(&parts));
    signer
        .verify_strict(&signed, &Signature::from_slice(signature).unwrap())
        .unwrap();
    let (said, mut rest) = long(tags);
    assert_eq!(said, count);
    let mut texts = vec![];
    for _ in 0..count * 2 {
        let (length, after) = long(rest);
        texts.push(String::from_utf8(after[..length].to_vec()).unwrap());
        rest = &after[length..];
    }
    assert_eq!(rest, [0], "the array ends");
    let cid = texts.chunks(2).find(|tag| tag[0] == CID_TAG).unwrap()[1].clone();
    let name = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(bytes));
    Held {
        id: name(signature),
        owner: name(owner),
        cid,
        data: data.to_vec(),
    }
}

async fn upload(State(network): State<Network>, body: Bytes) -> (StatusCode, Json<Value>) {
    if network.out_of_money {
        return (StatusCode::PAYMENT_REQUIRED, Json(json!("Not enough balance")));
    }
    let item = read(&body);
    let mut id = item.id.clone();
    let mut items = network.items.lock().unwrap();
    if items.iter().any(|held| held.id == id) {
        return (StatusCode::ACCEPTED, Json(json!("Transaction already received")));
    }
    items.insert(0, item);
    if network.answers_another_id {
        id.clone_from(&"another".to_owned());
    }
    (StatusCode::OK, Json(json!({"id": id, "timestamp": 1})))
}

async fn graphql(State(network): State<Network>, Json(body): Json<Value>) -> Json<Value> {
    assert!(body["query"].as_str().unwrap().contains("transactions(first: 5"));
    let variables = &body["variables"];
    let items = network.items.lock().unwrap();
    let found = items
        .iter()
        .filter(|item| variables["cid"][0] == item.cid.as_str());
    let found =
        found.filter(|item| variables["owners"].is_null() || variables["owners"][0] == item.owner.as_str());
    let edges: Vec<Value> = found.map(|item| json!({"node": {"id": item.id}})).collect();
    Json(json!({"data": {"transactions": {"edges": edges}}}))
}

async fn data(State(network): State<Network>, Path(id): Path<String>) -> Result<Vec<u8>, StatusCode> {
    let items = network.items.lock().unwrap();
    let found = items.iter().find(|item| item.id == id);
    found.map(|item| item.data.clone()).ok_or(StatusCode::NOT_FOUND)
}

async fn serve(network: Network) -> Server {
    ready();
    let router = Router::new()
        .route("/tx/solana", post(upload))
        .route("/graphql", post(graphql))
        .route("/{id}", get(data))
        .layer(DefaultBodyLimit::disable())
        .with_state(network);
    Server::start(router).await
}

fn bundler(server: &Server, key: Option<SigningKey>) -> Bundler {
    let places = Places {
        upload: server.url.join("tx/solana").unwrap(),
        graphql: server.url.join("graphql").unwrap(),
        gateway: server.url.clone(),
    };
    Bundler::new("bundler", places, key, Writes::Blobs, LIMIT).unwrap()
}

#[tokio::test]
async fn a_bundler_keeps_blobs() {
    let server = serve(Network::default()).await;
    keeps_blobs(&bundler(&server, Some(key()))).await;
}

#[tokio::test]
async fn a_bundler_that_misbehaves_is_not_believed() {
    let server = serve(Network::default()).await;
    let bundler = bundler(&server, Some(key()));
    let (cid, bytes) = blob(50, 5_000);
    bundler.put(&cid, &bytes).await.unwrap();
    is_not_fooled(&bundler, &server).await;
    does_not_think_it_wrote(&bundler, &server).await;
    server.set(Fault::Endless);
    bundler.put(&cid, &bytes).await.unwrap_err();
}

#[tokio::test]
async fn what_others_tag_with_a_cid_does_not_hide_the_blob() {
    let network = Network::default();
    let server = serve(network.clone()).await;
    let (cid, bytes) = blob(1, 1_000);
    bundler(&server, Some(key())).put(&cid, &bytes).await.unwrap();
    // Newer, tagged alike, and something else.
    let other = SigningKey::from_bytes(&[9; 32]);
    bundler(&server, Some(other))
        .put(&cid, b"something else")
        .await
        .unwrap();
    assert_eq!(network.items.lock().unwrap().len(), 2);
    for reader in [Some(key()), None] {
        let reader = bundler(&server, reader);
        assert_eq!(reader.get(&cid).await.unwrap().as_ref(), Some(&bytes));
    }
    let (absent, _) = blob(2, 1_000);
    let other = SigningKey::from_bytes(&[9; 32]);
    bundler(&server, Some(other))
        .put(&absent, b"something else")
        .await
        .unwrap();
    assert_eq!(
        bundler(&server, None).get(&absent).await.unwrap(),
        None,
        "nobody has it"
    );
    assert_eq!(bundler(&server, Some(key())).head(&absent).await.unwrap(), None);
}

#[tokio::test]
async fn an_item_under_another_id_or_without_money_is_no_copy() {
    let (cid, bytes) = blob(1, 10);
    let server = serve(Network {
        answers_another_id: true,
        ..Network::default()
    })
    .await;
    let error = bundler(&server, Some(key())).put(&cid, &bytes).await.unwrap_err();
    assert!(matches!(error, StoreError::Failed { .. }), "{error}");
    let server = serve(Network {
        out_of_money: true,
        ..Network::default()
    })
    .await;
    let error = bundler(&server, Some(key())).put(&cid, &bytes).await.unwrap_err();
    assert!(error.to_string().contains("top up"), "{error}");
}

#[tokio::test]
async fn without_a_key_it_is_for_reading() {
    let server = serve(Network::default()).await;
    let bundler = bundler(&server, None);
    assert_eq!(bundler.writes(), Writes::Nothing);
    let error = bundler.put(&blob(1, 10).0, &[]).await.unwrap_err();
    assert!(matches!(error, StoreError::Unsupported { .. }), "{error}");
}
