//! The schema of the log that is published with the canister.

use super::get;
use canister_kit::icrc3::Value;
use serde_json::Value as Json;
use std::collections::BTreeSet;

fn schema() -> Json {
    serde_json::from_str(include_str!("../../signer.icrc3.json")).unwrap()
}

/// The block types that are described.
pub fn block_types() -> BTreeSet<String> {
    let name = |block: &Json| block["btype"].as_str().unwrap().to_owned();
    schema()["blocks"].as_array().unwrap().iter().map(name).collect()
}

/// That each block has the fields that are described, and no others. Returns the block types.
pub fn check(log: &[Value]) -> BTreeSet<String> {
    let schema = schema();
    let described = schema["blocks"].as_array().unwrap();
    let mut seen = BTreeSet::new();
    for block in log {
        let Some(Value::Text(name)) = get(block, &["btype"]) else {
            panic!("{block:?}")
        };
        let block_type = described.iter().find(|b| b["btype"] == **name);
        let block_type = block_type.unwrap_or_else(|| panic!("{name} is not in the schema"));
        let fields = block_type["fields"].as_array().unwrap();
        let present = fields.iter().filter(|field| has(block, field)).count();
        let Some(Value::Map(tx)) = get(block, &["tx"]) else {
            panic!("{block:?}")
        };
        assert_eq!(
            tx.len(),
            present,
            "{name} has a field that the schema does not know: {block:?}"
        );
        seen.insert(name.clone());
    }
    seen
}

/// Whether the block has the field, as it is described. Only an optional one may be missing.
fn has(block: &Value, field: &Json) -> bool {
    let path = field["path"].as_array().unwrap().iter();
    let path: Vec<_> = path.map(|part| part.as_str().unwrap()).collect();
    let kind = match get(block, &path) {
        Some(Value::Nat(_)) => "nat",
        Some(Value::Int(_)) => "int",
        Some(Value::Text(_)) => "text",
        Some(Value::Blob(_)) => "blob",
        None if field["optional"] == true => return false,
        other => panic!("{path:?}: {other:?} in {block:?}"),
    };
    assert_eq!(field["type"], kind, "{path:?} in {block:?}");
    true
}
