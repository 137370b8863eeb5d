//! Why the canister refuses, with the values that were wrong.

use crate::{BatchRefusal, Chain, Role, SubmissionRefusal, TransactionRefusal};
use candid::{CandidType, Nat, Principal};
use hex::encode;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use std::fmt;
use strum::IntoStaticStr;
use thiserror::Error;

/// A refusal signs, charges and counts nothing, unless its text says otherwise.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, Error, IntoStaticStr, PartialEq, Serialize)]
pub enum Refusal {
    /// The caller did not sign its request.
    #[error("the caller is anonymous: use an identity that holds a role")]
    Anonymous,
    /// The caller lacks the role.
    #[error("{caller} lacks the role {}: an administrator grants it by set_role", role.name())]
    RoleMissing { caller: Principal, role: Role },
    /// The role would leave nobody to administer the canister.
    #[error("nobody would be left to administer the canister: appoint another administrator first")]
    LastAdmin,
    /// Nothing is signed until an administrator calls `resume`.
    #[error("signing is paused until an administrator calls resume")]
    Paused,
    /// A field has the wrong number of bytes.
    #[error("{field} has {actual} bytes: give {expected}")]
    WrongLength {
        field: String,
        expected: u64,
        actual: u64,
    },
    /// A number is larger than it may be.
    #[error("{field} is {}: give at most {max}", Number(value))]
    TooLarge { field: String, value: Nat, max: Nat },
    /// A number or an address that may not be zero.
    #[error("{field} is zero: give another")]
    Zero { field: String },
    /// 32 bytes on an EVM chain that are no address.
    #[error("{field} is no EVM address: give 20 bytes, left-padded with zeros to 32")]
    NotAnEvmAddress { field: String },
    /// Two entries for one thing.
    #[error("{field} holds 0x{} twice: give it once", encode(value))]
    Duplicate { field: String, value: ByteBuf },
    /// A claim over nothing.
    #[error("the amount is zero: give at least one base unit")]
    ZeroAmount,
    /// The account is the zero address, to which no token can be paid.
    #[error("the account is the zero address, to which no token can be paid: give the recipient's")]
    ZeroAccount,
    /// Above what one claim of this distributor may pay.
    #[error(
        "{amount} base units are above {max}, the most that one claim of this distributor may pay: ask for less"
    )]
    AboveMaximum { amount: Nat, max: Nat },
    /// Above what is left for this day.
    #[error(
        "{amount} base units of 0x{} on top of {spent} of today are above {max}, the most of one day (UTC): ask for \
         less or wait for the next day",
        encode(asset)
    )]
    AboveDaily {
        asset: ByteBuf,
        amount: Nat,
        spent: Nat,
        max: Nat,
    },
    /// The deadline is not in the future. Both in Unix seconds.
    #[error("the deadline {deadline} is not after {now} (Unix seconds): give a later one")]
    Expired { deadline: u64, now: u64 },
    /// No administrator allowed this distributor on this chain.
    #[error(
        "distributor 0x{} on chain {chain_id} is not allowed: an administrator adds it by allow_distributor",
        encode(distributor)
    )]
    DistributorNotAllowed { chain_id: u64, distributor: ByteBuf },
    /// No administrator allowed this settlement or registry on this chain.
    #[error(
        "0x{} on {chain} is not allowed: an administrator adds it by allow_settlement or allow_registry",
        encode(contract)
    )]
    ContractNotAllowed { chain: Chain, contract: ByteBuf },
    /// The sequence that a settlement, or the number that a registry expects next can only go up.
    #[error(
        "the next number is {current} and cannot become {given}, which is lower: give at least {current}"
    )]
    GoesBack { current: u64, given: u64 },
    /// Not the number that comes next.
    #[error("the next number of this contract is {expected}, not {given}: ask for what comes next")]
    OutOfTurn { expected: u64, given: u64 },
    /// Not while this settlement's batches may be signed. In minutes after midnight UTC.
    #[error(
        "it is minute {minute} of the day (UTC), outside {from_minute} to {to_minute}: call again within these"
    )]
    OutsideHours {
        minute: u32,
        from_minute: u32,
        to_minute: u32,
    },
    /// This id was accepted with other content, whose digest this is.
    #[error(
        "request id 0x{} stands for other content, with the digest 0x{}: use a new id",
        encode(id),
        encode(digest)
    )]
    IdTaken { id: ByteBuf, digest: ByteBuf },
    /// An earlier call is signing this very request.
    #[error(
        "request 0x{} is being signed by an earlier call: ask again in a few seconds for the same bytes",
        encode(id)
    )]
    InProgress { id: ByteBuf },
    /// Nothing was accepted under this id.
    #[error(
        "nothing was accepted as request 0x{}: ask for it by the method that signs it",
        encode(id)
    )]
    UnknownRequest { id: ByteBuf },
    /// The record of this request is all of it, so the method that accepted it completes it.
    #[error(
        "request 0x{} was accepted by {method}: the query request has its content, call {method} with that",
        encode(id)
    )]
    NotCompletable { id: ByteBuf, method: String },
    /// The version of the keys is not in use yet.
    #[error("there is no version {version} of the keys to sign with: give {current} or none")]
    UnknownKeyVersion { version: u32, current: u32 },
    /// The version of the keys signs no more.
    #[error(
        "version {version} of the keys signs no more, {current} is in use: ask for that; what was accepted before is \
         signed by complete_request"
    )]
    KeyRetired { version: u32, current: u32 },
    /// The operator has prepaid too little. In cycles.
    #[error(
        "a signature costs {price} cycles and {caller} has {credits}: deposit more by deposit_credits, or ask an \
         administrator for grant_credits"
    )]
    InsufficientCredits {
        caller: Principal,
        price: Nat,
        credits: Nat,
    },
    /// Too few cycles came with the call; none were taken.
    #[error(
        "{attached} cycles came with the call, the least is {least}: attach more, from a canister, for messages of \
         users carry none"
    )]
    TooFewCycles { attached: Nat, least: Nat },
    /// A rule for batches.
    #[error(transparent)]
    Batch(BatchRefusal),
    /// A rule for transactions.
    #[error(transparent)]
    Transaction(TransactionRefusal),
    /// A step of a submission that could not be made. What was reached before is kept.
    #[error(transparent)]
    Submission(SubmissionRefusal),
    /// The threshold protocol gave no usable signature (or key). The request stays accepted, and is not charged again.
    #[error(
        "no signature from the threshold protocol: {reason}; mend that and call again with the same request"
    )]
    SigningFailed { reason: String },
}

impl Refusal {
    /// Name of the rule that refused: of the innermost variant.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Batch(refusal) => refusal.into(),
            Self::Transaction(refusal) => refusal.into(),
            Self::Submission(refusal) => refusal.into(),
            refusal => refusal.into(),
        }
    }

    /// The sentence for the public log: without words of others, which only the caller is told.
    pub fn public(&self) -> String {
        match self {
            Self::Submission(refusal) => refusal.public(),
            refusal => refusal.to_string(),
        }
    }

    /// The same of a field that is in an entry of a list: `deltas[5].owner` instead of `owner`.
    pub fn in_entry(mut self, list: &str, index: usize) -> Self {
        if let Self::WrongLength { field, .. }
        | Self::TooLarge { field, .. }
        | Self::Zero { field }
        | Self::NotAnEvmAddress { field } = &mut self
        {
            *field = format!("{list}[{index}].{field}");
        }
        self
    }
}

impl From<BatchRefusal> for Refusal {
    fn from(refusal: BatchRefusal) -> Self {
        Self::Batch(refusal)
    }
}

impl From<TransactionRefusal> for Refusal {
    fn from(refusal: TransactionRefusal) -> Self {
        Self::Transaction(refusal)
    }
}

impl From<SubmissionRefusal> for Refusal {
    fn from(refusal: SubmissionRefusal) -> Self {
        Self::Submission(refusal)
    }
}

/// A number of any length: written out only where that is cheap.
struct Number<'a>(&'a Nat);

impl fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.0.bits() {
            bits if bits <= 256 => self.0.fmt(f),
            bits => write!(f, "a number of {bits} bits"),
        }
    }
}
