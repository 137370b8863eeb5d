//! The subnet's identity: its keys, its id, the canister ids it may give out.

use crate::Error;
use candid::Principal;
use ic_certification::{Certificate, HashTree};
use ic_transport_types::{NodeSignature, QueryResponse, RequestId};
use ic_verify_bls_signature::PrivateKey;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Prefix of a BLS public key in
/// [DER](https://internetcomputer.org/docs/references/ic-interface-spec#certification-encoding).
const BLS_DER_PREFIX: [u8; 37] = [
    0x30, 0x81, 0x82, 0x30, 0x1d, 0x06, 0x0d, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xdc, 0x7c, 0x05, 0x03,
    0x01, 0x02, 0x01, 0x06, 0x0c, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xdc, 0x7c, 0x05, 0x03, 0x02, 0x01,
    0x03, 0x61, 0x00,
];

/// Canister ids 0 to this one belong to the subnet, as many as the IC gives a subnet at first.
pub(crate) const LAST_CANISTER: u64 = (1 << 20) - 1;

/// The root subnet, which signs certificates without a delegation, and its only node, which signs query answers.
pub(crate) struct Subnet {
    pub(crate) id: Principal,
    /// DER.
    pub(crate) root_key: Arc<[u8]>,
    /// What `raw_rand` is derived from.
    pub(crate) randomness: [u8; 32],
    pub(crate) node: Principal,
    /// DER.
    pub(crate) node_key: Vec<u8>,
    root_secret: PrivateKey,
    node_secret: ic_ed25519::PrivateKey,
}

impl Subnet {
    /// All keys follow from the seed.
    pub(crate) fn new(seed: &[u8; 32]) -> Result<Self, Error> {
        let derive = |purpose: &str| -> [u8; 32] {
            Sha256::new()
                .chain_update(seed)
                .chain_update(purpose)
                .finalize()
                .into()
        };
        let mut root = derive("root key");
        // Below 2^254, and so below the order of the curve's group.
        root[0] &= 0x3f;
        let root_secret = PrivateKey::deserialize(&root).map_err(|e| Error::RootKey(format!("{e:?}")))?;
        let root_key = [&BLS_DER_PREFIX[..], &root_secret.public_key().serialize()].concat();
        let node_secret = ic_ed25519::PrivateKey::deserialize_raw_32(&derive("node key"));
        let node_key = node_secret.public_key().serialize_rfc8410_der();
        Ok(Self {
            id: Principal::self_authenticating(&root_key),
            root_key: root_key.into(),
            randomness: derive("randomness"),
            node: Principal::self_authenticating(&node_key),
            node_key,
            root_secret,
            node_secret,
        })
    }

    /// The id of the `n`-th canister.
    pub(crate) fn canister_id(n: u64) -> Principal {
        let mut id = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1];
        id[..8].copy_from_slice(&n.to_be_bytes());
        Principal::from_slice(&id)
    }

    /// Whether a canister of that id can be on this subnet.
    pub(crate) fn contains(canister: Principal) -> bool {
        (Self::canister_id(0)..=Self::canister_id(LAST_CANISTER)).contains(&canister)
            && canister.as_slice().len() == 10
    }

    /// A [certificate](https://internetcomputer.org/docs/references/ic-interface-spec#certificate) in CBOR.
    pub(crate) fn certify(&self, tree: HashTree) -> Result<Vec<u8>, Error> {
        let message = [&b"\x0Dic-state-root"[..], &tree.digest()].concat();
        let signature = self.root_secret.sign(&message).serialize().to_vec();
        to_cbor(&Certificate {
            tree,
            signature,
            delegation: None,
        })
    }

    /// The node's signature of the answer to a query.
    pub(crate) fn sign_answer(&self, answer: &QueryResponse, request: RequestId, time: u64) -> NodeSignature {
        let signature = self
            .node_secret
            .sign_message(&answer.signable(request, time))
            .to_vec();
        NodeSignature {
            timestamp: time,
            signature,
            identity: self.node,
        }
    }
}

/// [CBOR with the self-describing tag](https://internetcomputer.org/docs/references/ic-interface-spec#cbor).
pub(crate) fn to_cbor(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut serializer = serde_cbor::Serializer::new(Vec::new());
    serializer.self_describe()?;
    value.serialize(&mut serializer)?;
    Ok(serializer.into_inner())
}
