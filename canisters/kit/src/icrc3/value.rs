//! The generic value that blocks consist of, and its representation-independent hash.

use candid::{CandidType, Int, Nat};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};

/// As ICRC-3 defines it.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Value {
    Blob(ByteBuf),
    Text(String),
    Nat(Nat),
    Int(Int),
    Array(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    /// A text.
    pub fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// A natural number.
    pub fn nat(number: impl Into<Nat>) -> Self {
        Self::Nat(number.into())
    }

    /// Bytes.
    pub fn blob(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Blob(ByteBuf::from(bytes.into()))
    }

    /// A map in the given order, which does not matter for the hash.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(
            entries
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect(),
        )
    }

    /// The hash by which blocks are chained (ICRC-3, "Value hash"): SHA-256 over the bytes of a blob, the UTF-8
    /// of a text, the LEB128 of a number, the hashes of an array's elements, and the sorted pairs of hashes of a
    /// map's keys and values.
    pub fn hash(&self) -> [u8; 32] {
        match self {
            Self::Blob(bytes) => sha256(bytes),
            Self::Text(text) => sha256(text.as_bytes()),
            Self::Nat(number) => {
                let mut leb128 = Vec::new();
                // A Vec takes any number of bytes, so this cannot fail.
                number.encode(&mut leb128).ok();
                sha256(&leb128)
            }
            Self::Int(number) => {
                let mut leb128 = Vec::new();
                number.encode(&mut leb128).ok(); // as above
                sha256(&leb128)
            }
            Self::Array(values) => sha256(&values.iter().flat_map(Self::hash).collect::<Vec<_>>()),
            Self::Map(entries) => {
                let mut pairs = entries
                    .iter()
                    .map(|(key, value)| [sha256(key.as_bytes()), value.hash()])
                    .collect::<Vec<_>>();
                pairs.sort();
                sha256(pairs.as_flattened().as_flattened())
            }
        }
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
