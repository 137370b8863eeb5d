//! The certified tip: which block is the last one, signed by the subnet.

use super::log::TipCertificate;
use candid::Principal;
use chrono::{DateTime, Utc};
use ic_agent::Agent;
use ic_certification::{Certificate, HashTree, LookupResult};

/// The last block of a log, as the subnet certifies it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    pub index: u64,
    pub hash: [u8; 32],
    /// When the subnet certified it.
    pub time: DateTime<Utc>,
}

impl Tip {
    /// What an answer claims, before it is verified.
    pub fn claimed(answer: &TipCertificate) -> Result<Self, String> {
        let tree = tree(answer)?;
        let index = block_index(leaf(&tree, "last_block_index")?)
            .ok_or("its last_block_index is neither LEB128 nor a big-endian 64-bit number")?;
        let hash = leaf(&tree, "last_block_hash")?
            .try_into()
            .map_err(|_| "its last_block_hash is not of 32 bytes")?;
        let certificate = certificate(answer)?;
        let LookupResult::Found(time) = certificate.tree.lookup_path([b"time"]) else {
            return Err("its certificate has no time".into());
        };
        let nanoseconds = leb128(time)
            .and_then(|ns| i64::try_from(ns).ok())
            .ok_or("its certificate's time is wrong")?;
        Ok(Self {
            index,
            hash,
            time: DateTime::from_timestamp_nanos(nanoseconds),
        })
    }

    /// Verifies the subnet's signature under the agent's root key, the right of that subnet over `canister`,
    /// the age of the certificate, and that the answer's tree is what the canister certified.
    pub fn verified(answer: &TipCertificate, agent: &Agent, canister: Principal) -> Result<Self, String> {
        let certificate = certificate(answer)?;
        agent.verify(&certificate, canister).map_err(|e| e.to_string())?;
        let path: [&[u8]; 3] = [b"canister", canister.as_slice(), b"certified_data"];
        let LookupResult::Found(certified) = certificate.tree.lookup_path(path) else {
            return Err(format!("its certificate says nothing of canister {canister}"));
        };
        if certified != tree(answer)?.digest() {
            return Err("its hash tree is not the one the canister certified".into());
        }
        Self::claimed(answer)
    }
}

fn certificate(answer: &TipCertificate) -> Result<Certificate, String> {
    serde_cbor::from_slice(&answer.certificate).map_err(|e| format!("its certificate is unreadable: {e}"))
}

fn tree(answer: &TipCertificate) -> Result<HashTree, String> {
    serde_cbor::from_slice(&answer.hash_tree).map_err(|e| format!("its hash tree is unreadable: {e}"))
}

fn leaf<'a>(tree: &'a HashTree, name: &str) -> Result<&'a [u8], String> {
    match tree.lookup_path([name.as_bytes()]) {
        LookupResult::Found(bytes) => Ok(bytes),
        _ => Err(format!("its hash tree has no {name}")),
    }
}

/// A block index as canisters certify it: LEB128, as the standard wants, or as ledgers have done before,
/// eight bytes with the highest first. Eight bytes of LEB128 begin with a continuation bit; such a big-endian
/// index would be over 2^63.
pub fn block_index(bytes: &[u8]) -> Option<u64> {
    match <[u8; 8]>::try_from(bytes) {
        Ok(eight) if eight[0] < 0x80 => Some(u64::from_be_bytes(eight)),
        _ => leb128(bytes),
    }
}

fn leb128(bytes: &[u8]) -> Option<u64> {
    let (last, rest) = bytes.split_last()?;
    if last & 0x80 != 0 || rest.iter().any(|byte| byte & 0x80 == 0) {
        return None;
    }
    bytes.iter().rev().try_fold(0u64, |number, byte| {
        let shifted = number.checked_mul(128)?;
        Some(shifted | u64::from(byte & 0x7f))
    })
}
