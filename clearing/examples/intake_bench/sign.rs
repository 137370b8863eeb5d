//! Sessions and the intents that they sign.

use ed25519_dalek::Signer as _;
use novate_clearing::{
    intake::json,
    state::{AsOf, NotReady, Sessions},
};
use novate_netting::{Session, SessionLimit, Signature, SignedIntent};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Action, Intent, Scheme, actions},
    keccak::keccak256,
};
use rayon::prelude::*;
use std::{
    collections::HashMap,
    time::{SystemTime, UNIX_EPOCH},
};

/// Name, chain, address and scheme. The addresses serve as assets, too.
pub const SETTLEMENTS: [(&str, u64, [u8; 32], Scheme); 2] = [
    ("solana", 900, [9; 32], Scheme::Ed25519),
    (
        "evm",
        31_337,
        [
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        ],
        Scheme::Eip712,
    ),
];
const SESSIONS: usize = 2_000;

enum Key {
    Solana(Box<ed25519_dalek::SigningKey>),
    Evm(k256::ecdsa::SigningKey),
}

/// A signed intent, as it is sent.
pub struct Written {
    pub signed: SignedIntent,
    pub scheme: Scheme,
    pub line: String,
    pub connection: usize,
}

/// All sessions, and how far their nonces are.
pub struct Signers {
    keys: Vec<(Key, [u8; 32])>,
    connections: usize,
    sent: usize,
}

impl Signers {
    pub fn new(connections: usize) -> Self {
        let keys = (0..SESSIONS).map(|n| {
            let seed = keccak256(&[&n.to_be_bytes()]);
            if n % 2 == 0 {
                let key = ed25519_dalek::SigningKey::from_bytes(&seed);
                let session = key.verifying_key().to_bytes();
                return (Key::Solana(Box::new(key)), session);
            }
            let key = k256::ecdsa::SigningKey::from_slice(&seed).expect("a hash is a key");
            let point = key.verifying_key().to_encoded_point(false);
            let mut session = [0; 32];
            session[12..].copy_from_slice(&keccak256(&[&point.as_bytes()[1..]])[12..]);
            (Key::Evm(key), session)
        });
        Self {
            keys: keys.collect(),
            connections,
            sent: 0,
        }
    }

    /// The next `count` intents. The connections share the sessions among them, so that each session's nonces rise.
    pub fn next(&mut self, count: usize) -> Vec<Written> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after 1970")
            .as_secs();
        let numbers = self.sent..self.sent + count;
        self.sent += count;
        numbers
            .into_par_iter()
            .map(|number| self.sign(number, now))
            .collect()
    }

    pub const fn sent(&self) -> usize {
        self.sent
    }

    fn sign(&self, number: usize, now: u64) -> Written {
        let (key, session) = &self.keys[number % SESSIONS];
        let (_, chain, address, scheme) = SETTLEMENTS[number % 2];
        let mut to = address;
        to[31] ^= 1;
        let intent = Intent {
            chain,
            settlement: address,
            owner: Owner(*session),
            session: *session,
            nonce: (number / SESSIONS) as u64,
            created_at: now,
            expires_at: now + 3_600,
            action: Action::Pay {
                to: Owner(to),
                asset: Asset(address),
                amount: 1,
                order: [0; 32],
            },
        };
        let signature = match key {
            Key::Solana(key) => Signature::Ed25519(key.sign(&intent.solana_message()).to_bytes()),
            Key::Evm(key) => {
                let (rs, v) = key
                    .sign_prehash_recoverable(&intent.digest_eip712())
                    .expect("32 bytes");
                let mut bytes = [27 + v.to_byte(); 65];
                bytes[..64].copy_from_slice(&rs.to_bytes());
                Signature::Eip712(bytes)
            }
        };
        let signed = SignedIntent { intent, signature };
        Written {
            line: serde_json::Value::from(json::write(&signed)).to_string(),
            signed,
            scheme,
            connection: number % SESSIONS % self.connections,
        }
    }

    /// What they were granted.
    pub fn sessions(&self) -> Granted {
        let granted = self.keys.iter().enumerate().map(|(n, (_, key))| {
            let limits = vec![SessionLimit {
                asset: Asset(SETTLEMENTS[n % 2].2),
                remaining: 1 << 40,
            }];
            let (owner, actions) = (Owner(*key), actions::PAY);
            (
                owner,
                Session {
                    owner,
                    key: *key,
                    expires_at: u64::MAX,
                    actions,
                    next_nonce: 0,
                    limits,
                },
            )
        });
        Granted(granted.collect())
    }
}

/// Sessions in memory, by owner.
pub struct Granted(HashMap<Owner, Session>);

impl Sessions for Granted {
    fn session(&self, owner: &Owner, key: &[u8; 32], _: u64) -> Result<Option<Session>, NotReady> {
        Ok(self.0.get(owner).filter(|session| session.key == *key).cloned())
    }

    fn as_of(&self) -> Result<AsOf, NotReady> {
        Ok(AsOf {
            block: 1,
            head: 1,
            head_time: 1,
            over: 0,
            opened: 0,
            looked_at: u64::MAX,
        })
    }
}
