//! Signed data items, as bundlers take them (ANS-104, <https://github.com/ArweaveTeam/arweave-standards/blob/master/ans/ANS-104.md>).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256, Sha384};

/// Ed25519: a signature of 64 bytes by an owner of 32.
const ED25519: u16 = 2;

/// A data item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id on the network: base64url of the SHA-256 of its signature.
    pub id: String,
    /// What is uploaded.
    pub bytes: Vec<u8>,
}

/// Signs `data` with `tags`. There is neither target nor anchor, so the same bytes are the same item whenever they are signed.
pub fn sign(key: &SigningKey, tags: &[(&str, &str)], data: &[u8]) -> Item {
    let owner = key.verifying_key().to_bytes();
    let encoded = encode_tags(tags);
    let kind = ED25519.to_string();
    let parts: [&[u8]; 8] = [
        b"dataitem",
        b"1",
        kind.as_bytes(),
        &owner,
        b"",
        b"",
        &encoded,
        data,
    ];
    let signature = key.sign(&deep_hash(&parts)).to_bytes();

    let mut bytes = Vec::with_capacity(128 + encoded.len() + data.len());
    bytes.extend(ED25519.to_le_bytes());
    bytes.extend(signature);
    bytes.extend(owner);
    bytes.extend([0, 0]); // neither target nor anchor
    bytes.extend((tags.len() as u64).to_le_bytes());
    bytes.extend((encoded.len() as u64).to_le_bytes());
    bytes.extend(encoded);
    bytes.extend(data);
    let id = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(signature));
    Item { id, bytes }
}

/// The address of who signs with this key: base64url of the SHA-256 of the public key.
pub fn address(key: &SigningKey) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(key.verifying_key().to_bytes()))
}

/// Arweave's deep hash of a list of byte strings.
fn deep_hash(parts: &[&[u8]]) -> [u8; 48] {
    let mut hash: [u8; 48] = Sha384::digest(format!("list{}", parts.len())).into();
    for part in parts {
        let tag = Sha384::digest(format!("blob{}", part.len()));
        let blob = Sha384::new().chain_update(tag).chain_update(Sha384::digest(part));
        let pair = Sha384::new().chain_update(hash).chain_update(blob.finalize());
        hash = pair.finalize().into();
    }
    hash
}

/// Apache Avro: an array of records of two strings, in one block.
fn encode_tags(tags: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    if tags.is_empty() {
        return bytes;
    }
    long(&mut bytes, tags.len());
    for (name, value) in tags {
        for text in [name, value] {
            long(&mut bytes, text.len());
            bytes.extend(text.as_bytes());
        }
    }
    bytes.push(0);
    bytes
}

/// Avro's `long` of a number that is not negative: zigzag, then seven bits at a time.
fn long(to: &mut Vec<u8>, value: usize) {
    let mut rest = (value as u64) << 1;
    while rest > 0x7f {
        to.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    to.push(rest as u8);
}
