//! Keys and intents for tests of what surrounds netting.
#![allow(dead_code, reason = "each test file uses a part")]

use ed25519_dalek::Signer;
use novate_netting::{Fees, Rules, Signature, SignedIntent};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Action, Intent, Item, Scheme},
    keccak::keccak256,
};

pub const SCHEMES: [Scheme; 2] = [Scheme::Ed25519, Scheme::Eip712];
pub const CHAIN: u64 = 31337;
/// When the windows of these tests are closed, in Unix seconds.
pub const NOW: u64 = 1_795_262_400;

/// An account, asset or key that this settlement can have.
pub fn word(scheme: Scheme, kind: &str, number: u64) -> [u8; 32] {
    let mut word = keccak256(&[kind.as_bytes(), &number.to_be_bytes()]);
    if scheme == Scheme::Eip712 {
        word[..12].fill(0);
    }
    word
}

pub fn settlement(scheme: Scheme) -> [u8; 32] {
    word(scheme, "settlement", 0)
}

pub fn owner(scheme: Scheme, number: u64) -> Owner {
    Owner(word(scheme, "owner", number))
}

pub fn asset(scheme: Scheme, number: u64) -> Asset {
    Asset(word(scheme, "asset", number))
}

pub fn item(scheme: Scheme, number: u8) -> Item {
    match scheme {
        Scheme::Ed25519 => Item {
            collection: asset(scheme, 1000 + u64::from(number)),
            token_id: [0; 32],
        },
        Scheme::Eip712 => Item {
            collection: asset(scheme, 1000),
            token_id: [number; 32],
        },
    }
}

pub fn rules(scheme: Scheme) -> Rules {
    Rules {
        scheme,
        chain: CHAIN,
        settlement: settlement(scheme),
        fees: Fees {
            owner: owner(scheme, 0),
            pay_bps: 10,
            sale_bps: 250,
        },
        closed_at: NOW,
    }
}

pub fn bytes(signature: &mut Signature) -> &mut [u8] {
    match signature {
        Signature::Ed25519(bytes) => bytes,
        Signature::Eip712(bytes) => bytes,
    }
}

/// A session key.
pub enum Key {
    Ed25519(ed25519_dalek::SigningKey),
    Secp256k1(k256::ecdsa::SigningKey),
}

pub fn secp256k1(seed: u64) -> k256::ecdsa::SigningKey {
    k256::ecdsa::SigningKey::from_slice(&keccak256(&[b"key", &seed.to_be_bytes()])).unwrap()
}

impl Key {
    pub fn new(scheme: Scheme, seed: u64) -> Self {
        match scheme {
            Scheme::Ed25519 => Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&keccak256(&[
                b"key",
                &seed.to_be_bytes(),
            ]))),
            Scheme::Eip712 => Self::Secp256k1(secp256k1(seed)),
        }
    }

    /// As in an intent.
    pub fn id(&self) -> [u8; 32] {
        match self {
            Self::Ed25519(key) => key.verifying_key().to_bytes(),
            Self::Secp256k1(key) => {
                let point = key.verifying_key().to_encoded_point(false);
                let hash = keccak256(&[&point.as_bytes()[1..]]);
                Owner::from_evm(hash[12..].try_into().unwrap()).0
            }
        }
    }

    pub fn sign(&self, intent: Intent) -> SignedIntent {
        let signature = match self {
            Self::Ed25519(key) => Signature::Ed25519(key.sign(&intent.solana_message()).to_bytes()),
            Self::Secp256k1(_) => Signature::Eip712(self.sign_digest(&intent.digest_eip712())),
        };
        SignedIntent { intent, signature }
    }

    /// `r || s || v`, by a secp256k1 key.
    pub fn sign_digest(&self, digest: &[u8; 32]) -> [u8; 65] {
        let Self::Secp256k1(key) = self else {
            panic!("an Ed25519 key signs no digests")
        };
        let (rs, v) = key.sign_prehash_recoverable(digest).unwrap();
        let mut signature = [0; 65];
        signature[..64].copy_from_slice(&rs.to_bytes());
        signature[64] = 27 + v.to_byte();
        signature
    }
}

pub fn intent(scheme: Scheme, owner: Owner, session: [u8; 32], nonce: u64, action: Action) -> Intent {
    Intent {
        chain: CHAIN,
        settlement: settlement(scheme),
        owner,
        session,
        nonce,
        created_at: NOW - 60,
        expires_at: NOW + 3600,
        action,
    }
}

pub fn pay(scheme: Scheme, session: [u8; 32], nonce: u64) -> Intent {
    let action = Action::Pay {
        to: owner(scheme, 2),
        asset: asset(scheme, 1),
        amount: 1_000 + u128::from(nonce),
        order: [7; 32],
    };
    intent(scheme, owner(scheme, 1), session, nonce, action)
}

/// The intent with each of its fields changed, one at a time.
pub fn variations(valid: &Intent) -> Vec<Intent> {
    let encoded = borsh::to_vec(valid).unwrap();
    // The number of the action is changed to others with the same length only.
    (0..encoded.len())
        .filter_map(|byte| {
            let mut changed = encoded.clone();
            changed[byte] ^= 1;
            borsh::from_slice(&changed).ok()
        })
        .collect()
}
