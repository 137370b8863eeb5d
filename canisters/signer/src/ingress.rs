//! Which messages of users are taken in at all.
//!
//! The canister pays for every update call that is taken in, so what would be refused anyway is turned away before.
//! This is a filter and not a boundary: a single replica runs it, before consensus, and calls of other canisters never
//! pass here. Every method therefore checks its caller and its arguments again, as if this were not there.

use crate::roles;
use candid::Principal;
use ic_cdk::{
    api::{accept_message, msg_arg_data, msg_caller, msg_method_name},
    inspect_message,
};
use signer_api::Role;

/// Most bytes of an argument for a method that takes none, or one number. Some clients send a value to ignore.
const SMALL: usize = 64;

#[inspect_message]
fn inspect_message() {
    if accepts(&msg_method_name(), msg_caller(), msg_arg_data().len()) {
        accept_message();
    }
}

/// Whether the method would listen to this caller. A query method is not an update call: as a query it is free. Nor
/// is `deposit_credits` one for users: their messages carry no cycles.
fn accepts(method: &str, caller: Principal, argument_bytes: usize) -> bool {
    let holds = |role| roles::still(caller, role).is_ok();
    match method {
        "sign_claim" | "sign_batch" | "sign_checkpoint" | "sign_transaction" | "submit_transaction"
        | "advance" => holds(Role::Operator),
        "set_role" | "allow_distributor" | "remove_distributor" | "allow_settlement"
        | "remove_settlement" | "allow_registry" | "remove_registry" | "allow_call" | "remove_call"
        | "set_evm_rpc" | "remove_evm_rpc" | "grant_credits" | "set_margin" | "rotate_key" | "resume" => {
            holds(Role::Admin)
        }
        "complete_request" => holds(Role::Operator) || holds(Role::Admin),
        "pause" => holds(Role::Guardian) || holds(Role::Admin),
        "evm_address" | "evm_address_of" | "solana_address" | "solana_address_of" => {
            caller != Principal::anonymous() && argument_bytes <= SMALL
        }
        _ => false,
    }
}
