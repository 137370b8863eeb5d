//! [Prices in cycles](https://internetcomputer.org/docs/references/cycles-cost-formulas) of a 13-node subnet, and of the
//! chain keys' 34-node subnet for `key_1`. Execution, storage and messages are free in this emulator.

/// `create_canister`, taken from the cycles sent along.
pub(crate) const CREATE_CANISTER: u128 = 500_000_000_000;

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
    260_000 + 1_000 * (u128::from(method_name) + u128::from(payload))
}
