//! Answers to plain HTTP requests, as the gateways of the Internet Computer pass them on: `/metrics` in Prometheus's text
//! format, and `/logs`, the latest blocks as lines of JSON.
//!
//! The answers are those of one replica and carry no certificate, so gateways serve them below their `raw` host only.
//! What must be trusted is read from the block log.

use crate::icrc3::{BlockLog, Value};
use candid::CandidType;
use serde::Deserialize;
use serde_bytes::ByteBuf;
use std::fmt::Write;

/// Blocks that `/logs` shows.
const LATEST: u64 = 100;

/// Argument of `http_request`
/// ([HTTP gateway protocol](https://github.com/dfinity/portal/blob/master/docs/references/http-gateway-protocol-spec.md)).
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct HttpRequest {
    /// `GET`, …
    pub method: String,
    /// Path and query.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// As it was sent.
    pub body: ByteBuf,
}

/// Answer of `http_request`.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct HttpResponse {
    /// HTTP status.
    pub status_code: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// In the format that the header `content-type` names.
    pub body: ByteBuf,
}

/// A number that `/metrics` shows.
pub struct Metric {
    /// Name with its unit, as Prometheus wants it; a counter's ends in `_total`.
    pub name: &'static str,
    /// One line for readers.
    pub help: &'static str,
    /// Now.
    pub value: u128,
}

/// Answers `/metrics` with `metrics` and the subnet's own, `/logs` with the end of `log`, the rest with 404 or 405.
pub fn respond(request: &HttpRequest, metrics: impl FnOnce() -> Vec<Metric>, log: &BlockLog) -> HttpResponse {
    if request.method != "GET" {
        return response(
            405,
            "text/plain; charset=utf-8",
            "only GET is answered here\n".into(),
        );
    }
    let path = request.url.split(['?', '#']).next().unwrap_or_default();
    match path {
        "/metrics" => response(
            200,
            "text/plain; version=0.0.4; charset=utf-8",
            exposition(metrics()),
        ),
        "/logs" => response(200, "application/x-ndjson", latest(log)),
        _ => response(
            404,
            "text/plain; charset=utf-8",
            "not found: ask for /metrics or /logs\n".into(),
        ),
    }
}

fn response(status_code: u16, content_type: &str, body: String) -> HttpResponse {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    HttpResponse {
        status_code,
        headers: vec![
            header("content-type", content_type),
            header("cache-control", "no-store"),
            header("x-content-type-options", "nosniff"),
        ],
        body: ByteBuf::from(body),
    }
}

fn exposition(mut metrics: Vec<Metric>) -> String {
    metrics.push(Metric {
        name: "canister_cycles",
        help: "Cycles that the canister holds.",
        value: ic_cdk::api::canister_cycle_balance(),
    });
    metrics.push(Metric {
        name: "canister_stable_memory_bytes",
        help: "Size of the stable memory.",
        value: u128::from(ic_cdk::api::stable_size()) * 65_536,
    });
    let mut text = String::new();
    for Metric { name, help, value } in metrics {
        let kind = if name.ends_with("_total") {
            "counter"
        } else {
            "gauge"
        };
        // Writing to a String does not fail.
        writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}").ok();
    }
    text
}

/// The newest blocks, oldest first, one JSON object a line: `{"index":7,"block":{…}}`.
fn latest(log: &BlockLog) -> String {
    let length = log.length();
    let mut text = String::new();
    for index in length.saturating_sub(LATEST)..length {
        if let Some(block) = log.get(index) {
            write!(text, "{{\"index\":{index},\"block\":").ok();
            json(&block, &mut text);
            text.push_str("}\n");
        }
    }
    text
}

/// Blobs as hexadecimal with `0x`, numbers as JSON numbers of any length.
fn json(value: &Value, to: &mut String) {
    match value {
        Value::Blob(bytes) => {
            to.push_str("\"0x");
            bytes.iter().for_each(|byte| {
                write!(to, "{byte:02x}").ok();
            });
            to.push('"');
        }
        Value::Text(text) => string(text, to),
        Value::Nat(number) => to.push_str(&number.0.to_string()),
        Value::Int(number) => to.push_str(&number.0.to_string()),
        Value::Array(values) => {
            to.push('[');
            for (i, value) in values.iter().enumerate() {
                if i > 0 {
                    to.push(',');
                }
                json(value, to);
            }
            to.push(']');
        }
        Value::Map(entries) => {
            to.push('{');
            for (i, (key, value)) in entries.iter().enumerate() {
                if i > 0 {
                    to.push(',');
                }
                string(key, to);
                to.push(':');
                json(value, to);
            }
            to.push('}');
        }
    }
}

/// A string with what RFC 8259 wants escaped.
fn string(text: &str, to: &mut String) {
    to.push('"');
    for c in text.chars() {
        match c {
            '"' => to.push_str("\\\""),
            '\\' => to.push_str("\\\\"),
            c if c.is_control() => {
                write!(to, "\\u{:04x}", u32::from(c)).ok();
            }
            c => to.push(c),
        }
    }
    to.push('"');
}
