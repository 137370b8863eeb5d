//! Two settlements on one database, sessions, and intents that their keys sign.

use devnet_nodes::{TestDatabase, postgres::test_database};
use ed25519_dalek::Signer as _;
use k256::ecdsa::SigningKey;
use novate_clearing::{
    intake::{Accepted, Answer, Intake, IntakeConfig, Rate, Refusal, Settlement},
    state::{AsOf, NotReady, Sessions},
    store,
};
use novate_netting::{Session, SessionLimit, Signature, SignedIntent};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Action, Intent, Scheme, actions},
    keccak::keccak256,
};
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

pub const SOLANA: (u64, [u8; 32]) = (900, [9; 32]);
pub const EVM: (u64, [u8; 20]) = (31_337, [0xee; 20]);
/// What every session may spend of [`asset`].
pub const LIMIT: u128 = 1_000;

pub fn asset(scheme: Scheme) -> Asset {
    match scheme {
        Scheme::Ed25519 => Asset([0xa1; 32]),
        Scheme::Eip712 => Asset::from_evm([0xa1; 20]),
    }
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Sessions in memory, and whether they can be asked.
#[derive(Default)]
pub struct Granted {
    sessions: Mutex<HashMap<(Owner, [u8; 32]), Session>>,
    pub away: Mutex<bool>,
}

impl Granted {
    pub fn grant(&self, session: Session) {
        self.sessions
            .lock()
            .unwrap()
            .insert((session.owner, session.key), session);
    }

    pub fn revoke_all(&self) {
        self.sessions.lock().unwrap().clear();
    }
}

impl Sessions for Granted {
    fn session(&self, owner: &Owner, key: &[u8; 32], now: u64) -> Result<Option<Session>, NotReady> {
        if *self.away.lock().unwrap() {
            return Err(NotReady {
                settlement: "test".into(),
                reason: "the index is behind".into(),
            });
        }
        let sessions = self.sessions.lock().unwrap();
        Ok(sessions
            .get(&(*owner, *key))
            .filter(|session| now < session.expires_at)
            .cloned())
    }

    fn as_of(&self) -> Result<AsOf, NotReady> {
        Ok(AsOf {
            block: 1,
            head: 1,
            head_time: now(),
            over: 0,
            opened: 0,
            looked_at: u64::MAX,
        })
    }
}

/// A session key and its owner.
#[derive(Clone)]
pub enum Key {
    Solana(ed25519_dalek::SigningKey),
    Evm(SigningKey),
}

impl Key {
    pub fn solana(seed: u16) -> Self {
        Self::Solana(ed25519_dalek::SigningKey::from_bytes(&keccak256(&[
            b"solana",
            &seed.to_be_bytes(),
        ])))
    }

    pub fn evm(seed: u16) -> Self {
        Self::Evm(SigningKey::from_slice(&keccak256(&[b"evm", &seed.to_be_bytes()])).unwrap())
    }

    pub const fn scheme(&self) -> Scheme {
        match self {
            Self::Solana(_) => Scheme::Ed25519,
            Self::Evm(_) => Scheme::Eip712,
        }
    }

    pub fn session(&self) -> [u8; 32] {
        match self {
            Self::Solana(key) => key.verifying_key().to_bytes(),
            Self::Evm(key) => {
                let point = key.verifying_key().to_encoded_point(false);
                Owner::from_evm(keccak256(&[&point.as_bytes()[1..]])[12..].try_into().unwrap()).0
            }
        }
    }

    pub fn owner(&self) -> Owner {
        let hash = keccak256(&[b"owner of", &self.session()]);
        match self {
            Self::Solana(_) => Owner(hash),
            Self::Evm(_) => Owner::from_evm(hash[12..].try_into().unwrap()),
        }
    }

    /// A session that may do everything.
    pub fn granted(&self) -> Session {
        Session {
            owner: self.owner(),
            key: self.session(),
            expires_at: now() + 86_400,
            actions: actions::PAY | actions::LIST | actions::BUY | actions::CANCEL,
            next_nonce: 0,
            limits: vec![SessionLimit {
                asset: asset(self.scheme()),
                remaining: LIMIT,
            }],
        }
    }

    /// An unsigned payment of 1.
    pub fn payment(&self, nonce: u64) -> Intent {
        let (chain, settlement, to) = match self {
            Self::Solana(_) => (SOLANA.0, SOLANA.1, Owner([0x70; 32])),
            Self::Evm(_) => (EVM.0, Owner::from_evm(EVM.1).0, Owner::from_evm([0x70; 20])),
        };
        Intent {
            chain,
            settlement,
            owner: self.owner(),
            session: self.session(),
            nonce,
            created_at: now(),
            expires_at: now() + 600,
            action: Action::Pay {
                to,
                asset: asset(self.scheme()),
                amount: 1,
                order: [0; 32],
            },
        }
    }

    pub fn sign(&self, intent: Intent) -> SignedIntent {
        let signature = match self {
            Self::Solana(key) => Signature::Ed25519(key.sign(&intent.solana_message()).to_bytes()),
            Self::Evm(key) => {
                let (rs, v) = key.sign_prehash_recoverable(&intent.digest_eip712()).unwrap();
                let mut signature = [0; 65];
                signature[..64].copy_from_slice(&rs.to_bytes());
                signature[64] = 27 + v.to_byte();
                Signature::Eip712(signature)
            }
        };
        SignedIntent { intent, signature }
    }

    pub fn pay(&self, nonce: u64) -> SignedIntent {
        self.sign(self.payment(nonce))
    }
}

/// A database with two settlements.
pub struct World {
    pub pool: PgPool,
    pub solana: i16,
    pub evm: i16,
    pub granted: Arc<Granted>,
    _database: Option<TestDatabase>,
}

impl World {
    pub async fn new() -> Self {
        let database = test_database().unwrap();
        let world = Self::on(&database.url).await;
        Self {
            _database: Some(database),
            ..world
        }
    }

    /// On a database that is made already.
    pub async fn on(url: &str) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(20)
            .acquire_timeout(Duration::from_secs(20))
            .connect(url)
            .await
            .unwrap();
        store::migrate(&pool).await.unwrap();
        let add = async |name: &str, chain: u64, address: [u8; 32]| -> i16 {
            sqlx::query_scalar(
                "insert into clearing.settlements (name, chain, address) values ($1, $2::text::numeric, $3)
                 on conflict (name) do update set name = excluded.name returning id",
            )
            .bind(name)
            .bind(chain.to_string())
            .bind(&address[..])
            .fetch_one(&pool)
            .await
            .unwrap()
        };
        let solana = add("solana", SOLANA.0, SOLANA.1).await;
        let evm = add("evm", EVM.0, Owner::from_evm(EVM.1).0).await;
        Self {
            pool,
            solana,
            evm,
            granted: Arc::default(),
            _database: None,
        }
    }

    pub fn settlements(&self) -> Vec<Settlement> {
        let sessions = self.granted.clone();
        let evm = Owner::from_evm(EVM.1).0;
        [
            (self.solana, SOLANA.0, SOLANA.1, Scheme::Ed25519),
            (self.evm, EVM.0, evm, Scheme::Eip712),
        ]
        .map(|(id, chain, address, scheme)| Settlement {
            id,
            chain,
            address,
            scheme,
            sessions: sessions.clone(),
        })
        .into()
    }

    /// An intake without bounds that a test would meet by accident.
    pub fn intake(&self) -> Intake {
        let much = Rate::new(1_000_000, 1_000_000);
        self.intake_with(IntakeConfig {
            session_rate: much,
            global_rate: much,
            ..IntakeConfig::default()
        })
    }

    pub fn intake_with(&self, config: IntakeConfig) -> Intake {
        Intake::start(self.pool.clone(), self.settlements(), config)
    }

    pub fn key(&self, key: Key) -> Key {
        self.granted.grant(key.granted());
        key
    }

    /// `id, seq, nonce` of all that is stored, in its order.
    pub async fn rows(&self) -> Vec<([u8; 32], i64, i64)> {
        sqlx::query_as("select id, seq, nonce from clearing.intents order by seq")
            .fetch_all(&self.pool)
            .await
            .unwrap()
    }
}

pub fn accepted(answer: &Answer) -> Accepted {
    match answer {
        Answer::Accepted(accepted) => *accepted,
        Answer::Refused(refused) => panic!("refused: {}", refused.refusal),
    }
}

pub fn all_accepted(answers: &[Answer]) -> Vec<Accepted> {
    answers.iter().map(accepted).collect()
}

pub fn refusal(answer: &Answer) -> Refusal {
    match answer {
        Answer::Accepted(accepted) => panic!("accepted as {}", accepted.seq),
        Answer::Refused(refused) => refused.refusal.clone(),
    }
}
