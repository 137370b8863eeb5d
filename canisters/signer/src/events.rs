//! What the block log says. `signer.icrc3.json` describes the same blocks for indexers; a test compares the two.

use crate::state;
use candid::Principal;
use canister_kit::icrc3::{self, TipCertificate, Value};

/// Fields of a block, besides who called.
pub type Fields = Vec<(&'static str, Value)>;

/// The block types of the log: one for each change of state, and `refused`.
pub const BLOCK_TYPES: &[&str] = &[
    "initialized",
    "role_granted",
    "role_revoked",
    "paused",
    "resumed",
    "distributor_allowed",
    "distributor_removed",
    "settlement_allowed",
    "settlement_asset_allowed",
    "settlement_collection_allowed",
    "settlement_removed",
    "registry_allowed",
    "registry_removed",
    "credits_deposited",
    "credits_granted",
    "margin_set",
    "key_rotated",
    "request_accepted",
    "request_rekeyed",
    "claim_accepted",
    "claim_signed",
    "batch_accepted",
    "batch_signed",
    "checkpoint_accepted",
    "checkpoint_signed",
    "call_allowed",
    "call_removed",
    "transaction_accepted",
    "transaction_signed",
    "evm_rpc_set",
    "evm_rpc_removed",
    "submission_accepted",
    "submission_planned",
    "submission_replaced",
    "submission_sent",
    "submission_confirmed",
    "submission_failed",
    "refused",
];

/// Appends a block to the log, in the same message that changed the state.
pub fn record(caller: Principal, block_type: &'static str, fields: Fields) {
    let mut tx = vec![("caller", Value::text(caller))];
    tx.extend(fields);
    state::write(|s| s.log.append(block_type, ic_cdk::api::time(), tx));
    certify();
}

/// Tells the subnet what to certify: the end of the log. At every block, and again after an upgrade.
pub fn certify() {
    ic_cdk::api::certified_data_set(state::read(|s| icrc3::tip_tree(s.log.tip())).digest());
}

/// The certified end of the log. `None` for an empty log and outside a query.
pub fn tip_certificate() -> Option<TipCertificate> {
    let tip = state::read(|s| s.log.tip())?;
    icrc3::tip_certificate(&icrc3::tip_tree(Some(tip)))
}
