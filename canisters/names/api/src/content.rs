//! Digests of published content.

use borsh::{BorshDeserialize, BorshSerialize};
use cid::Cid;
use std::fmt;

/// Most bytes of a CID's text. Those of the hashes below have at most 113 in any base but base 2.
const MAX_CID: usize = 128;

/// Hash functions whose CIDs are taken: code in the
/// [multicodec table](https://github.com/multiformats/multicodec/blob/master/table.csv), and bytes of a digest.
const HASHES: [(u64, usize); 4] = [(0x12, 32), (0x13, 64), (0x1e, 32), (0xb220, 32)];

/// What content is recognised by.
#[derive(BorshDeserialize, BorshSerialize, Clone, Debug, Eq, PartialEq)]
pub enum Digest {
    /// A CID in its binary form, of SHA2-256, SHA2-512, BLAKE3 or BLAKE2b-256.
    Cid(Vec<u8>),
    /// SHA-256 of the content's bytes.
    Sha256([u8; 32]),
    /// BLAKE3 of the content's bytes.
    Blake3([u8; 32]),
}

/// Why a text is no CID that is taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CidError {
    #[error("a CID has at most {MAX_CID} characters, not {length}")]
    Long { length: usize },
    #[error("no CID: {reason}")]
    Malformed { reason: String },
    #[error("the CID's hash function 0x{code:x} is none of SHA2-256, SHA2-512, BLAKE3, BLAKE2b-256")]
    Hash { code: u64 },
    #[error("the CID's digest has {actual} bytes; its hash function gives {expected}")]
    Length { expected: usize, actual: usize },
}

impl Digest {
    /// Reads a CID, version 0 or 1, in any multibase.
    ///
    /// # Errors
    /// When it is malformed, or of a hash function that is not taken: an identity hash, for one, is no digest.
    pub fn cid(text: &str) -> Result<Self, CidError> {
        if text.len() > MAX_CID {
            return Err(CidError::Long { length: text.len() });
        }
        let malformed = |error: cid::Error| CidError::Malformed {
            reason: error.to_string(),
        };
        // `TryFrom` would also take a whole URL with `/ipfs/` in it.
        if text.contains('/') {
            return Err(CidError::Malformed {
                reason: "it contains a slash: give the CID alone".into(),
            });
        }
        let cid = Cid::try_from(text).map_err(malformed)?;
        let (code, actual) = (cid.hash().code(), cid.hash().digest().len());
        let (_, expected) = HASHES
            .into_iter()
            .find(|(known, _)| *known == code)
            .ok_or(CidError::Hash { code })?;
        if actual != expected {
            return Err(CidError::Length { expected, actual });
        }
        Ok(Self::Cid(cid.to_bytes()))
    }

    /// `cid`, `sha256` or `blake3`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Cid(_) => "cid",
            Self::Sha256(_) => "sha256",
            Self::Blake3(_) => "blake3",
        }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Cid(bytes) => bytes,
            Self::Sha256(bytes) | Self::Blake3(bytes) => bytes,
        }
    }
}

/// A CID as its version is usually written (base58 or base32), other digests as `sha256:…` and `blake3:…`.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cid(bytes) => match Cid::try_from(bytes.as_slice()) {
                Ok(cid) => cid.fmt(f),
                Err(_) => write!(f, "cid:0x{}", hex::encode(bytes)),
            },
            Self::Sha256(bytes) | Self::Blake3(bytes) => write!(f, "{}:{}", self.kind(), hex::encode(bytes)),
        }
    }
}
