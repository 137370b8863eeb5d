//! Which messages of users are taken in at all.
//!
//! The canister pays for every update call that is taken in, so what would be refused anyway is turned away before.
//! This is a filter and not a boundary: a single replica runs it, before consensus, and calls of other canisters never
//! pass here. Every method therefore checks its caller and its arguments again, as if this were not there.

use crate::{changes, roles};
use candid::Principal;
use ic_cdk::{
    api::{accept_message, msg_arg_data, msg_caller, msg_method_name},
    inspect_message,
};
use names_api::interface::Role;

/// Most bytes of an argument. The longest that is any good, that of `set_content`, has about 800.
const ARGUMENT: usize = 2048;

#[inspect_message]
fn inspect_message() {
    if accepts(&msg_method_name(), msg_caller(), msg_arg_data().len()) {
        accept_message();
    }
}

/// Whether the method would listen to this caller. A query method is not an update call: as a query it is free.
fn accepts(method: &str, caller: Principal, argument_bytes: usize) -> bool {
    let holds = |role| roles::has(caller, role);
    if caller == Principal::anonymous() || argument_bytes > ARGUMENT {
        return false;
    }
    match method {
        "register" | "renew" | "release" | "offer_transfer" | "cancel_transfer" | "accept_transfer"
        | "challenge" | "prove_wallet" | "unlink_wallet" | "set_content" | "redeem_claim" => {
            changes::left(caller)
        }
        "issue_claim" => holds(Role::Issuer),
        "revoke_claim" => holds(Role::Issuer) || holds(Role::Admin),
        "set_role" | "set_limits" | "reserve_name" | "unreserve_name" | "resume" => holds(Role::Admin),
        "pause" => holds(Role::Guardian) || holds(Role::Admin),
        _ => false,
    }
}
