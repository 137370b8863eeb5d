//! What `ecrecover` does.

use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use novate_protocol::keccak::keccak256;

/// The address, in small letters.
pub fn recover(digest: &[u8], signature: &[u8]) -> String {
    let compact = Signature::from_slice(&signature[..64]).unwrap();
    assert_eq!(compact.normalize_s(), None, "s is the lower one");
    let id = RecoveryId::from_byte(signature[64] - 27).unwrap();
    let key = VerifyingKey::recover_from_prehash(digest, &compact, id).unwrap();
    let hash = keccak256(&[&key.to_encoded_point(false).as_bytes()[1..]]);
    format!("0x{}", hex::encode(&hash[12..]))
}
