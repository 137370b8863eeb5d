//! The schema for editors says of `[api]` what the API reads.

use novate_api::ApiConfig;
use serde_json::Value;

#[test]
fn the_schema_has_the_keys_of_the_api() {
    let schema = include_str!("../../indexer/novate.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let section = schema["properties"]["api"]["properties"].as_object().unwrap();
    let Value::Object(defaults) = serde_json::to_value(ApiConfig::default()).unwrap() else {
        panic!("a section is an object")
    };
    assert_eq!(
        section.keys().collect::<Vec<_>>(),
        defaults.keys().collect::<Vec<_>>()
    );
    for (key, of) in section {
        if let Some(default) = of.get("default") {
            assert_eq!(default, &defaults[key], "{key}");
        }
    }
}
