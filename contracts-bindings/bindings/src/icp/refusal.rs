//! Why the signer refuses, as an error.

use alloy::hex::encode;
use candid::{CandidType, Nat, Principal};
use serde::Deserialize;
use serde_bytes::ByteBuf;

use super::Role;

/// A refusal changes nothing, unless its text says otherwise.
#[derive(CandidType, Clone, Debug, Deserialize, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the caller is anonymous: use an identity that holds a role")]
    Anonymous,
    #[error("{caller} lacks the role {role:?}: an administrator grants it by set_role")]
    RoleMissing { caller: Principal, role: Role },
    #[error("nobody would be left to administer the canister: appoint another administrator first")]
    LastAdmin,
    #[error("signing is paused until an administrator calls resume")]
    Paused,
    #[error("{field} has {actual} bytes: give {expected}")]
    WrongLength {
        field: String,
        expected: u64,
        actual: u64,
    },
    #[error("{field} is {value}: give at most {max}")]
    TooLarge { field: String, value: Nat, max: Nat },
    #[error("the amount is zero: give at least one base unit")]
    ZeroAmount,
    #[error("the account is the zero address, to which no token can be paid")]
    ZeroAccount,
    #[error("{amount} base units are above {max}, the most that one claim of this distributor may pay")]
    AboveMaximum { amount: Nat, max: Nat },
    #[error("the deadline {deadline} is not after {now} (unix seconds): give a later one")]
    Expired { deadline: u64, now: u64 },
    #[error(
        "distributor 0x{} on chain {chain_id} is not allowed: an administrator adds it by allow_distributor",
        encode(distributor)
    )]
    DistributorNotAllowed { chain_id: u64, distributor: ByteBuf },
    #[error(
        "claim id 0x{} stands for other content, with the digest 0x{}: use a new id",
        encode(id),
        encode(digest)
    )]
    IdTaken { id: ByteBuf, digest: ByteBuf },
    #[error(
        "claim 0x{} is being signed by an earlier call: ask again in a few seconds",
        encode(id)
    )]
    InProgress { id: ByteBuf },
    #[error(
        "no signature from the threshold protocol: {reason}; mend that and call again with the same claim"
    )]
    SigningFailed { reason: String },
}
