//! What the tests of blobs share.

#![allow(dead_code, reason = "each test binary uses its part")]

pub mod server;

use cid::Cid;
use novate_blobs::cid_of;

/// Most bytes of a blob in the tests.
pub const LIMIT: usize = 2 << 20;

/// A blob that differs from those of other seeds, and its CID.
pub fn blob(seed: u8, length: usize) -> (Cid, Vec<u8>) {
    let bytes: Vec<u8> = (0..length).map(|i| (i as u8).wrapping_mul(31) ^ seed).collect();
    (cid_of(&bytes).unwrap(), bytes)
}

/// TLS, which every client is built with, needs its provider.
pub fn ready() {
    rustls::crypto::ring::default_provider().install_default().ok();
}
