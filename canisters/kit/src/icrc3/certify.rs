//! Certification of the last block.

use super::{Tip, TipCertificate};
use candid::Nat;
use ic_certification::{HashTree, empty, fork, label, leaf};
use serde_bytes::ByteBuf;

/// The tree that ICRC-3 prescribes: the hash, and the index as LEB128. Empty for an empty log.
pub fn tip_tree(tip: Option<Tip>) -> HashTree {
    let Some(Tip { index, hash }) = tip else {
        return empty();
    };
    let mut leb128 = Vec::new();
    Nat::from(index).encode(&mut leb128).ok(); // a Vec takes any number of bytes
    fork(
        label("last_block_hash", leaf(hash)),
        label("last_block_index", leaf(leb128)),
    )
}

/// The subnet's certificate and `tree`, whose root it certifies, both in CBOR. `None` outside a query.
///
/// `tree` is the whole certified tree, with everything but the [`tip_tree`] pruned.
pub fn tip_certificate(tree: &HashTree) -> Option<TipCertificate> {
    let certificate = ic_cdk::api::data_certificate()?;
    let hash_tree = serde_cbor::to_vec(tree).ok()?;
    Some(TipCertificate {
        certificate: ByteBuf::from(certificate),
        hash_tree: ByteBuf::from(hash_tree),
    })
}
