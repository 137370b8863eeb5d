//! Values of the vectors' file.

use serde_json::Value;

pub fn list<T>(values: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    values.as_array().unwrap().iter().map(read).collect()
}

pub fn hex_bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap().strip_prefix("0x").unwrap()).unwrap()
}

pub fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    hex_bytes(value).try_into().unwrap()
}

/// A JSON number, or a decimal string for what JSON cannot hold exactly.
pub fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(value: &Value) -> T {
    value
        .as_str()
        .map(str::to_owned)
        .unwrap_or_else(|| value.to_string())
        .parse()
        .unwrap()
}
