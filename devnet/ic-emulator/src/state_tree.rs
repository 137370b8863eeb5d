//! The [system state tree](https://internetcomputer.org/docs/references/ic-interface-spec#state-tree), of which
//! certificates reveal parts.

use crate::{
    Error,
    canister::Canister,
    subnet::{LAST_CANISTER, Subnet, to_cbor},
    world::{RequestId, World},
};
use candid::Principal;
use ic_certification::{AsHashTree, Hash, HashTree, RbTree, empty, fork, labeled, leaf, pruned};
use serde_bytes::Bytes;

/// A part of the tree that a certificate reveals; `/time` always is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    Time,
    /// All of `/subnet`: there is only one.
    Subnet,
    /// There are none.
    ApiBoundaryNodes,
    Request(RequestId),
    Canister(Principal, CanisterPath),
}

/// A part of `/canister/<id>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CanisterPath {
    CertifiedData,
    Controllers,
    ModuleHash,
    Metadata(String),
}

impl World {
    /// A certificate that reveals `paths`, or proves that they do not exist. At most one request and one canister.
    pub(crate) fn certificate(&self, paths: &[Path]) -> Result<Vec<u8>, Error> {
        let request = paths.iter().find_map(|path| match path {
            Path::Request(id) => Some(id),
            _ => None,
        });
        let subnet = reveal(self.subnet_tree()?, paths.contains(&Path::Subnet));
        let tree = fork(
            fork(
                labeled("canister", self.canisters_tree(paths)?),
                labeled("request_status", self.request_witness(request)),
            ),
            fork(
                labeled("subnet", subnet),
                labeled("time", leaf(leb128(self.time()))),
            ),
        );
        self.environment.subnet.certify(tree)
    }

    /// What a canister gets in a query.
    pub(crate) fn data_certificate(&self, canister: Principal) -> Result<Vec<u8>, Error> {
        self.certificate(&[Path::Canister(canister, CanisterPath::CertifiedData)])
    }

    fn canisters_tree(&self, paths: &[Path]) -> Result<HashTree, Error> {
        let mut trees = RbTree::new();
        let mut wanted = None;
        for canister in self.canisters.values() {
            trees.insert(
                canister.id.as_slice().to_vec(),
                CanisterTree::new(canister, paths)?,
            );
        }
        for path in paths {
            if let Path::Canister(id, _) = path {
                wanted = Some(id);
            }
        }
        Ok(match wanted {
            Some(id) => trees.witness(id.as_slice()),
            None => pruned(trees.root_hash()),
        })
    }

    fn subnet_tree(&self) -> Result<HashTree, Error> {
        let Subnet {
            id,
            root_key,
            node,
            node_key,
            ..
        } = &self.environment.subnet;
        let (first, last) = (Subnet::canister_id(0), Subnet::canister_id(LAST_CANISTER));
        let ranges = [(Bytes::new(first.as_slice()), Bytes::new(last.as_slice()))];
        let node = labeled(node.as_slice(), labeled("public_key", leaf(node_key.clone())));
        let children = vec![
            labeled("canister_ranges", leaf(to_cbor(&ranges)?)),
            labeled("node", node),
            labeled("public_key", leaf(root_key.to_vec())),
            labeled("type", leaf("system")),
        ];
        Ok(labeled(id.as_slice(), forks(children)))
    }
}

/// `/canister/<id>` with what is not wanted pruned.
struct CanisterTree(HashTree);

impl CanisterTree {
    fn new(canister: &Canister, paths: &[Path]) -> Result<Self, Error> {
        let wanted = |path: CanisterPath| paths.contains(&Path::Canister(canister.id, path));
        let part =
            |name: &str, value: Vec<u8>, path: CanisterPath| labeled(name, reveal(leaf(value), wanted(path)));
        let controllers: Vec<&Bytes> = canister
            .settings
            .controllers
            .iter()
            .map(|c| Bytes::new(c.as_slice()))
            .collect();
        let controllers = part("controllers", to_cbor(&controllers)?, CanisterPath::Controllers);
        let Some(program) = &canister.program else {
            return Ok(Self(controllers));
        };
        let metadata = program.code.metadata.iter().map(|(name, metadata)| {
            let content = leaf(metadata.content.clone());
            labeled(
                name.as_bytes(),
                reveal(content, wanted(CanisterPath::Metadata(name.clone()))),
            )
        });
        let certified_data = canister.state.certified_data.clone();
        Ok(Self(forks(vec![
            part("certified_data", certified_data, CanisterPath::CertifiedData),
            controllers,
            labeled("metadata", forks(metadata.collect())),
            part(
                "module_hash",
                program.code.hash.to_vec(),
                CanisterPath::ModuleHash,
            ),
        ])))
    }
}

impl AsHashTree for CanisterTree {
    fn root_hash(&self) -> Hash {
        self.0.digest()
    }

    fn as_hash_tree(&self) -> HashTree {
        self.0.clone()
    }
}

/// The tree or, if it is not wanted, its hash.
fn reveal(tree: HashTree, wanted: bool) -> HashTree {
    if wanted { tree } else { pruned(tree.digest()) }
}

/// A balanced tree of labelled children that are in the order of their labels.
fn forks(mut children: Vec<HashTree>) -> HashTree {
    if children.len() < 2 {
        return children.pop().unwrap_or_else(empty);
    }
    let right = children.split_off(children.len() / 2);
    fork(forks(children), forks(right))
}

/// Unsigned LEB128.
fn leb128(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
