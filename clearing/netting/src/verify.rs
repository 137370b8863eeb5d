//! Signatures of session keys.
//!
//! The answer for a signature depends on nothing but its bytes, so that intake, batch maker and auditors agree. That is why
//! Ed25519 is not verified by random linear combination: a combined check ignores components of small order (or finds them
//! by chance), so it accepts what a check of the single signature refuses. The single one here is that of Solana's
//! Ed25519 program: no key and no `R` of small order, one encoding of `R` and `s`, the equation without the cofactor.

use crate::{Signature, SignedIntent};
use ed25519_dalek::VerifyingKey;
use novate_protocol::{intent::Scheme, keccak::keccak256};
use rayon::prelude::*;
use secp256k1::{
    Message, SECP256K1,
    ecdsa::{RecoverableSignature, RecoveryId},
};

/// Half of the order of secp256k1, rounded down: the highest `s` that counts as low.
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x5d,
    0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

/// Signatures that one core verifies before it asks for more: about a millisecond of work.
const AT_ONCE: usize = 32;

impl SignedIntent {
    /// Whether the signature is the session key's, and of the kind that the settlement's session keys make.
    pub fn verify(&self, scheme: Scheme) -> bool {
        match (scheme, &self.signature) {
            (Scheme::Ed25519, Signature::Ed25519(signature)) => {
                verify_ed25519(&self.intent.session, &self.intent.solana_message(), signature)
            }
            (Scheme::Eip712, Signature::Eip712(signature)) => {
                let digest = self.intent.digest_eip712();
                // The digest does not cover these bytes, and a signature is for one intent.
                self.intent.settlement[..12] == [0; 12]
                    && recover(&digest, signature)
                        .is_some_and(|address| self.intent.session == padded(address))
            }
            _ => false,
        }
    }
}

/// [`SignedIntent::verify`] for each, on all cores.
pub fn verify_all(scheme: Scheme, intents: &[SignedIntent]) -> Vec<bool> {
    intents
        .par_iter()
        .with_min_len(AT_ONCE)
        .map(|intent| intent.verify(scheme))
        .collect()
}

/// Whether `signature` is the Ed25519 signature of `message` by `key`, strictly: see the module.
pub fn verify_ed25519(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    let signature = ed25519_dalek::Signature::from_bytes(signature);
    VerifyingKey::from_bytes(key).is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
}

/// The EVM address that signed `digest`: `r || s || v` with low `s` and `v` of 27 or 28, as OpenZeppelin's `ECDSA` demands.
pub fn recover(digest: &[u8; 32], signature: &[u8; 65]) -> Option<[u8; 20]> {
    let ([rs @ .., v], s) = (signature, &signature[32..64]);
    if s > HALF_ORDER.as_slice() {
        return None;
    }
    let id = match v {
        27 => RecoveryId::Zero,
        28 => RecoveryId::One,
        _ => return None,
    };
    let signature = RecoverableSignature::from_compact(rs, id).ok()?;
    let key = SECP256K1
        .recover_ecdsa(Message::from_digest(*digest), &signature)
        .ok()?;
    let mut address = [0; 20];
    let point = key.serialize_uncompressed();
    address.copy_from_slice(&keccak256(&[&point[1..]])[12..]);
    Some(address)
}

fn padded(address: [u8; 20]) -> [u8; 32] {
    novate_protocol::ids::Owner::from_evm(address).0
}
