//! Receipts: what became of one intent, provable to anybody without asking anybody.
//!
//! A receipt is a JSON document. It holds the signed intent, its leaf with the path to the header's root, the header and the
//! authority's signature of it. [`Receipt::verify`] checks all of this offline; whose signature counts is said by the caller.

mod authority;
mod document;
mod text;

use crate::{Outcome, Signature, SignedIntent, verify::recover, verify::verify_ed25519};
use novate_protocol::{batch::BatchHeader, eip712::Domain, intent::Scheme, leaf::IntentLeaf, merkle};
use serde::Serialize;

pub use authority::{Authority, NoAuthority};
pub use document::ReceiptError;

/// Longest document, in bytes: what stores anchor.
pub const MAX_LEN: usize = 100_000;

/// Most transactions that a receipt names.
pub const MAX_TRANSACTIONS: usize = 64;

/// Proof that an intent is in a batch, and of its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// How session keys and authority of the settlement sign.
    pub scheme: Scheme,
    /// What was signed.
    pub signed: SignedIntent,
    /// Its id, as the leaf has it.
    pub id: [u8; 32],
    /// What became of it; never [`Outcome::Open`].
    pub outcome: Outcome,
    /// The leaf's place in the batch.
    pub index: u32,
    /// The siblings from the leaf up to the root.
    pub proof: Vec<[u8; 32]>,
    /// The batch.
    pub header: BatchHeader,
    /// The settlement authority's signature of the header.
    pub authority_signature: Signature,
    /// Transactions that settled it, as explorers show them: the one that opened the batch and the one that ended it, and
    /// no more than [`MAX_TRANSACTIONS`]. Whether they landed is not in the receipt.
    pub transactions: Vec<String>,
}

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What: `intent`, `settlement`, `id`, `signature`, `proof` or `authority`.
    pub name: &'static str,
    /// Whether it holds.
    pub ok: bool,
    /// What that means.
    pub meaning: &'static str,
}

impl Receipt {
    /// Checks everything that can be checked without the chain. The receipt proves its outcome if all of it is ok.
    pub fn verify(&self, authority: &Authority) -> Vec<Check> {
        let malformed = self.outcome == Outcome::Malformed;
        let bad_signature = self.outcome == Outcome::BadSignature;
        let intent = &self.signed.intent;
        let ours = intent.chain == self.header.chain && intent.settlement == self.header.settlement;
        let signed = self.signed.verify(self.scheme);
        let check = |name, ok, meaning| Check { name, ok, meaning };
        vec![
            check(
                "intent",
                malformed || intent.check(self.scheme).is_ok(),
                "the intent is one that a session key may sign, or was refused as malformed",
            ),
            check(
                "settlement",
                malformed || ours,
                "the batch is of the chain and settlement that the intent names, or it was refused as malformed",
            ),
            check(
                "id",
                self.id == intent.id(self.scheme),
                "the id is the digest of the intent",
            ),
            check(
                "signature",
                malformed || signed != bad_signature,
                "the session key signed the intent, or it was refused for that",
            ),
            check(
                "proof",
                self.is_proved(),
                "the intent with this outcome is a leaf of the batch",
            ),
            check(
                "authority",
                self.is_signed_by(authority),
                "the settlement's authority signed the batch",
            ),
        ]
    }

    fn is_proved(&self) -> bool {
        let leaf = IntentLeaf {
            index: self.index,
            intent_id: self.id,
            outcome: self.outcome.code(),
        };
        merkle::verify(&self.header.intents_root, &leaf.hash(), &self.proof)
    }

    fn is_signed_by(&self, authority: &Authority) -> bool {
        match (self.scheme, authority, &self.authority_signature) {
            (Scheme::Ed25519, Authority::Ed25519(key), Signature::Ed25519(signature)) => {
                verify_ed25519(key, &self.header.solana_message(), signature)
            }
            (Scheme::Eip712, Authority::Evm(address), Signature::Eip712(signature)) => {
                let mut contract = [0; 20];
                contract.copy_from_slice(&self.header.settlement[12..]);
                let domain = Domain::settlement(self.header.chain, contract);
                let signer = recover(&self.header.digest_eip712(&domain), signature);
                signer == Some(*address)
            }
            _ => false,
        }
    }
}
