//! [Prices in cycles](https://internetcomputer.org/docs/references/cycles-cost-formulas) of a 13-node subnet, and of the
//! chain keys' 34-node subnet for `key_1`. Those of execution and messages are accounted in [`crate::Charges`] and never
//! taken from a balance; storage is free in this emulator.

/// `create_canister`, taken from the cycles sent along.
pub(crate) const CREATE_CANISTER: u128 = 500_000_000_000;

/// One execution, whatever it does.
pub(crate) const EXECUTION: u128 = 5_000_000;
/// One instruction of an execution.
pub(crate) const INSTRUCTION: u128 = 1;
/// One update call of a user, paid by the canister called.
pub(crate) const INGRESS: u128 = 1_200_000;
/// One byte of it.
pub(crate) const INGRESS_BYTE: u128 = 2_000;
/// One call to another canister.
pub(crate) const CALL: u128 = 260_000;
/// One byte of it, or of its response.
pub(crate) const CALL_BYTE: u128 = 1_000;

/// Instructions that the IC counts for a first write to a 4 KiB page of stable memory in an execution.
pub(crate) const DIRTY_PAGE: u64 = 1_000;

/// One threshold signature, ECDSA or Schnorr, by the name of the master key; none for an unknown name.
pub(crate) fn signature(key: &str) -> Option<u128> {
    match key {
        "key_1" => Some(26_153_846_153),
        "test_key_1" | "dfx_test_key" => Some(10_000_000_000),
        _ => None,
    }
}

/// What the IC charges to send a call, without the prepayment of its response.
pub(crate) fn call(method_name: u64, payload: u64) -> u128 {
    CALL + CALL_BYTE * (u128::from(method_name) + u128::from(payload))
}

/// Instructions that the IC counts for a call of the system API, beside one for each byte that it copies. From the IC's
/// [table](https://github.com/dfinity/ic/blob/master/rs/embedders/src/wasmtime_embedder/system_api_complexity.rs).
pub(crate) fn system_call(name: &str) -> u64 {
    match name {
        "stable_read" | "stable_write" | "stable64_read" | "stable64_write" | "stable_size"
        | "stable64_size" => 20,
        "stable_grow" | "stable64_grow" | "debug_print" => 100,
        "performance_counter" => 200,
        "is_controller" => 1_000,
        "call_new" => 1_500,
        "call_perform" => 5_000,
        _ => 500,
    }
}
