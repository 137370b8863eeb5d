//! JSON that is committed: the same text for the same content.

use anyhow::Result;
use serde_json::Value;
use std::collections::BTreeMap;

/// Indented, with the keys of every object in alphabetical order, and a line feed at the end.
///
/// # Errors
/// None that a [`Value`] can cause; serde_json's signature has one.
pub fn pretty(value: Value) -> Result<String> {
    Ok(serde_json::to_string_pretty(&sorted(value))? + "\n")
}

/// serde_json keeps the order of insertion if any crate in the build asks for it.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(list) => list.into_iter().map(sorted).collect(),
        Value::Object(fields) => {
            let fields: BTreeMap<_, _> = fields
                .into_iter()
                .map(|(key, item)| (key, sorted(item)))
                .collect();
            Value::Object(fields.into_iter().collect())
        }
        other => other,
    }
}
