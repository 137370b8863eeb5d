//! What the canister stores and certifies.
//!
//! Each record is certified under `names / key`: a leaf with the record's [hash](hash), below a label that is the hash
//! of what the record is about. Records are stored in the same Borsh bytes: a test pins them.

use crate::{challenge::Challenge, content::Digest, name::Name, wallet::Wallet};
use borsh::{BorshDeserialize, BorshSerialize};
use novate_protocol::keccak::keccak256;

/// Seconds in a year of registration.
pub const YEAR: u64 = 365 * 24 * 3600;
/// Seconds after the expiry in which only the holder can renew.
pub const GRACE: u64 = 30 * 24 * 3600;

/// A name and who holds it.
#[derive(BorshDeserialize, BorshSerialize, Clone, Debug, Eq, PartialEq)]
pub struct NameRecord {
    /// The name.
    pub name: Name,
    /// The holder's principal.
    pub owner: Vec<u8>,
    /// Counts registrations and transfers of all names: another holder is another number, and so is the same holder
    /// after a gap. Wallets, contents and claims belong to a tenure and end with it.
    pub tenure: u64,
    /// Unix seconds at which the tenure began.
    pub since: u64,
    /// Unix seconds; the first at which the name does not count any more, unless it is renewed.
    pub expires_at: u64,
    /// The linked wallets, in the order of their links.
    pub wallets: Vec<Link>,
}

/// A wallet that proved itself.
#[derive(BorshDeserialize, BorshSerialize, Clone, Copy, Debug, Eq, PartialEq)]
pub struct Link {
    /// The wallet.
    pub wallet: Wallet,
    /// Unix seconds.
    pub linked_at: u64,
}

/// Whether a name counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
    /// Registered.
    Active,
    /// Expired; only the holder can renew it.
    Grace,
    /// For anybody to register.
    Free,
}

impl NameRecord {
    /// Whether the name counts at this time, in unix seconds.
    pub fn phase(&self, now: u64) -> Phase {
        if now < self.expires_at {
            Phase::Active
        } else if now < self.expires_at.saturating_add(GRACE) {
            Phase::Grace
        } else {
            Phase::Free
        }
    }
}

/// The name that a wallet is linked to. Valid as long as the name's record is active and has the wallet.
#[derive(BorshDeserialize, BorshSerialize, Clone, Debug, Eq, PartialEq)]
pub struct WalletRecord {
    /// The name.
    pub name: Name,
    /// The tenure in which the wallet was linked.
    pub tenure: u64,
}

/// What kind of thing content is.
#[derive(BorshDeserialize, BorshSerialize, Clone, Copy, Debug, Eq, PartialEq)]
pub enum ContentKind {
    /// A web site.
    Site,
    /// A program, a contract, a canister, a cloud function.
    Function,
    /// A picture, or an image of a container.
    Image,
}

impl ContentKind {
    /// Its name in texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Function => "function",
            Self::Image => "image",
        }
    }
}

/// A version of published content.
#[derive(BorshDeserialize, BorshSerialize, Clone, Debug, Eq, PartialEq)]
pub struct ContentRecord {
    /// The publisher's name.
    pub name: Name,
    /// The publisher's tenure.
    pub tenure: u64,
    /// What of the name's contents it is.
    pub label: String,
    /// Counts the versions of this name's label, from 1, over all tenures.
    pub version: u32,
    /// What kind of thing it is.
    pub kind: ContentKind,
    /// What it is recognised by.
    pub digest: Digest,
    /// For readers: a release, a commit, a reason.
    pub note: String,
    /// Unix seconds.
    pub published_at: u64,
}

/// A one-time voucher bound to a name and a wallet.
#[derive(BorshDeserialize, BorshSerialize, Clone, Debug, Eq, PartialEq)]
pub struct ClaimRecord {
    /// Unique for ever.
    pub id: [u8; 32],
    /// Whose holder may redeem it.
    pub name: Name,
    /// The tenure for which it was issued.
    pub tenure: u64,
    /// The wallet that must be linked to the name.
    pub wallet: Wallet,
    /// What is claimed: an asset's id, or the digest of a description.
    pub subject: [u8; 32],
    /// Base units; zero where the subject says it all.
    pub amount: u128,
    /// Unix seconds; the last at which it may be redeemed.
    pub deadline: u64,
    /// The issuer's principal.
    pub issuer: Vec<u8>,
    /// Unix seconds.
    pub issued_at: u64,
    /// What became of it.
    pub state: ClaimState,
}

/// What became of a claim. It leaves [`ClaimState::Open`] once, and nothing changes it after.
#[derive(BorshDeserialize, BorshSerialize, Clone, Copy, Debug, Eq, PartialEq)]
pub enum ClaimState {
    /// To be redeemed.
    Open,
    /// Redeemed, at this time in unix seconds.
    Redeemed { at: u64 },
    /// Taken back before it was redeemed, at this time in unix seconds.
    Revoked { at: u64 },
}

/// What the certified tree is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Key<'a> {
    /// A [`NameRecord`].
    Name(&'a Name),
    /// A [`WalletRecord`].
    Wallet(&'a Wallet),
    /// The newest [`ContentRecord`] of a label.
    Content(&'a Name, &'a str),
    /// A [`ClaimRecord`].
    Claim([u8; 32]),
    /// An open [`Challenge`].
    Challenge(u64),
}

impl Key<'_> {
    /// The label in the tree.
    pub fn label(&self) -> [u8; 32] {
        // A name has no zero byte, so no two keys run together.
        match self {
            Self::Name(name) => keccak256(&[b"name\0", name.as_str().as_bytes()]),
            Self::Wallet(wallet) => keccak256(&[b"wallet\0", wallet.to_string().as_bytes()]),
            Self::Content(name, label) => {
                keccak256(&[b"content\0", name.as_str().as_bytes(), b"\0", label.as_bytes()])
            }
            Self::Claim(id) => keccak256(&[b"claim\0", id]),
            Self::Challenge(nonce) => keccak256(&[b"challenge\0", &nonce.to_be_bytes()]),
        }
    }
}

/// What is certified of a record: the keccak-256 of its bytes.
pub fn hash(record: &[u8]) -> [u8; 32] {
    keccak256(&[record])
}

/// A record of the tree.
pub trait Record: BorshSerialize + BorshDeserialize {
    /// Under which key it is certified.
    fn key(&self) -> Key<'_>;
}

impl Record for NameRecord {
    fn key(&self) -> Key<'_> {
        Key::Name(&self.name)
    }
}

impl Record for ContentRecord {
    fn key(&self) -> Key<'_> {
        Key::Content(&self.name, &self.label)
    }
}

impl Record for ClaimRecord {
    fn key(&self) -> Key<'_> {
        Key::Claim(self.id)
    }
}

impl Record for Challenge {
    fn key(&self) -> Key<'_> {
        Key::Challenge(self.nonce)
    }
}
