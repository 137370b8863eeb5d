//! Certification of the last block.

use super::{TipCertificate, log};
use crate::state;
use candid::Nat;
use ic_certification::{HashTree, empty, fork, label, leaf};
use serde_bytes::ByteBuf;

/// Tells the subnet what to certify; at every append, and again after an upgrade.
pub fn certify() {
    ic_cdk::api::certified_data_set(state::read(|s| tree(log::tip(s))).digest());
}

/// The tree that ICRC-3 prescribes: the index as LEB128, and the hash.
fn tree(tip: Option<(u64, [u8; 32])>) -> HashTree {
    let Some((index, hash)) = tip else { return empty() };
    let mut leb128 = Vec::new();
    Nat::from(index).encode(&mut leb128).ok(); // a Vec takes any number of bytes
    fork(
        label("last_block_hash", leaf(hash)),
        label("last_block_index", leaf(leb128)),
    )
}

/// The subnet's certificate and the tree whose root it certifies, both in CBOR. `None` for an empty log and
/// outside a query.
pub fn tip_certificate() -> Option<TipCertificate> {
    let certificate = ic_cdk::api::data_certificate()?;
    let tip = state::read(log::tip);
    tip?;
    let hash_tree = serde_cbor::to_vec(&tree(tip)).ok()?;
    Some(TipCertificate {
        certificate: ByteBuf::from(certificate),
        hash_tree: ByteBuf::from(hash_tree),
    })
}
