//! The methods, and nothing else: each asks for its role, and hands refusals to the audit.
//!
//! | module | for |
//! |---|---|
//! | [`signing`] | operators |
//! | [`settings`] | administrators and guardians |
//! | [`transactions`] | operators and administrators, what concerns transactions |
//! | [`reading`] | anybody |

pub mod reading;
pub mod settings;
pub mod signing;
pub mod transactions;

use crate::{events, roles, state};
use candid::{Nat, Principal};
use canister_kit::{
    http::{HttpRequest, HttpResponse},
    icrc3::{
        ArchiveInfo, BlockType, GetArchivesArgs, GetBlocksRequest, GetBlocksResult, SupportedStandard,
        TipCertificate, Value,
    },
};
use ic_cdk::{init, post_upgrade};
use serde_bytes::ByteBuf;
use signer_api::*;

#[init]
fn init(args: InitArgs) {
    let caller = ic_cdk::api::msg_caller();
    state::write(|s| s.configure(|c| c.key_name = args.key_name.clone()));
    let fields = vec![
        ("admin", Value::text(args.admin)),
        ("key_name", Value::text(&args.key_name)),
    ];
    events::record(caller, "initialized", fields);
    if let Err(refusal) = roles::set(caller, args.admin, Role::Admin, true) {
        ic_cdk::trap(format!(
            "the principal {} cannot be the administrator: {refusal}",
            args.admin
        ));
    }
}

#[post_upgrade]
fn post_upgrade() {
    state::probe();
    events::certify(); // certified data survives, but this code may build another tree than the one before
}

candid::export_service!();

/// The interface in Candid, as `signer.did` has it.
pub fn candid_interface() -> String {
    __export_service()
}
