//! A canister on the emulator as a library: its limits and its time can be chosen, and another canister can call it.

use crate::{CYCLES, log::range, person};
use candid::{CandidType, Nat, Principal, encode_args, encode_one, utils::ArgumentEncoder};
use canister_kit::icrc3::GetBlocksResult;
use ic_emulator::{Emulator, Options, Reject};
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, InstallCodeArgs, ProvisionalCreateCanisterWithCyclesArgs,
};
use serde::de::DeserializeOwned;

/// Its method `forward` makes the call that its argument describes (see [`Emulated::via_proxy_with`]) and passes the
/// reply on; a reject makes it trap.
const PROXY: &str = r#"(module
    (import "ic0" "msg_arg_data_size" (func $arg_size (result i32)))
    (import "ic0" "msg_arg_data_copy" (func $arg_copy (param i32 i32 i32)))
    (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "call_new" (func $call_new (param i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "ic0" "call_data_append" (func $call_append (param i32 i32)))
    (import "ic0" "call_cycles_add128" (func $call_cycles_add (param i64 i64)))
    (import "ic0" "call_perform" (func $perform (result i32)))
    (memory 1)
    (table funcref (elem $on_reply $on_reject))
    (func $on_reply (param i32)
        (call $arg_copy (i32.const 1000) (i32.const 0) (call $arg_size))
        (call $append (i32.const 1000) (call $arg_size))
        (call $reply))
    (func $on_reject (param i32) (unreachable))
    ;; 1000: callee's length and callee (30 bytes), method's length and method (41 bytes), cycles (8 bytes), argument
    (func (export "canister_update forward")
        (call $arg_copy (i32.const 1000) (i32.const 0) (call $arg_size))
        (call $call_new
            (i32.const 1001) (i32.load8_u (i32.const 1000))
            (i32.const 1031) (i32.load8_u (i32.const 1030))
            (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
        (call $call_append (i32.const 1079) (i32.sub (call $arg_size) (i32.const 79)))
        (call $call_cycles_add (i64.const 0) (i64.load align=1 (i32.const 1071)))
        (drop (call $perform))))"#;

/// A canister that identity 1 controls.
pub struct Emulated {
    /// Where it runs.
    pub emulator: Emulator,
    /// Its id.
    pub canister: Principal,
}

impl Emulated {
    /// A new emulator with the canister.
    ///
    /// # Panics
    /// When the canister does not start; so do all methods whose calls are not executed.
    pub fn start(options: Options, wasm: Vec<u8>, init: impl ArgumentEncoder) -> Self {
        let emulator = Emulator::new(options).unwrap();
        let canister = install(&emulator, wasm, encode_args(init).unwrap());
        Self { emulator, canister }
    }

    /// An update call by identity number `who`.
    ///
    /// # Errors
    /// When it is turned away or traps.
    pub fn update<T: CandidType + DeserializeOwned>(
        &self,
        who: u8,
        method: &str,
        args: impl ArgumentEncoder,
    ) -> Result<T, Reject> {
        let args = encode_args(args).unwrap();
        let reply = self.emulator.update(person(who), self.canister, method, args)?;
        Ok(candid::decode_one(&reply).unwrap())
    }

    /// A query call by identity 1.
    pub fn query<T: CandidType + DeserializeOwned>(&self, method: &str, args: impl ArgumentEncoder) -> T {
        let args = encode_args(args).unwrap();
        let reply = self
            .emulator
            .query(person(1), self.canister, method, args)
            .unwrap();
        candid::decode_one(&reply).unwrap()
    }

    /// Blocks of the log.
    pub fn blocks(&self, start: u64, length: u64) -> GetBlocksResult {
        self.query("icrc3_get_blocks", (vec![range(start, length)],))
    }

    /// A canister through which [`Emulated::via_proxy`] calls.
    pub fn proxy(&self) -> Principal {
        install(&self.emulator, wat::parse_str(PROXY).unwrap(), vec![])
    }

    /// A call by the canister `proxy`, whose method's name has at most 40 bytes.
    pub fn via_proxy<T: CandidType + DeserializeOwned>(
        &self,
        proxy: Principal,
        method: &str,
        args: impl ArgumentEncoder,
    ) -> T {
        self.via_proxy_with(0, proxy, method, args)
    }

    /// As [`Emulated::via_proxy`], with cycles of the proxy's.
    pub fn via_proxy_with<T: CandidType + DeserializeOwned>(
        &self,
        cycles: u64,
        proxy: Principal,
        method: &str,
        args: impl ArgumentEncoder,
    ) -> T {
        let mut call = vec![self.canister.as_slice().len() as u8];
        call.extend(self.canister.as_slice());
        call.resize(30, 0);
        call.push(method.len() as u8);
        call.extend(method.as_bytes());
        call.resize(30 + 41, 0);
        call.extend(cycles.to_le_bytes());
        call.extend(encode_args(args).unwrap());
        let reply = self.emulator.update(person(1), proxy, "forward", call).unwrap();
        candid::decode_one(&reply).unwrap()
    }

    /// Gives the canister this code.
    ///
    /// # Errors
    /// When the upgrade traps, which undoes it.
    pub fn upgrade(&self, wasm: Vec<u8>) -> Result<(), Reject> {
        let args = install_args(
            CanisterInstallMode::Upgrade(None),
            self.canister,
            wasm,
            encode_args(()).unwrap(),
        );
        self.emulator
            .update(person(1), Principal::management_canister(), "install_code", args)
            .map(drop)
    }
}

/// A new canister with this code, controlled by identity 1.
///
/// # Panics
/// When it does not start.
pub fn install(emulator: &Emulator, wasm: Vec<u8>, arg: Vec<u8>) -> Principal {
    let manage = |method: &str, args: Vec<u8>| {
        emulator
            .update(person(1), Principal::management_canister(), method, args)
            .unwrap()
    };
    let create = ProvisionalCreateCanisterWithCyclesArgs {
        amount: Some(Nat::from(CYCLES)),
        settings: None,
        specified_id: None,
        sender_canister_version: None,
    };
    let created = manage(
        "provisional_create_canister_with_cycles",
        encode_one(create).unwrap(),
    );
    let CanisterIdRecord { canister_id } = candid::decode_one(&created).unwrap();
    let args = install_args(CanisterInstallMode::Install, canister_id, wasm, arg);
    manage("install_code", args);
    canister_id
}

fn install_args(
    mode: CanisterInstallMode,
    canister_id: Principal,
    wasm_module: Vec<u8>,
    arg: Vec<u8>,
) -> Vec<u8> {
    encode_one(InstallCodeArgs {
        mode,
        canister_id,
        wasm_module,
        arg,
        sender_canister_version: None,
    })
    .unwrap()
}
