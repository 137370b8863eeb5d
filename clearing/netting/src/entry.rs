//! Intents as they arrived.

use novate_protocol::intent::Intent;

/// The signature of a session key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// Ed25519, of the intent's message for Solana.
    Ed25519([u8; 64]),
    /// secp256k1 `r || s || v` with low `s` and `v` of 27 or 28, of the EIP-712 digest.
    Eip712([u8; 65]),
}

/// An intent with its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIntent {
    /// What was signed.
    pub intent: Intent,
    /// By the key in [`Intent::session`].
    pub signature: Signature,
}

/// An intent in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was signed.
    pub intent: Intent,
    /// Its [`Intent::id`], which the caller has computed.
    pub id: [u8; 32],
    /// Whether the signature is the session key's, which the caller has verified.
    pub signed: bool,
    /// When it arrived, in Unix seconds.
    pub received_at: u64,
    /// It was accepted in an earlier window, where its nonce was taken: a listing that nobody has bought yet, or an intent
    /// of a batch that was taken back. Carried entries come before all others.
    pub carried: bool,
}
