//! What a wallet signs to be linked to a name, or to be unlinked from it.
//!
//! The same facts in two forms: a text, for EIP-191 `personal_sign` and for Solana's `signMessage`, and EIP-712 typed
//! data. Both name the canister, so a signature for one deployment is none for another.

use crate::wallet::Wallet;
use borsh::{BorshDeserialize, BorshSerialize};
use novate_protocol::keccak::keccak256;
use std::fmt;

/// Seconds in which a challenge must be answered.
pub const LIFETIME: u64 = 600;

const DOMAIN_TYPE: &[u8] = b"EIP712Domain(string name,string version,uint256 chainId)";
const CHALLENGE_TYPE: &[u8] = b"WalletChallenge(string action,string name,string requester,string wallet,\
    string canister,uint64 nonce,uint64 issuedAt,uint64 expiresAt)";

/// What the wallet's signature is to do.
#[derive(BorshDeserialize, BorshSerialize, Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// Link the wallet to the name; a link of the wallet to another name ends.
    Link,
    /// End the wallet's link to the name.
    Unlink,
}

impl Action {
    /// Its name in what is signed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Unlink => "unlink",
        }
    }
}

/// A question that the canister put, to be answered once.
#[derive(BorshDeserialize, BorshSerialize, Clone, Debug, Eq, PartialEq)]
pub struct Challenge {
    /// What the signature is to do.
    pub action: Action,
    /// The name.
    pub name: String,
    /// Which holding of the name (see [`NameRecord::tenure`](crate::record::NameRecord::tenure)); not signed, because
    /// a wallet's user cannot judge it.
    pub tenure: u64,
    /// Who asked for the challenge and alone may hand the signature in, as text.
    pub requester: String,
    /// The wallet that is to sign.
    pub wallet: Wallet,
    /// The canister, as text.
    pub canister: String,
    /// Counts the canister's challenges.
    pub nonce: u64,
    /// Unix seconds.
    pub issued_at: u64,
    /// Unix seconds; the first at which the challenge is void.
    pub expires_at: u64,
}

/// The text to be signed.
impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = match self.action {
            Action::Link => "Link this wallet to a name. This costs nothing and moves no funds.",
            Action::Unlink => "Unlink this wallet from a name. This costs nothing and moves no funds.",
        };
        write!(
            f,
            "Novate Names\n{sentence}\n\nName: {}\nRequester: {}\nWallet: {}\nCanister: {}\nNonce: {}\n\
             Issued: {}\nExpires: {}",
            self.name,
            self.requester,
            self.wallet,
            self.canister,
            self.nonce,
            self.issued_at,
            self.expires_at
        )
    }
}

impl Challenge {
    /// The digest of `personal_sign` over the text ([EIP-191](https://eips.ethereum.org/EIPS/eip-191), version `E`).
    pub fn digest_eip191(&self) -> [u8; 32] {
        let text = self.to_string();
        let prefix = format!("\x19Ethereum Signed Message:\n{}", text.len());
        keccak256(&[prefix.as_bytes(), text.as_bytes()])
    }

    /// The digest of `eth_signTypedData_v4`. The domain is `Novate Names`, version `1`, on the wallet's own chain; no
    /// contract checks the signature, so it names none. `None` for a wallet that is not of an EVM chain.
    pub fn digest_eip712(&self) -> Option<[u8; 32]> {
        let Wallet::Evm { chain_id, .. } = self.wallet else {
            return None;
        };
        let domain = keccak256(&[
            &keccak256(&[DOMAIN_TYPE]),
            &text("Novate Names"),
            &text("1"),
            &uint(chain_id),
        ]);
        let message = keccak256(&[
            &keccak256(&[CHALLENGE_TYPE]),
            &text(self.action.name()),
            &text(&self.name),
            &text(&self.requester),
            &text(&self.wallet.to_string()),
            &text(&self.canister),
            &uint(self.nonce),
            &uint(self.issued_at),
            &uint(self.expires_at),
        ]);
        Some(keccak256(&[b"\x19\x01", &domain, &message]))
    }
}

/// `encodeData` of a string.
fn text(text: &str) -> [u8; 32] {
    keccak256(&[text.as_bytes()])
}

/// `encodeData` of a number.
fn uint(number: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}
