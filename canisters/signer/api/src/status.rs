//! How things are.

use crate::{Distributor, KeyStatus, Role};
use candid::{CandidType, Nat, Principal};
use serde::{Deserialize, Serialize};

/// Argument of `init`.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct InitArgs {
    /// The first administrator. Not the anonymous principal.
    pub admin: Principal,
    /// Name of the threshold keys: `key_1` on the mainnet, `test_key_1` for trials there, `dfx_test_key` locally.
    pub key_name: String,
}

/// Answer of `status`.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Status {
    /// Nothing is signed while true.
    pub paused: bool,
    /// As given at `init`.
    pub key_name: String,
    /// Which versions of the keys sign.
    pub keys: KeyStatus,
    /// Of the current key. Absent until `evm_address` was called once.
    pub evm_address: Option<String>,
    /// Of the current key. Absent until `solana_address` was called once.
    pub solana_address: Option<String>,
    /// Claims accepted so far, signed or not.
    pub claims: u64,
    /// Requests accepted so far, signed or not, claims included.
    pub requests: u64,
    /// Calls of role holders refused so far, those included that are only counted.
    pub refusals: u64,
    /// Blocks in the log.
    pub log_length: u64,
    /// Cycles that the canister holds.
    pub cycles: Nat,
    /// The contracts whose claims may be signed.
    pub distributors: Vec<Distributor>,
    /// Settlements whose batches may be signed; see `settlements`.
    pub settlements: u64,
    /// Registries whose checkpoints may be signed; see `registries`.
    pub registries: u64,
    /// Everybody with a role.
    pub roles: Vec<(Principal, Role)>,
}
