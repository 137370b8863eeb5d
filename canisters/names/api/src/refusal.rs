//! Why the canister refuses, with the values that were wrong.

use crate::{
    content::CidError,
    interface::{Role, Wallet},
    name::NameError,
};
use candid::{CandidType, Nat, Principal};
use hex::encode;
use serde::Deserialize;
use serde_bytes::ByteBuf;
use thiserror::Error;

/// A refusal changes nothing of what was asked for. Times are unix seconds.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, Error, PartialEq)]
pub enum Refusal {
    /// The caller did not sign its request.
    #[error("the caller is anonymous: use an identity of your own")]
    Anonymous,
    /// The caller lacks the role.
    #[error("{caller} lacks the role {}: an administrator grants it by set_role", role.name())]
    RoleMissing { caller: Principal, role: Role },
    /// The role would leave nobody to administer the canister.
    #[error("nobody would be left to administer the canister: appoint another administrator first")]
    LastAdmin,
    /// No name is registered, and no wallet asked to link, until an administrator calls `resume`.
    #[error("registrations and challenges to link are paused: wait until an administrator calls resume")]
    Paused,
    /// The caller asked for as many changes today as one principal may, refused ones included.
    #[error("one principal asks for at most {limit} changes a day (UTC): go on at {again_at} (unix seconds)")]
    TooManyChanges { limit: u32, again_at: u64 },

    /// A name is too short or too long.
    #[error("the name has {length} characters: give 3 to 63")]
    NameLength { length: u64 },
    /// A name has another character. Positions count from 0.
    #[error("{character:?} at position {position} is not allowed: a name has a to z, 0 to 9 and hyphens")]
    NameCharacter { character: String, position: u64 },
    /// A hyphen is first, last, or beside another.
    #[error("the hyphen at position {position} must stand between two letters or digits")]
    NameHyphen { position: u64 },
    /// A registration runs for at most 10 years from now, also when it is renewed.
    #[error("the registration would run until {expires_at}, past {latest} (unix seconds): give fewer years")]
    TooLong { expires_at: u64, latest: u64 },
    /// A registration of no length.
    #[error("zero years: give 1 to 10")]
    ZeroYears,
    /// Somebody holds the name.
    #[error("{name} is held by {owner}: it is free at {free_at} (unix seconds), unless it is renewed")]
    NameTaken {
        name: String,
        owner: Principal,
        free_at: u64,
    },
    /// The name looks like one that somebody else holds.
    #[error("{name} looks like {held}, which somebody else holds: choose a name that nobody mistakes for it")]
    NameTooSimilar { name: String, held: String },
    /// An administrator keeps this name, or one that looks like it, from being registered.
    #[error("{name} is, or looks like, the reserved name {reserved}: choose another")]
    NameReserved { name: String, reserved: String },
    /// The principal holds as many names as one may.
    #[error("{owner} holds {limit} names, as many as one principal may: release one first")]
    TooManyNames { owner: Principal, limit: u32 },
    /// The canister holds as many names as it may.
    #[error(
        "the canister holds {limit} names, as many as it may: an administrator raises that by set_limits"
    )]
    Full { limit: u64 },
    /// Nobody holds the name.
    #[error("nobody holds {name}: register it first")]
    NameUnknown { name: String },
    /// The name expired.
    #[error("{name} expired at {expired_at}: its holder renews it until {free_at} (unix seconds)")]
    NameExpired {
        name: String,
        expired_at: u64,
        free_at: u64,
    },
    /// The caller does not hold the name.
    #[error("{name} is held by {owner}, not by {caller}: call as its holder")]
    NotHolder {
        name: String,
        owner: Principal,
        caller: Principal,
    },

    /// The name is the receiver's already.
    #[error("{name} is yours already: offer it to another principal")]
    OwnTransfer { name: String },
    /// The name is not offered to the caller.
    #[error("{name} is not offered to {caller}: its holder calls offer_transfer, which counts for 7 days")]
    NotOffered { name: String, caller: Principal },

    /// A field has the wrong number of bytes.
    #[error("{field} has {actual} bytes: give {expected}")]
    WrongLength {
        field: String,
        expected: u64,
        actual: u64,
    },
    /// A field has more bytes, or a greater value, than it may.
    #[error("{field} is {value}: give at most {max}")]
    TooLarge { field: String, value: Nat, max: Nat },
    /// No chain has the id 0.
    #[error("no chain has the id 0: give the wallet's EIP-155 chain id")]
    ZeroChain,
    /// The zero address belongs to nobody.
    #[error("the zero address belongs to nobody: give the wallet's")]
    ZeroAddress,

    /// The caller has as many challenges open as one principal may.
    #[error("{limit} challenges of yours are open: answer one, or wait until {again_at} (unix seconds)")]
    TooManyChallenges { limit: u32, again_at: u64 },
    /// All challenges that may be open are.
    #[error("{limit} challenges are open, as many as may be: ask again at {again_at} (unix seconds)")]
    ChallengesFull { limit: u64, again_at: u64 },
    /// The challenge was answered, it expired, three signatures for it were refused, it gave way to a newcomer's when all
    /// places were taken, or it was never put.
    #[error("challenge {nonce} is not open: ask for a new one")]
    ChallengeUnknown { nonce: u64 },
    /// The challenge was put to another principal.
    #[error("challenge {nonce} was not put to {caller}: ask for one of your own")]
    NotRequester { nonce: u64, caller: Principal },
    /// The challenge was not answered in time.
    #[error("challenge {nonce} had to be answered before {expired_at}, and it is {now}: ask for a new one")]
    ChallengeExpired { nonce: u64, expired_at: u64, now: u64 },
    /// The name changed hands since the challenge was put.
    #[error("{name} changed hands since challenge {nonce} was put: ask for a new one")]
    ChallengeOutdated { nonce: u64, name: String },
    /// A wallet of this kind signs otherwise.
    #[error("{wallet} does not sign so: EVM wallets sign by EIP-191 or EIP-712, Solana wallets by Ed25519")]
    WrongScheme { wallet: Wallet },
    /// An EVM wallet's signature has 65 bytes; a contract wallet's (EIP-1271, EIP-6492) cannot be checked here, because
    /// only its chain can tell whom it accepts, and the canister does not ask chains.
    #[error(
        "{actual} bytes are no signature of the key {wallet}, which has 65: contract wallets (EIP-1271) cannot be \
         linked, so link a key of its owner"
    )]
    ContractWallet { wallet: Wallet, actual: u64 },
    /// `s` of the signature is above half of the group's order (EIP-2).
    #[error("s of the signature is the higher of two: give the lower one, with the v that belongs to it")]
    HighS,
    /// `v` of the signature is not 27 or 28.
    #[error("v of the signature is {v}: give 27 or 28")]
    WrongV { v: u8 },
    /// The signature is another key's or over other bytes. `recovered` is who signed, for EVM wallets.
    #[error(
        "not signed by {wallet}{}: sign the challenge as it is with that wallet; a contract wallet (EIP-1271) cannot",
        recovered.as_ref().map(|by| format!(" but by 0x{}", encode(by))).unwrap_or_default()
    )]
    WrongSigner {
        wallet: Wallet,
        recovered: Option<ByteBuf>,
    },
    /// The wallet is linked to this name already.
    #[error("{wallet} is linked to {name} already")]
    AlreadyLinked { name: String, wallet: Wallet },
    /// The wallet is not linked to this name.
    #[error("{wallet} is not linked to {name}: link it by challenge and prove_wallet")]
    NotLinked { name: String, wallet: Wallet },
    /// A name has as many wallets as it may.
    #[error("{name} has {limit} wallets, as many as it may: unlink one first")]
    TooManyWallets { name: String, limit: u32 },

    /// A label is malformed.
    #[error("{label:?} is no label: give 1 to 63 of a to z, 0 to 9 and . _ - /")]
    BadLabel { label: String },
    /// The text is no CID that is taken.
    #[error("{reason}")]
    BadCid { reason: String },
    /// A name has as many labels in one tenure as it may.
    #[error("{name} has {limit} labels, as many as it may: use one of them")]
    TooManyLabels { name: String, limit: u32 },
    /// A label has as many versions as it may.
    #[error("{label} of {name} has {limit} versions, as many as it may: go on under another label")]
    TooManyVersions { name: String, label: String, limit: u32 },

    /// The id stands for another claim.
    #[error("claim 0x{} exists: use a new id", encode(id))]
    ClaimExists { id: ByteBuf },
    /// No claim was issued with this id.
    #[error("no claim 0x{} was issued: an issuer calls issue_claim", encode(id))]
    ClaimUnknown { id: ByteBuf },
    /// The deadline is past.
    #[error("the deadline {deadline} is past, it is {now} (unix seconds): ask for a claim with a later one")]
    ClaimExpired { deadline: u64, now: u64 },
    /// The claim was redeemed or taken back before.
    #[error("claim 0x{} was redeemed or taken back before: it counts once", encode(id))]
    ClaimClosed { id: ByteBuf },
    /// The claim is for another wallet.
    #[error("claim 0x{} is for {wallet}: redeem it by that one", encode(id))]
    ClaimWallet { id: ByteBuf, wallet: Wallet },
    /// The claim was issued to an earlier holder of the name.
    #[error(
        "claim 0x{} was issued for tenure {issued_for} and this is tenure {tenure}: it was an earlier holder's",
        encode(id)
    )]
    ClaimTenure {
        id: ByteBuf,
        issued_for: u64,
        tenure: u64,
    },
    /// Only who issued a claim, or an administrator, takes it back.
    #[error(
        "claim 0x{} was issued by {issuer}: only that issuer or an administrator takes it back",
        encode(id)
    )]
    NotIssuer { id: ByteBuf, issuer: Principal },

    /// The name is not reserved.
    #[error("{name} is not reserved: see reserved_names")]
    NotReserved { name: String },
    /// There is no certificate outside of queries.
    #[error("there are certificates in queries only: call this as a query")]
    NotAQuery,
}

impl From<NameError> for Refusal {
    fn from(error: NameError) -> Self {
        match error {
            NameError::Length { length } => Self::NameLength {
                length: length as u64,
            },
            NameError::Character { character, position } => Self::NameCharacter {
                character: character.to_string(),
                position: position as u64,
            },
            NameError::Hyphen { position } => Self::NameHyphen {
                position: position as u64,
            },
        }
    }
}

impl From<CidError> for Refusal {
    fn from(error: CidError) -> Self {
        Self::BadCid {
            reason: error.to_string(),
        }
    }
}
