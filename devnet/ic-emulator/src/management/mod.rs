//! The [management canister](https://internetcomputer.org/docs/references/ic-interface-spec#ic-management-canister):
//! which methods there are and who may call them.

mod chain_keys;
mod chunks;
mod create;
mod install;
mod lifecycle;

use crate::{
    Reject, Response,
    canister::Canister,
    world::{Call, World},
};
use candid::{CandidType, Principal};
use ic_error_types::ErrorCode;
use serde::de::DeserializeOwned;

/// What a management call did.
pub(crate) enum Outcome {
    /// It is over; the caller gets back the cycles that were not used.
    Done { response: Response, cycles_used: u128 },
    /// The answer comes later.
    Later,
}

/// Reply data and cycles used.
type Managed = Result<(Vec<u8>, u128), Reject>;

/// Methods for users and canisters.
const PUBLIC: [&str; 13] = [
    "canister_status",
    "clear_chunk_store",
    "delete_canister",
    "install_chunked_code",
    "install_code",
    "provisional_create_canister_with_cycles",
    "provisional_top_up_canister",
    "start_canister",
    "stop_canister",
    "stored_chunks",
    "uninstall_code",
    "update_settings",
    "upload_chunk",
];

impl World {
    pub(crate) fn manage(&mut self, call: &Call) -> Outcome {
        if call.method == "stop_canister" {
            return self.stop_canister(call);
        }
        match self.manage_now(call) {
            Ok((reply, cycles_used)) => Outcome::Done {
                response: Ok(reply),
                cycles_used,
            },
            Err(reject) => Outcome::Done {
                response: Err(reject),
                cycles_used: 0,
            },
        }
    }

    fn manage_now(&mut self, call: &Call) -> Managed {
        match call.method.as_str() {
            "create_canister" => self.create_canister(call),
            "provisional_create_canister_with_cycles" => self.provisional_create_canister(call),
            "provisional_top_up_canister" => self.provisional_top_up(call),
            "deposit_cycles" => self.deposit_cycles(call),
            "update_settings" => self.update_settings(call),
            "canister_status" => self.canister_status(call),
            "start_canister" => self.start_canister(call),
            "delete_canister" => self.delete_canister(call),
            "uninstall_code" => self.uninstall_code(call),
            "install_code" => self.install_code(call),
            "install_chunked_code" => self.install_chunked_code(call),
            "upload_chunk" => self.upload_chunk(call),
            "stored_chunks" => self.stored_chunks(call),
            "clear_chunk_store" => self.clear_chunk_store(call),
            "raw_rand" => reply(&self.random().to_vec()),
            "ecdsa_public_key" => chain_keys::ecdsa_public_key(call),
            "sign_with_ecdsa" => chain_keys::sign_with_ecdsa(call),
            "schnorr_public_key" => chain_keys::schnorr_public_key(call),
            "sign_with_schnorr" => chain_keys::sign_with_schnorr(call),
            other => Err(Reject::not_modelled(format!(
                "the management canister's method '{other}'"
            ))),
        }
    }

    /// The canister, if `caller` controls it.
    fn controlled(&mut self, id: Principal, call: &Call) -> Result<&mut Canister, Reject> {
        let canister = self
            .canisters
            .get_mut(&id)
            .ok_or_else(|| Reject::canister_not_found(id))?;
        if canister.is_controller(call.caller) {
            return Ok(canister);
        }
        let (method, caller) = (&call.method, call.caller);
        let message =
            format!("Only controllers of canister {id} can call ic00 method {method}, and {caller} is none");
        Err(Reject::new(ErrorCode::CanisterInvalidController, message))
    }
}

/// Refuses methods that users cannot call.
pub(crate) fn check_ingress(method: &str) -> Result<(), Reject> {
    if PUBLIC.contains(&method) {
        return Ok(());
    }
    let message = format!("the management canister has no method '{method}' that users can call");
    Err(Reject::new(ErrorCode::CanisterRejectedMessage, message))
}

/// The canister that a management call is about, by which it is routed; none if the call is about no canister.
pub(crate) fn target(method: &str, arg: &[u8]) -> Option<Principal> {
    #[derive(CandidType, serde::Deserialize)]
    struct Chunked {
        target_canister: Principal,
    }
    match method {
        "provisional_create_canister_with_cycles" => None,
        "install_chunked_code" => Some(candid::decode_one::<Chunked>(arg).ok()?.target_canister),
        _ => Some(
            candid::decode_one::<ic_management_canister_types::CanisterIdRecord>(arg)
                .ok()?
                .canister_id,
        ),
    }
}

/// Candid's empty tuple.
pub(crate) fn no_value() -> Vec<u8> {
    b"DIDL\x00\x00".to_vec()
}

fn decode<T: CandidType + DeserializeOwned>(call: &Call) -> Result<T, Reject> {
    candid::decode_one(&call.arg).map_err(|e| {
        let message = format!("Error decoding the argument of '{}': {e}", call.method);
        Reject::new(ErrorCode::InvalidManagementPayload, message)
    })
}

/// A reply that uses no cycles.
fn reply(value: &impl CandidType) -> Managed {
    Ok((encode(value)?, 0))
}

fn encode(value: &impl CandidType) -> Result<Vec<u8>, Reject> {
    candid::encode_one(value).map_err(|e| invalid(format!("cannot encode the reply: {e}")))
}

fn invalid(message: String) -> Reject {
    Reject::new(ErrorCode::InvalidManagementPayload, message)
}
