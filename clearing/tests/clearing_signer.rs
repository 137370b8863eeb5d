//! The signer canister itself, on a local IC node, called as the service calls it.

use alloy::{primitives::Address, primitives::Signature};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use candid::{CandidType, Decode, Encode, Nat, Principal};
use devnet_nodes::IcNode;
use ic_agent::{Agent, Identity, identity::BasicIdentity};
use novate_bindings::{
    artifacts,
    icp::{AssetLimit, BatchRefusal, BatchRequest, Chain, InitArgs, Refusal, Role, Settlement},
};
use novate_clearing::{
    secret::Secret,
    signer::{
        Canister, CanisterConfig, MAX_MESSAGE_BYTES, RootKey, Signer, SignerError, fits, message_bytes,
    },
};
use novate_protocol::{
    batch::BatchHeader,
    eip712::Domain,
    ids::{Asset, Owner},
    leaf::DeltaLeaf,
    merkle::Tree,
};
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Instant, SystemTime, UNIX_EPOCH},
};
use tempfile::NamedTempFile;

const CHAIN: u64 = 31337;
const SETTLEMENT: [u8; 20] = [0x5e; 20];
const MAX_PER_BATCH: u64 = 1_000;
const CYCLES: u128 = 1_000_000_000_000_000;
const CREDITS: u128 = 1_000_000_000_000;
/// PKCS#8 of an Ed25519 key (RFC 8410); the seed is all sevens.
const IDENTITY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH
-----END PRIVATE KEY-----
";

struct World {
    node: IcNode,
    signer: Principal,
    admin: Agent,
    pem: NamedTempFile,
}

impl World {
    /// A signer that signs batches of one settlement and asset for the identity above.
    async fn start() -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let node = IcNode::start().await.unwrap();
        let identity = BasicIdentity::from_raw_key(&[1; 32]);
        let init = InitArgs {
            admin: identity.sender().unwrap(),
            key_name: "dfx_test_key".into(),
        };
        let admin = node.agent(identity).unwrap();
        let signer = node.create_canister(&admin, CYCLES).await.unwrap();
        node.install(&admin, signer, artifacts::SIGNER_WASM, Encode!(&init).unwrap())
            .await
            .unwrap();
        let mut pem = NamedTempFile::new().unwrap();
        pem.write_all(IDENTITY.as_bytes()).unwrap();
        let world = Self {
            node,
            signer,
            admin,
            pem,
        };
        let operator = world.client().operator();
        world
            .set("set_role", Encode!(&operator, &Role::Operator, &true).unwrap())
            .await;
        let granted: Result<Nat, Refusal> = world
            .update("grant_credits", Encode!(&operator, &Nat::from(CREDITS)).unwrap())
            .await;
        granted.unwrap();
        let limit = AssetLimit {
            asset: ByteBuf::from(word(0xa5)),
            max_per_batch: Nat::from(MAX_PER_BATCH),
            max_per_day: Nat::from(100 * MAX_PER_BATCH),
        };
        let settlement = Settlement {
            chain: Chain::Evm(CHAIN),
            address: ByteBuf::from(SETTLEMENT.to_vec()),
            assets: vec![limit],
            max_deltas: 100,
            max_items: 0,
            max_intents: 100,
            next_sequence: None,
            hours: None,
            collections: None,
            max_items_per_day: None,
        };
        world.set("allow_settlement", Encode!(&settlement).unwrap()).await;
        world
    }

    fn config(&self) -> CanisterConfig {
        let identity = Secret::File(self.pem.path().to_owned());
        let mut config = CanisterConfig::new(self.node.url().into(), self.signer, identity);
        config.root_key = RootKey::Der(self.node.root_key().to_vec());
        config.timeout_seconds = 20;
        config
    }

    fn client(&self) -> Canister {
        Canister::new(&self.config()).unwrap()
    }

    async fn set(&self, method: &str, arg: Vec<u8>) {
        let done: Result<(), Refusal> = self.update(method, arg).await;
        done.unwrap();
    }

    async fn update<T: CandidType + DeserializeOwned>(&self, method: &str, arg: Vec<u8>) -> T {
        let reply = self
            .admin
            .update(&self.signer, method)
            .with_arg(arg)
            .call_and_wait()
            .await
            .unwrap();
        Decode!(&reply, T).unwrap()
    }
}

/// An EVM address as a word.
fn word(byte: u8) -> [u8; 32] {
    Address::repeat_byte(byte).into_word().0
}

/// A batch in which one owner pays `amount`, in `pairs` of debits and credits.
fn batch(sequence: u64, amount: i128, pairs: u32) -> (BatchHeader, BatchRequest) {
    let delta = |index, owner, amount: i128| DeltaLeaf {
        index,
        owner: Owner(owner),
        asset: Asset(word(0xa5)),
        session: if amount < 0 { word(0x5e) } else { [0; 32] },
        amount,
    };
    let numbered = |tag: u8, n: u32| {
        let mut owner = word(tag);
        owner[28..].copy_from_slice(&n.to_be_bytes());
        owner
    };
    let debits = (0..pairs).map(|n| delta(n, numbered(1, n), -amount));
    let credits = (0..pairs).map(|n| delta(pairs + n, numbered(2, n), amount));
    let deltas: Vec<DeltaLeaf> = debits.chain(credits).collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut settlement = [0; 32];
    settlement[12..].copy_from_slice(&SETTLEMENT);
    let header = BatchHeader {
        chain: CHAIN,
        settlement,
        sequence,
        intents_root: [7; 32],
        deltas_root: Tree::new(deltas.iter().map(DeltaLeaf::hash).collect()).root(),
        items_root: [0; 32],
        blob_cid: [1; 36],
        intent_count: 1,
        delta_count: deltas.len() as u32,
        item_count: 0,
        opened_at: now - 1,
    };
    let mut id = [0; 32];
    id[..8].copy_from_slice(&sequence.to_be_bytes());
    let request = BatchRequest::new(id, Chain::Evm(CHAIN), &header, &deltas, &[]);
    (header, request)
}

#[tokio::test]
async fn same_request_has_the_same_signature_and_costs_once() {
    let world = World::start().await;
    let client = world.client();
    let before = client.credits().await.unwrap();
    assert_eq!(before.left, CREDITS);
    assert!(before.evm_price > 0 && before.solana_price > 0, "{before:?}");
    let (header, request) = batch(1, 10, 2);
    let id: [u8; 32] = request.id.as_slice().try_into().unwrap();
    assert!(!client.accepted(id).await.unwrap());

    let signed = client.sign_batch(request.clone()).await.unwrap();
    let digest = header.digest_eip712(&Domain::settlement(CHAIN, SETTLEMENT));
    assert_eq!(*signed.digest, digest);
    let signature = Signature::from_raw(&signed.signature).unwrap();
    let signer = signature.recover_address_from_prehash(&digest.into()).unwrap();
    assert_eq!(signer.to_checksum(None), signed.signer);
    assert!(client.accepted(id).await.unwrap());

    // Also from a client that was started anew.
    assert_eq!(world.client().sign_batch(request).await.unwrap(), signed);
    let after = client.credits().await.unwrap();
    assert_eq!(after.left, before.left - before.evm_price);
}

#[tokio::test]
async fn refusals_are_told_as_they_are() {
    let world = World::start().await;
    let client = world.client();
    let refused = async |request: BatchRequest| match client.sign_batch(request).await.unwrap_err() {
        SignerError::Refused(refusal) => *refusal,
        other => panic!("{other}"),
    };
    let (_, above) = batch(1, i128::from(MAX_PER_BATCH) + 1, 1);
    let refusal = refused(above).await;
    assert!(
        matches!(refusal, Refusal::Batch(BatchRefusal::AboveBatchMaximum { .. })),
        "{refusal}"
    );
    let refusal = refused(batch(2, 1, 1).1).await;
    assert!(
        matches!(
            refusal,
            Refusal::OutOfTurn {
                expected: 1,
                given: 2
            }
        ),
        "{refusal}"
    );
    world.set("pause", Encode!().unwrap()).await;
    assert_eq!(refused(batch(1, 1, 1).1).await, Refusal::Paused);
    world.set("resume", Encode!().unwrap()).await;
    client.sign_batch(batch(1, 1, 1).1).await.unwrap();
}

#[tokio::test]
async fn batch_that_no_message_can_hold_is_not_sent() {
    let world = World::start().await;
    let (_, request) = batch(1, 10, 12_000);
    let bytes = message_bytes(&request).unwrap();
    assert!(bytes > MAX_MESSAGE_BYTES && !fits(&request), "{bytes}");
    let refused = world.client().sign_batch(request).await.unwrap_err();
    let SignerError::TooLarge {
        deltas, items, limit, ..
    } = &refused
    else {
        panic!("{refused}")
    };
    assert_eq!((*deltas, *items, *limit), (24_000, 0, MAX_MESSAGE_BYTES));
    assert!(refused.to_string().contains("make smaller batches"), "{refused}");

    // What fits arrives at the canister, which has an opinion about it.
    let (_, request) = batch(1, 10, 10_000);
    assert!(fits(&request), "{}", message_bytes(&request).unwrap());
    let refused = world.client().sign_batch(request).await.unwrap_err();
    assert!(matches!(refused, SignerError::Refused(_)), "{refused}");
}

#[tokio::test]
async fn dead_gateway_is_told_within_the_time() {
    let world = World::start().await;
    let mut config = world.config();
    (config.url, config.timeout_seconds) = ("http://127.0.0.1:9".into(), 2);
    let client = Canister::new(&config).unwrap();
    let began = Instant::now();
    let failed = client.sign_batch(batch(1, 1, 1).1).await.unwrap_err();
    assert!(matches!(failed, SignerError::Unavailable(_)), "{failed}");
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    assert!(matches!(client.credits().await, Err(SignerError::Unavailable(_))));
}

#[tokio::test]
async fn certificates_of_another_network_are_not_believed() {
    let world = World::start().await;
    let mut config = world.config();
    config.root_key = RootKey::Mainnet;
    let client = Canister::new(&config).unwrap();
    let (_, request) = batch(1, 1, 1);
    let failed = client.sign_batch(request.clone()).await.unwrap_err();
    assert!(matches!(failed, SignerError::Unavailable(_)), "{failed}");
    assert!(failed.to_string().contains("verification failed"), "{failed}");

    // The node's own key, as it is fetched from this machine.
    config.root_key = RootKey::Fetch;
    Canister::new(&config).unwrap().sign_batch(request).await.unwrap();
}

#[tokio::test]
async fn identity_that_is_none_is_told_without_its_text() {
    let world = World::start().await;
    let mut secret = NamedTempFile::new().unwrap();
    secret.write_all(b"a secret that is no key").unwrap();
    let mut config = world.config();
    config.identity = Secret::File(secret.path().to_owned());
    let refused = Canister::new(&config).err().unwrap().to_string();
    assert!(
        refused.contains("no private key in PEM") && !refused.contains("a secret"),
        "{refused}"
    );
    config.identity = Secret::Env("NOVATE_TEST_NO_SUCH_VARIABLE".into());
    let refused = Canister::new(&config).err().unwrap().to_string();
    assert!(refused.contains("NOVATE_TEST_NO_SUCH_VARIABLE"), "{refused}");
}

/// A gateway that loses the first answers: it passes the request on and says 503.
#[tokio::test]
async fn answer_that_is_lost_is_asked_for_again() {
    let world = World::start().await;
    let lost = Arc::new(AtomicU32::new(2));
    let url = gateway(world.node.url().to_owned(), lost.clone()).await;
    let mut config = world.config();
    config.url = url;
    let client = Canister::new(&config).unwrap();
    let (_, request) = batch(1, 1, 1);
    let signed = client.sign_batch(request.clone()).await.unwrap();
    assert_eq!(lost.load(Ordering::SeqCst), 0, "two answers were lost");
    assert_eq!(world.client().sign_batch(request).await.unwrap(), signed);
    let credits = world.client().credits().await.unwrap();
    assert_eq!(credits.left, CREDITS - credits.evm_price, "charged once");
}

#[derive(Clone)]
struct Gateway {
    target: String,
    http: reqwest::Client,
    lost: Arc<AtomicU32>,
}

async fn gateway(target: String, lost: Arc<AtomicU32>) -> String {
    let state = Gateway {
        target,
        http: reqwest::Client::new(),
        lost,
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(pass).with_state(state);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

async fn pass(State(gateway): State<Gateway>, method: Method, uri: Uri, body: Bytes) -> Response {
    let url = format!("{}{}", gateway.target, uri.path());
    let request = gateway
        .http
        .request(method, url)
        .header("content-type", "application/cbor")
        .body(body);
    let answer = request.send().await.unwrap();
    let (status, answer) = (answer.status(), answer.bytes().await.unwrap());
    let lose = |left: u32| left.checked_sub(1);
    if uri.path().ends_with("/call")
        && gateway
            .lost
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, lose)
            .is_ok()
    {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let status = StatusCode::from_u16(status.as_u16()).unwrap();
    (status, [("content-type", "application/cbor")], answer).into_response()
}
