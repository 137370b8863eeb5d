//! Why the canister refuses, with the values that were wrong.

use crate::api::Role;
use candid::{CandidType, Nat, Principal};
use serde::Deserialize;
use serde_bytes::ByteBuf;

/// A refusal changes nothing, unless its text says otherwise.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum Refusal {
    /// The caller did not sign its request. Use an identity that holds a role.
    Anonymous,
    /// The caller lacks the role; an administrator grants it by `set_role`.
    RoleMissing { caller: Principal, role: Role },
    /// The role would leave nobody to administer the canister. Appoint another administrator first.
    LastAdmin,
    /// Nothing is signed until an administrator calls `resume`.
    Paused,
    /// A field has the wrong number of bytes.
    WrongLength {
        field: String,
        expected: u64,
        actual: u64,
    },
    /// The amount does not fit 128 bits.
    TooLarge { field: String, value: Nat, max: Nat },
    /// A claim over nothing.
    ZeroAmount,
    /// The account is the zero address, to which no token can be paid.
    ZeroAccount,
    /// Above what one claim of this distributor may pay.
    AboveMaximum { amount: Nat, max: Nat },
    /// The deadline is not in the future. Both in unix seconds.
    Expired { deadline: u64, now: u64 },
    /// No administrator allowed this contract on this chain; see `allow_distributor`.
    DistributorNotAllowed { chain_id: u64, distributor: ByteBuf },
    /// This id was accepted with other content, whose digest this is. Use a new id.
    IdTaken { id: ByteBuf, digest: ByteBuf },
    /// An earlier call is signing this very claim. Ask again in a few seconds: the answer will be the same bytes.
    InProgress { id: ByteBuf },
    /// The threshold protocol gave no usable signature (or key). The claim stays accepted: call again with the
    /// same content, after mending what the reason names (too few cycles, an unknown key name, a busy subnet).
    SigningFailed { reason: String },
}
