//! Looking into blocks.

use candid::Nat;
use canister_kit::icrc3::{GetBlocksRequest, Value};

/// The value at a path of map keys.
pub fn get<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| match value {
        Value::Map(entries) => entries
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, found)| found),
        _ => None,
    })
}

/// Whether a block has the type.
pub fn is_of(block: &Value, block_type: &str) -> bool {
    get(block, &["btype"]) == Some(&Value::text(block_type))
}

/// A range of blocks.
pub fn range(start: u64, length: u64) -> GetBlocksRequest {
    GetBlocksRequest {
        start: Nat::from(start),
        length: Nat::from(length),
    }
}
