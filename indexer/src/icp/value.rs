//! The value that blocks consist of, and its hash.

use candid::{CandidType, Int, Nat};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// An ICRC-3 value.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Serialize, Deserialize)]
pub enum Value {
    Blob(serde_bytes::ByteBuf),
    Text(String),
    Nat(Nat),
    Int(Int),
    Array(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    /// The representation-independent hash that the standard defines (HASHINGVALUES.md).
    pub fn hash(&self) -> [u8; 32] {
        match self {
            Self::Blob(bytes) => sha256(bytes),
            Self::Text(text) => sha256(text.as_bytes()),
            Self::Nat(nat) => sha256(&leb128(|to| nat.encode(to))),
            Self::Int(int) => sha256(&leb128(|to| int.encode(to))),
            Self::Array(items) => {
                let hashes: Vec<[u8; 32]> = items.iter().map(Self::hash).collect();
                sha256(&hashes.concat())
            }
            Self::Map(entries) => {
                let mut hashes: Vec<[[u8; 32]; 2]> = entries
                    .iter()
                    .map(|(key, value)| [sha256(key.as_bytes()), value.hash()])
                    .collect();
                hashes.sort_unstable();
                sha256(hashes.as_flattened().as_flattened())
            }
        }
    }

    /// What a path of map keys leads to.
    pub fn get<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> Option<&Self> {
        path.into_iter().try_fold(self, |value, key| match value {
            Self::Map(entries) => entries.iter().find_map(|(k, v)| (k == key).then_some(v)),
            _ => None,
        })
    }

    /// For columns and people: numbers are decimal strings, as JSON's are not exact; blobs are hex with 0x.
    /// U+0000 becomes U+FFFD, because Postgres' jsonb cannot hold it.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Blob(bytes) => format!("0x{}", hex::encode(bytes)).into(),
            Self::Text(text) => without_nul(text).into(),
            Self::Nat(nat) => nat.0.to_string().into(),
            Self::Int(int) => int.0.to_string().into(),
            Self::Array(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(entries) => {
                let entries: BTreeMap<String, Json> = entries
                    .iter()
                    .map(|(key, value)| (without_nul(key), value.to_json()))
                    .collect();
                Json::Object(entries.into_iter().collect())
            }
        }
    }

    /// The word for its kind, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Blob(_) => "Blob",
            Self::Text(_) => "Text",
            Self::Nat(_) => "Nat",
            Self::Int(_) => "Int",
            Self::Array(_) => "Array",
            Self::Map(_) => "Map",
        }
    }
}

/// Postgres' text cannot hold U+0000.
pub fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn leb128<E>(encode: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing into a vector does not fail.
    let _ = encode(&mut bytes);
    bytes
}
