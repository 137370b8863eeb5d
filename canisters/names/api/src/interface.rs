//! The types of the canister's Candid interface.

use crate::convert;
use candid::{CandidType, Nat, Principal};
use serde::Deserialize;
use serde_bytes::ByteBuf;
use std::fmt;

/// Argument of `init`.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct InitArgs {
    /// The first administrator. Not the anonymous principal.
    pub admin: Principal,
}

/// What a principal may do besides holding names.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
pub enum Role {
    /// Sets roles and limits, reserves names, pauses and resumes.
    Admin,
    /// May pause registrations and challenges to link, but not resume them.
    Guardian,
    /// Issues claims and takes back its own.
    Issuer,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Guardian, Self::Issuer];

    /// Its name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Guardian => "guardian",
            Self::Issuer => "issuer",
        }
    }
}

/// What keeps one caller from filling the canister.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub struct Limits {
    /// Names that one principal may hold; at most 1,000.
    pub names_per_principal: u32,
    /// Names in all.
    pub names: u64,
    /// Changes that one principal asks for in a day of UTC, refused ones included; challenges count as well.
    pub changes_per_day: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            names_per_principal: 100,
            names: 1_000_000,
            changes_per_day: 500,
        }
    }
}

/// A Solana cluster.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub enum Cluster {
    /// `mainnet-beta`.
    Mainnet,
    /// `devnet`.
    Devnet,
    /// `testnet`.
    Testnet,
    /// A validator on one's own machine.
    Localnet,
}

/// An account on another chain.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum Wallet {
    /// An account that a key controls, not a contract.
    Evm {
        /// EIP-155 chain id, not zero.
        chain_id: u64,
        /// 20 bytes, not all zero.
        address: ByteBuf,
    },
    /// An account that a key controls, not a program's.
    Solana {
        /// Which cluster.
        cluster: Cluster,
        /// 32 bytes.
        address: ByteBuf,
    },
}

/// As [`wallet::Wallet`](crate::wallet::Wallet) is written, if it is one.
impl fmt::Display for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match convert::wallet(self) {
            Ok(wallet) => wallet.fmt(f),
            Err(_) => write!(f, "{self:?}"),
        }
    }
}

/// Whether a name counts.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub enum Phase {
    /// Registered.
    Active,
    /// Expired less than 30 days ago; only the holder can renew or release it.
    Grace,
    /// For anybody to register. It is still shown because nobody did.
    Free,
}

/// A linked wallet.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Link {
    /// The wallet.
    pub wallet: Wallet,
    /// Unix seconds.
    pub linked_at: u64,
}

/// A name and who holds it.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct NameView {
    /// The normalised name.
    pub name: String,
    /// Its holder.
    pub owner: Principal,
    /// Counts registrations and transfers of all names. Wallets, contents and claims belong to a tenure.
    pub tenure: u64,
    /// Unix seconds at which the tenure began.
    pub since: u64,
    /// Unix seconds; the first at which the name does not count any more, unless it is renewed.
    pub expires_at: u64,
    /// Whether it counts now.
    pub phase: Phase,
    /// The linked wallets, at most 16.
    pub wallets: Vec<Link>,
    /// Who may accept the name, and until when in unix seconds.
    pub offer: Option<(Principal, u64)>,
}

/// What a wallet's signature is to do.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub enum Action {
    /// Link the wallet to the name; a link of the wallet to another name ends.
    Link,
    /// End the wallet's link to the name.
    Unlink,
}

/// Argument of `challenge`.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ChallengeRequest {
    /// What the signature is to do.
    pub action: Action,
    /// The name.
    pub name: String,
    /// The wallet that is to sign.
    pub wallet: Wallet,
}

/// What a wallet is asked to sign, once.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ChallengeView {
    /// By which the signature is handed in.
    pub nonce: u64,
    /// The text, for EIP-191 `personal_sign` or Solana's `signMessage`.
    pub text: String,
    /// 32 bytes: the digest of the same as EIP-712 typed data; EVM wallets only.
    pub typed_data_digest: Option<ByteBuf>,
    /// Unix seconds.
    pub issued_at: u64,
    /// Unix seconds; the first at which the challenge is void.
    pub expires_at: u64,
}

/// A wallet's signature over a challenge.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum WalletSignature {
    /// 65 bytes `r || s || v` of `personal_sign` over the text: low `s`, `v` 27 or 28.
    Eip191(ByteBuf),
    /// 65 bytes of `eth_signTypedData_v4`, as above.
    Eip712(ByteBuf),
    /// 64 bytes over the text.
    Ed25519(ByteBuf),
}

/// What kind of thing content is.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub enum ContentKind {
    /// A web site.
    Site,
    /// A program, a contract, a canister, a cloud function.
    Function,
    /// A picture, or an image of a container.
    Image,
}

/// What content is recognised by.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum Digest {
    /// A CID, version 0 or 1, of SHA2-256, SHA2-512, BLAKE3 or BLAKE2b-256.
    Cid(String),
    /// 32 bytes: SHA-256 of the content's bytes.
    Sha256(ByteBuf),
    /// 32 bytes: BLAKE3 of the content's bytes.
    Blake3(ByteBuf),
}

/// Argument of `set_content`.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ContentArgs {
    /// The publisher's name.
    pub name: String,
    /// What of the name's contents it is: 1 to 63 of `a` to `z`, `0` to `9`, `.`, `_`, `-`, `/`.
    pub label: String,
    /// What kind of thing it is.
    pub kind: ContentKind,
    /// What it is recognised by.
    pub digest: Digest,
    /// For readers, at most 280 bytes of UTF-8.
    pub note: String,
}

/// A version of published content.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ContentView {
    /// The publisher's name.
    pub name: String,
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
    /// For readers.
    pub note: String,
    /// Unix seconds.
    pub published_at: u64,
}

/// Argument of `issue_claim`.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ClaimArgs {
    /// 32 bytes, unique for ever.
    pub id: ByteBuf,
    /// Whose holder may redeem it. It must be active.
    pub name: String,
    /// The wallet that must be linked to the name when the claim is redeemed.
    pub wallet: Wallet,
    /// 32 bytes: an asset's id, or the digest of a description.
    pub subject: ByteBuf,
    /// Base units, at most 2^128 - 1; zero where the subject says it all.
    pub amount: Nat,
    /// Unix seconds; the last at which it may be redeemed.
    pub deadline: u64,
}

/// What became of a claim.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub enum ClaimState {
    /// To be redeemed.
    Open,
    /// Redeemed, at this time in unix seconds.
    Redeemed { at: u64 },
    /// Taken back before it was redeemed, at this time in unix seconds.
    Revoked { at: u64 },
}

/// A one-time voucher bound to a name and a wallet.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ClaimView {
    /// As it was issued.
    pub claim: ClaimArgs,
    /// The name's tenure for which it was issued; another holder cannot redeem it.
    pub tenure: u64,
    /// Who issued it.
    pub issuer: Principal,
    /// Unix seconds.
    pub issued_at: u64,
    /// What became of it.
    pub state: ClaimState,
}

/// What can be looked up with proof.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum Lookup {
    /// A name.
    Name(String),
    /// The name that a wallet is linked to.
    Wallet(Wallet),
    /// The newest version of a name's content.
    Content { name: String, label: String },
    /// A claim by its 32-byte id.
    Claim(ByteBuf),
    /// An open challenge by its nonce.
    Challenge(u64),
}

/// An answer with its proof; `novate_bindings::icp::names` checks it.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Certified {
    /// The record in Borsh (`names_api::record`); none when there is none, which the witness proves as well.
    pub record: Option<ByteBuf>,
    /// The subnet's certificate, CBOR.
    pub certificate: ByteBuf,
    /// The certified tree, pruned to the record's leaf, CBOR.
    pub witness: ByteBuf,
}

/// Answer of `status`.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct Status {
    /// No name is registered, and no wallet asked to link, while true.
    pub paused: bool,
    /// As administrators set them.
    pub limits: Limits,
    /// Names that are registered, expired ones included until somebody registers them or others anew.
    pub names: u64,
    /// Linked wallets.
    pub wallets: u64,
    /// Versions of contents.
    pub contents: u64,
    /// Claims issued so far.
    pub claims: u64,
    /// Reserved names.
    pub reserved: u64,
    /// Challenges that are open, or expired and not cleared yet.
    pub challenges: u64,
    /// Blocks in the log.
    pub log_length: u64,
    /// Everybody with a role.
    pub roles: Vec<(Principal, Role)>,
}
