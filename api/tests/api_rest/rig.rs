//! A served API with an intake, a session that is alive, and the keys of both.

use alloy::signers::{SignerSync, local::PrivateKeySigner};
use devnet_nodes::{Anvil, AnvilOptions, TestDatabase, postgres::test_database};
use novate_api::{
    ApiConfig,
    rest::{Clearing, Settlement},
    sign_in::nonces::{self, Nonces},
};
use novate_clearing::{
    grants::{EvmGrants, Grants},
    intake::{self, Intake, IntakeConfig, json},
    receipts::Receipts,
    state::{AsOf, NotReady, Sessions},
    store,
};
use novate_netting::{Session, SessionLimit, Signature, SignedIntent};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Action, Intent, Scheme, actions},
};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use sqlx::PgPool;
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::net::TcpListener;

pub const CHAIN: u64 = 31337;
pub const SETTLEMENT: [u8; 32] = Owner::from_evm([0x5e; 20]).0;
pub const ASSET: Asset = Asset::from_evm([0xa5; 20]);
/// What the session may spend.
pub const LIMIT: u128 = 1_000_000;

pub struct Rig {
    pub url: String,
    pub ws: String,
    pub http: reqwest::Client,
    pub pool: PgPool,
    pub owner: PrivateKeySigner,
    pub session: PrivateKeySigner,
    pub anvil: Option<Anvil>,
    _database: TestDatabase,
}

/// The index, which knows one session.
struct Index {
    session: Session,
}

impl Sessions for Index {
    fn session(&self, owner: &Owner, key: &[u8; 32], _: u64) -> Result<Option<Session>, NotReady> {
        let known = *owner == self.session.owner && *key == self.session.key;
        Ok(known.then(|| self.session.clone()))
    }

    fn as_of(&self) -> Result<AsOf, NotReady> {
        Ok(AsOf {
            block: 7,
            head: 9,
            head_time: now(),
            over: 0,
            opened: 0,
            looked_at: u64::MAX,
        })
    }
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

pub fn word(key: &PrivateKeySigner) -> [u8; 32] {
    Owner::from_evm(key.address().into()).0
}

/// A rate that no test comes near.
pub fn unhurried() -> IntakeConfig {
    IntakeConfig {
        session_rate: intake::Rate::new(1_000_000, 1_000_000),
        global_rate: intake::Rate::new(1_000_000, 1_000_000),
        ..IntakeConfig::default()
    }
}

/// Where sessions are granted.
pub struct Contract {
    pub anvil: Option<Anvil>,
    pub grants: Grants,
    pub settlement: [u8; 32],
}

impl Contract {
    /// Nothing is granted in this test: no node is there to ask.
    fn absent() -> Self {
        let nowhere = "http://127.0.0.1:1".parse().unwrap();
        Self {
            anvil: None,
            grants: Grants::Evm(EvmGrants::new(nowhere, CHAIN, [0x5e; 20].into(), None)),
            settlement: SETTLEMENT,
        }
    }
}

impl Rig {
    pub async fn start() -> Self {
        Self::with(unhurried(), Contract::absent()).await
    }

    pub async fn with(config: IntakeConfig, contract: Contract) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let database = test_database().unwrap();
        let pool = PgPool::connect(&database.url).await.unwrap();
        novate_catalog::migrate(&pool).await.unwrap();
        store::migrate(&pool).await.unwrap();
        nonces::migrate(&pool).await.unwrap();
        let (owner, session) = (PrivateKeySigner::random(), PrivateKeySigner::random());
        let index: Arc<dyn Sessions> = Arc::new(Index {
            session: Session {
                owner: Owner(word(&owner)),
                key: word(&session),
                expires_at: now() + 3600,
                actions: actions::PAY | actions::LIST | actions::BUY | actions::CANCEL,
                next_nonce: 0,
                limits: vec![SessionLimit {
                    asset: ASSET,
                    remaining: LIMIT,
                }],
            },
        });
        let id = store::settlements::register(&pool, "evm", CHAIN, &contract.settlement)
            .await
            .unwrap();
        let intake = Intake::start(
            pool.clone(),
            vec![intake::Settlement {
                id,
                chain: CHAIN,
                address: contract.settlement,
                scheme: Scheme::Eip712,
                sessions: index.clone(),
            }],
            config,
        );
        let clearing = Clearing {
            intake,
            settlements: Arc::new([Settlement {
                id,
                name: "evm".to_owned(),
                chain: CHAIN,
                address: contract.settlement,
                scheme: Scheme::Eip712,
                sessions: index,
                grants: contract.grants,
            }]),
            receipts: Receipts::new(&pool),
            nonces: Nonces::new(pool.clone()),
            domains: Arc::new(["app.example.org".to_owned()]),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = novate_api::router(&ApiConfig::default(), &pool, Some(clearing))
            .await
            .unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url: format!("http://{address}"),
            ws: format!("ws://{address}"),
            http: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(30))
                .build()
                .unwrap(),
            pool,
            owner,
            session,
            anvil: contract.anvil,
            _database: database,
        }
    }

    /// A signed payment, as JSON.
    pub fn pay(&self, nonce: u64, amount: u128) -> Value {
        self.signed(
            nonce,
            Action::Pay {
                to: Owner::from_evm([9; 20]),
                asset: ASSET,
                amount,
                order: [0; 32],
            },
        )
    }

    /// A signed intent, as JSON.
    pub fn signed(&self, nonce: u64, action: Action) -> Value {
        let created_at = now();
        let intent = Intent {
            chain: CHAIN,
            settlement: SETTLEMENT,
            owner: Owner(word(&self.owner)),
            session: word(&self.session),
            nonce,
            created_at,
            expires_at: created_at + 600,
            action,
        };
        let signature = self
            .session
            .sign_hash_sync(&intent.digest_eip712().into())
            .unwrap();
        let signature = Signature::Eip712(signature.as_bytes());
        Value::Object(json::write(&SignedIntent { intent, signature }))
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        read(self.http.get(format!("{}{path}", self.url)).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        read(
            self.http
                .post(format!("{}{path}", self.url))
                .json(body)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    /// Sends any bytes as this media type.
    pub async fn send(&self, media_type: &str, body: impl Into<reqwest::Body>) -> (StatusCode, Value) {
        let request = self.http.post(format!("{}/api/intents", self.url));
        read(
            request
                .header("content-type", media_type)
                .body(body)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    pub async fn stored(&self) -> i64 {
        sqlx::query_scalar("select count(*) from clearing.intents")
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }
}

pub async fn read(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// An anvil for those who grant sessions.
pub fn anvil() -> Anvil {
    Anvil::start(AnvilOptions::default()).unwrap()
}
