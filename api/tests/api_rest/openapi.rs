//! The document describes the routes that there are.

use crate::rig::Rig;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn the_document_has_every_route_with_its_bodies() {
    let rig = Rig::start().await;
    let (status, document) = rig.get("/api/openapi.json").await;
    assert_eq!(status, 200);
    assert_eq!(document["openapi"], "3.1.0");
    let routes = [
        ("/api/user/nonce", "get"),
        ("/api/session-keys/create", "post"),
        ("/api/session-keys/{settlement}/{owner}/{key}", "get"),
        ("/api/intents", "post"),
        ("/api/intents", "get"),
        ("/api/intents/{id}", "get"),
        ("/api/intents/{id}", "delete"),
        ("/api/batches/{number}", "get"),
        ("/api/receipts/{intent}", "get"),
        ("/api/feed", "get"),
        ("/api/feed/ws", "get"),
    ];
    for (path, method) in routes {
        let operation = &document["paths"][path][method];
        assert!(operation.is_object(), "{method} {path} is not described");
        assert!(
            operation["summary"].is_string() || operation["description"].is_string(),
            "{method} {path}"
        );
    }
    // Every reference leads somewhere.
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 20);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            into.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect(value, into));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, into)),
        _ => {}
    }
}
