//! A signer on the emulator as a library: its limits can be chosen, and another canister can call it.

use super::{CHAIN, DISTRIBUTOR, identity, wasm};
use candid::{CandidType, Nat, Principal, encode_args, encode_one, utils::ArgumentEncoder};
use canister_kit::icrc3::{GetBlocksRequest, GetBlocksResult};
use ic_agent::Identity;
use ic_emulator::{Emulator, Options, Reject};
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, InstallCodeArgs, ProvisionalCreateCanisterWithCyclesArgs,
};
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use signer_api::{BatchRequest, Distributor, InitArgs, Refusal, Role, Signed};
use std::time::Duration;

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

pub struct Emulated {
    pub emulator: Emulator,
    pub canister: Principal,
}

/// Controls and administers the signer, and is an operator.
pub fn me() -> Principal {
    identity(1).sender().unwrap()
}

pub fn distributor() -> Distributor {
    Distributor {
        chain_id: CHAIN,
        address: ByteBuf::from(DISTRIBUTOR.to_vec()),
        max_amount: Nat::from(5000u32),
        max_per_day: None,
    }
}

impl Emulated {
    /// With one distributor.
    pub fn start(options: Options) -> Self {
        let signer = Self::with(options, wasm());
        let ok: Result<(), Refusal> = signer.update("set_role", (me(), Role::Operator, true)).unwrap();
        ok.unwrap();
        let granted: Result<Nat, Refusal> = signer
            .update("grant_credits", (me(), Nat::from(super::CREDITS)))
            .unwrap();
        granted.unwrap();
        let ok: Result<(), Refusal> = signer.update("allow_distributor", (distributor(),)).unwrap();
        ok.unwrap();
        signer
    }

    /// The given code, where nobody but the administrator may do anything.
    pub fn with(options: Options, wasm: Vec<u8>) -> Self {
        let emulator = Emulator::new(options).unwrap();
        let init = InitArgs {
            admin: me(),
            key_name: "dfx_test_key".into(),
        };
        let canister = install(&emulator, wasm, encode_one(init).unwrap());
        Self { emulator, canister }
    }

    /// An update call by the administrator.
    pub fn update<T: CandidType + DeserializeOwned>(
        &self,
        method: &str,
        args: impl ArgumentEncoder,
    ) -> Result<T, Reject> {
        let args = encode_args(args).unwrap();
        let reply = self.emulator.update(me(), self.canister, method, args)?;
        Ok(candid::decode_one(&reply).unwrap())
    }

    pub fn query<T: CandidType + DeserializeOwned>(&self, method: &str, args: impl ArgumentEncoder) -> T {
        let args = encode_args(args).unwrap();
        let reply = self.emulator.query(me(), self.canister, method, args).unwrap();
        candid::decode_one(&reply).unwrap()
    }

    /// Blocks of the log.
    pub fn blocks(&self, start: u64, length: u64) -> GetBlocksResult {
        let range = GetBlocksRequest {
            start: Nat::from(start),
            length: Nat::from(length),
        };
        self.query("icrc3_get_blocks", (vec![range],))
    }

    /// A canister through which [`Emulated::via_proxy`] calls.
    pub fn proxy(&self) -> Principal {
        install(&self.emulator, wat::parse_str(PROXY).unwrap(), vec![])
    }

    /// A call of the signer by the canister `proxy`.
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
        let reply = self.emulator.update(me(), proxy, "forward", call).unwrap();
        candid::decode_one(&reply).unwrap()
    }

    /// What a setting answers that must be taken.
    pub fn set(&self, method: &str, args: impl ArgumentEncoder) {
        let done: Result<(), Refusal> = self.update(method, args).unwrap();
        done.unwrap();
    }

    /// A batch that is asked for by the operator.
    pub fn sign_batch(&self, request: &BatchRequest) -> Result<Signed, Refusal> {
        self.update("sign_batch", (request,)).unwrap()
    }

    /// Unix seconds of the subnet.
    pub fn now(&self) -> u64 {
        self.emulator.time() / 1_000_000_000
    }

    /// To the next midnight (UTC).
    pub fn to_midnight(&self) {
        let day = 86_400 * 1_000_000_000;
        let left = day - self.emulator.time() % day;
        self.emulator.advance_time(Duration::from_nanos(left));
    }

    /// Gives the canister this code.
    pub fn upgrade(&self, wasm_module: Vec<u8>) -> Result<(), Reject> {
        let upgrade = InstallCodeArgs {
            mode: CanisterInstallMode::Upgrade(None),
            canister_id: self.canister,
            wasm_module,
            arg: vec![],
            sender_canister_version: None,
        };
        let args = encode_one(upgrade).unwrap();
        let done = self
            .emulator
            .update(me(), Principal::management_canister(), "install_code", args);
        done.map(drop)
    }
}

/// A new canister with this code, controlled by [`me`].
pub fn install(emulator: &Emulator, wasm_module: Vec<u8>, arg: Vec<u8>) -> Principal {
    let manage = |method: &str, args: Vec<u8>| {
        emulator
            .update(me(), Principal::management_canister(), method, args)
            .unwrap()
    };
    let create = ProvisionalCreateCanisterWithCyclesArgs {
        amount: Some(Nat::from(10_000_000_000_000u64)),
        settings: None,
        specified_id: None,
        sender_canister_version: None,
    };
    let created = manage(
        "provisional_create_canister_with_cycles",
        encode_one(create).unwrap(),
    );
    let CanisterIdRecord { canister_id } = candid::decode_one(&created).unwrap();
    let install = InstallCodeArgs {
        mode: CanisterInstallMode::Install,
        canister_id,
        wasm_module,
        arg,
        sender_canister_version: None,
    };
    manage("install_code", encode_one(install).unwrap());
    canister_id
}
