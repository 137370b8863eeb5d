//! Test canisters in WebAssembly text, and shorthands for the management canister.

#![allow(dead_code)] // each test binary uses a part

pub mod http;

use candid::{CandidType, Decode, Encode, Nat, Principal};
use ic_emulator::{Emulator, Options, Reject, Response};
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, CanisterSettings, CanisterStatusResult, InstallCodeArgs,
    ProvisionalCreateCanisterWithCyclesArgs, UpdateSettingsArgs,
};

pub const TRILLION: u128 = 1_000_000_000_000;

/// The user who owns the canisters of a test.
pub fn owner() -> Principal {
    Principal::self_authenticating(b"owner")
}

pub fn stranger() -> Principal {
    Principal::self_authenticating(b"stranger")
}

/// An emulator whose runs are all alike, with small instruction limits.
pub fn emulator() -> Emulator {
    let options = Options {
        seed: [7; 32],
        instruction_limit: 50_000_000,
        query_instruction_limit: 5_000_000,
        ..Options::default()
    };
    Emulator::new(options).unwrap()
}

/// A module of `body`, with a page of memory and the imports that test canisters use.
///
/// `$reply_u32` replies with four bytes, little-endian.
pub fn canister(body: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
        (import "ic0" "msg_arg_data_size" (func $arg_size (result i32)))
        (import "ic0" "msg_arg_data_copy" (func $arg_copy (param i32 i32 i32)))
        (import "ic0" "msg_caller_size" (func $caller_size (result i32)))
        (import "ic0" "msg_caller_copy" (func $caller_copy (param i32 i32 i32)))
        (import "ic0" "msg_reject_code" (func $reject_code (result i32)))
        (import "ic0" "msg_reject_msg_size" (func $reject_size (result i32)))
        (import "ic0" "msg_reject_msg_copy" (func $reject_copy (param i32 i32 i32)))
        (import "ic0" "msg_deadline" (func $deadline (result i64)))
        (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
        (import "ic0" "msg_reply" (func $reply))
        (import "ic0" "msg_reject" (func $reject (param i32 i32)))
        (import "ic0" "msg_cycles_available128" (func $available (param i32)))
        (import "ic0" "msg_cycles_refunded128" (func $refunded (param i32)))
        (import "ic0" "msg_cycles_accept128" (func $accept (param i64 i64 i32)))
        (import "ic0" "canister_cycle_balance128" (func $balance (param i32)))
        (import "ic0" "canister_self_size" (func $self_size (result i32)))
        (import "ic0" "canister_self_copy" (func $self_copy (param i32 i32 i32)))
        (import "ic0" "canister_version" (func $version (result i64)))
        (import "ic0" "msg_method_name_size" (func $method_size (result i32)))
        (import "ic0" "accept_message" (func $accept_message))
        (import "ic0" "call_new" (func $call_new (param i32 i32 i32 i32 i32 i32 i32 i32)))
        (import "ic0" "call_on_cleanup" (func $on_cleanup (param i32 i32)))
        (import "ic0" "call_data_append" (func $call_append (param i32 i32)))
        (import "ic0" "call_with_best_effort_response" (func $best_effort (param i32)))
        (import "ic0" "call_cycles_add128" (func $call_cycles (param i64 i64)))
        (import "ic0" "call_perform" (func $perform (result i32)))
        (import "ic0" "stable64_size" (func $stable_size (result i64)))
        (import "ic0" "stable64_grow" (func $stable_grow (param i64) (result i64)))
        (import "ic0" "stable64_read" (func $stable_read (param i64 i64 i64)))
        (import "ic0" "stable64_write" (func $stable_write (param i64 i64 i64)))
        (import "ic0" "certified_data_set" (func $certify (param i32 i32)))
        (import "ic0" "data_certificate_present" (func $certificate_present (result i32)))
        (import "ic0" "data_certificate_size" (func $certificate_size (result i32)))
        (import "ic0" "data_certificate_copy" (func $certificate_copy (param i32 i32 i32)))
        (import "ic0" "time" (func $time (result i64)))
        (import "ic0" "global_timer_set" (func $set_timer (param i64) (result i64)))
        (import "ic0" "performance_counter" (func $instructions (param i32) (result i64)))
        (import "ic0" "is_controller" (func $is_controller (param i32 i32) (result i32)))
        (import "ic0" "in_replicated_execution" (func $replicated (result i32)))
        (import "ic0" "root_key_size" (func $root_key_size (result i32)))
        (import "ic0" "root_key_copy" (func $root_key_copy (param i32 i32 i32)))
        (import "ic0" "env_var_count" (func $variables (result i32)))
        (import "ic0" "env_var_name_size" (func $variable_name_size (param i32) (result i32)))
        (import "ic0" "env_var_name_copy" (func $variable_name_copy (param i32 i32 i32 i32)))
        (import "ic0" "env_var_name_exists" (func $variable_exists (param i32 i32) (result i32)))
        (import "ic0" "env_var_value_size" (func $variable_size (param i32 i32) (result i32)))
        (import "ic0" "env_var_value_copy" (func $variable_copy (param i32 i32 i32 i32 i32)))
        (import "ic0" "cost_sign_with_ecdsa" (func $signature_cost (param i32 i32 i32 i32) (result i32)))
        (import "ic0" "cycles_burn128" (func $burn (param i64 i64 i32)))
        (import "ic0" "trap" (func $trap (param i32 i32)))
        (memory (export "memory") 1)
        (func $reply_u32 (param i32)
            (i32.store (i32.const 65528) (local.get 0))
            (call $append (i32.const 65528) (i32.const 4))
            (call $reply))
        {body})"#
    );
    wat::parse_str(text).unwrap()
}

/// Counts at address 0: `inc` replies with the new count, `get` with the count.
pub const COUNTER: &str = r#"
    (func $inc (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))))
    (func (export "canister_update inc") (call $inc) (call $reply_u32 (i32.load (i32.const 0))))
    (func (export "canister_query get") (call $reply_u32 (i32.load (i32.const 0))))"#;

/// `forward` makes the call that its argument describes ([`forwarded`]) and passes the answer on.
pub const FORWARDER: &str = r#"
    (table funcref (elem $on_reply $on_reject))
    (func $on_reply (param i32)
        (call $arg_copy (i32.const 1000) (i32.const 0) (call $arg_size))
        (call $append (i32.const 1000) (call $arg_size))
        (call $reply))
    (func $on_reject (param i32)
        (call $reject_copy (i32.const 1000) (i32.const 0) (call $reject_size))
        (call $reject (i32.const 1000) (call $reject_size)))
    ;; 1000: cycles (8 bytes), callee and its length (30), method and its length (41), argument
    (func (export "canister_update forward")
        (call $arg_copy (i32.const 1000) (i32.const 0) (call $arg_size))
        (call $call_new
            (i32.const 1009) (i32.load8_u (i32.const 1008))
            (i32.const 1039) (i32.load8_u (i32.const 1038))
            (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
        (call $call_cycles (i64.const 0) (i64.load (i32.const 1000)))
        (call $call_append (i32.const 1079) (i32.sub (call $arg_size) (i32.const 79)))
        (drop (call $perform)))"#;

/// The argument of `forward`.
pub fn forwarded(cycles: u64, callee: Principal, method: &str, arg: &[u8]) -> Vec<u8> {
    let mut bytes = cycles.to_le_bytes().to_vec();
    bytes.push(callee.as_slice().len() as u8);
    bytes.extend(callee.as_slice());
    bytes.resize(8 + 30, 0);
    bytes.push(method.len() as u8);
    bytes.extend(method.as_bytes());
    bytes.resize(8 + 30 + 41, 0);
    bytes.extend(arg);
    bytes
}

pub fn manage<T: CandidType>(emulator: &Emulator, sender: Principal, method: &str, arg: &T) -> Response {
    emulator.update(
        sender,
        Principal::management_canister(),
        method,
        Encode!(arg).unwrap(),
    )
}

pub fn create(emulator: &Emulator, cycles: u128) -> Principal {
    let args = ProvisionalCreateCanisterWithCyclesArgs {
        amount: Some(Nat::from(cycles)),
        settings: None,
        specified_id: None,
        sender_canister_version: None,
    };
    let reply = manage(
        emulator,
        owner(),
        "provisional_create_canister_with_cycles",
        &args,
    )
    .unwrap();
    Decode!(&reply, CanisterIdRecord).unwrap().canister_id
}

pub fn install_args(canister_id: Principal, mode: CanisterInstallMode, wasm: &[u8]) -> InstallCodeArgs {
    InstallCodeArgs {
        mode,
        canister_id,
        wasm_module: wasm.to_vec(),
        arg: vec![],
        sender_canister_version: None,
    }
}

pub fn install_as(
    emulator: &Emulator,
    sender: Principal,
    canister: Principal,
    mode: CanisterInstallMode,
    wasm: &[u8],
) -> Result<(), Reject> {
    manage(
        emulator,
        sender,
        "install_code",
        &install_args(canister, mode, wasm),
    )
    .map(drop)
}

pub fn set_controllers(
    emulator: &Emulator,
    canister_id: Principal,
    controllers: Vec<Principal>,
) -> Result<(), Reject> {
    let settings = CanisterSettings {
        controllers: Some(controllers),
        ..CanisterSettings::default()
    };
    let args = UpdateSettingsArgs {
        canister_id,
        settings,
        sender_canister_version: None,
    };
    manage(emulator, owner(), "update_settings", &args).map(drop)
}

/// A canister with a trillion cycles and the module of `body`.
pub fn deploy(emulator: &Emulator, body: &str) -> Principal {
    let id = create(emulator, TRILLION);
    install_as(
        emulator,
        owner(),
        id,
        CanisterInstallMode::Install,
        &canister(body),
    )
    .unwrap();
    id
}

pub fn update(emulator: &Emulator, canister: Principal, method: &str) -> Response {
    emulator.update(owner(), canister, method, vec![])
}

pub fn query(emulator: &Emulator, canister: Principal, method: &str) -> Response {
    emulator.query(owner(), canister, method, vec![])
}

/// The four bytes of `$reply_u32`.
pub fn number(response: Response) -> u32 {
    u32::from_le_bytes(response.unwrap().try_into().unwrap())
}

pub fn status(emulator: &Emulator, canister_id: Principal) -> CanisterStatusResult {
    let reply = manage(
        emulator,
        owner(),
        "canister_status",
        &CanisterIdRecord { canister_id },
    )
    .unwrap();
    Decode!(&reply, CanisterStatusResult).unwrap()
}

pub fn cycles(emulator: &Emulator, canister: Principal) -> u128 {
    status(emulator, canister).cycles.0.try_into().unwrap()
}
