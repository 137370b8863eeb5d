//! A hash tree in stable memory: labels of 32 bytes, values of 32 bytes.
//!
//! It is a binary trie without one-way paths: a fork stands where labels begin to differ, at bit `bit` (0 is the
//! highest of the first byte) of those that share the bits before. The shape is a function of the labels alone, and
//! labels are hashes, so that paths stay about as long as the logarithm of their number, and 256 forks at most. A
//! change writes the forks of one path, and an upgrade has nothing to rebuild.
//!
//! Nodes hash as the [certification of the Internet Computer] says, so that any client can check its witnesses.
//!
//! [certification of the Internet Computer]: https://internetcomputer.org/docs/references/ic-interface-spec#certificate

use ic_certification::{Hash, HashTree, empty, fork, labeled, leaf, pruned};
use ic_stable_structures::{Memory, StableBTreeMap, StableCell};

/// The bit of a node that is a leaf: past those of a label.
const LEAF: u16 = 256;
/// The root of a tree without labels.
const NONE: u16 = u16::MAX;
/// Bytes of a stored node.
const NODE: usize = 2 + 32 + 32;

/// A leaf or a fork, as its parent knows it.
#[derive(Clone, Copy)]
struct Node {
    /// Where its children differ, or [`LEAF`].
    bit: u16,
    /// The label, or the bits that all labels below share, zeros after them.
    path: Hash,
    /// The value, or the fork's digest.
    hash: Hash,
}

impl Node {
    fn digest(&self) -> Hash {
        match self.bit {
            LEAF => labeled(self.path, leaf(self.hash)).digest(),
            _ => self.hash,
        }
    }

    /// Only the label, as it is needed to prove that another one is absent.
    fn label(&self) -> HashTree {
        labeled(self.path, pruned(leaf(self.hash).digest()))
    }

    /// The first bit before the node's own at which the label does not fit.
    fn differs(&self, label: &Hash) -> Option<u16> {
        let unlike = label.iter().zip(&self.path).position(|(a, b)| a != b)?;
        let zeros = (label[unlike] ^ self.path[unlike]).leading_zeros();
        let bit = u16::try_from(8 * unlike as u32 + zeros).ok()?;
        (bit < self.bit).then_some(bit)
    }

    fn to_bytes(self) -> [u8; NODE] {
        let mut bytes = [0; NODE];
        bytes[..2].copy_from_slice(&self.bit.to_be_bytes());
        bytes[2..34].copy_from_slice(&self.path);
        bytes[34..].copy_from_slice(&self.hash);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        let word = |at: usize| std::array::from_fn(|i| bytes[at + i]);
        Self {
            bit: u16::from_be_bytes([bytes[0], bytes[1]]),
            path: word(2),
            hash: word(34),
        }
    }
}

fn is_right(label: &Hash, bit: u16) -> bool {
    label[usize::from(bit / 8)] >> (7 - bit % 8) & 1 == 1
}

/// The label's bits before `bit`, zeros after them.
fn prefix(label: &Hash, bit: u16) -> Hash {
    std::array::from_fn(|i| match (u32::from(bit)).saturating_sub(8 * i as u32) {
        0 => 0,
        kept @ 1..8 => label[i] & (0xff << (8 - kept)),
        _ => label[i],
    })
}

/// The tree.
pub struct Tree<M: Memory> {
    root: StableCell<[u8; NODE], M>,
    /// Bit and shared bits of a fork -> its children.
    forks: StableBTreeMap<[u8; 34], [u8; 2 * NODE], M>,
}

impl<M: Memory> Tree<M> {
    /// Opens the tree, or makes an empty one.
    pub fn open(root: M, forks: M) -> Self {
        let none = Node {
            bit: NONE,
            path: [0; 32],
            hash: [0; 32],
        };
        Self {
            root: StableCell::init(root, none.to_bytes()),
            forks: StableBTreeMap::init(forks),
        }
    }

    fn root(&self) -> Option<Node> {
        let root = Node::from_bytes(self.root.get());
        (root.bit != NONE).then_some(root)
    }

    fn set_root(&mut self, root: Option<Node>) {
        let none = Node {
            bit: NONE,
            path: [0; 32],
            hash: [0; 32],
        };
        self.root.set(root.unwrap_or(none).to_bytes());
    }

    /// Its root hash.
    pub fn digest(&self) -> Hash {
        self.root().map_or_else(|| empty().digest(), |root| root.digest())
    }

    /// The value of a label.
    pub fn get(&self, label: &Hash) -> Option<Hash> {
        let mut node = self.root()?;
        while node.bit != LEAF {
            if node.differs(label).is_some() {
                return None;
            }
            let (left, right) = self.children(&node);
            node = if is_right(label, node.bit) { right } else { left };
        }
        (node.path == *label).then_some(node.hash)
    }

    /// Sets the value of a label.
    pub fn insert(&mut self, label: Hash, value: Hash) {
        let root = self.with(self.root(), label, value);
        self.set_root(Some(root));
    }

    /// Takes a label out; nothing happens when it is not there.
    pub fn remove(&mut self, label: &Hash) {
        if let Some(root) = self.root().filter(|_| self.get(label).is_some()) {
            let root = self.without(root, label);
            self.set_root(root);
        }
    }

    fn with(&mut self, node: Option<Node>, label: Hash, value: Hash) -> Node {
        let new = Node {
            bit: LEAF,
            path: label,
            hash: value,
        };
        let Some(node) = node else {
            return new;
        };
        if let Some(bit) = node.differs(&label) {
            let (left, right) = if is_right(&label, bit) {
                (node, new)
            } else {
                (new, node)
            };
            return self.put(bit, &label, left, right);
        }
        if node.bit == LEAF {
            return new;
        }
        let (mut left, mut right) = self.children(&node);
        let side = if is_right(&label, node.bit) {
            &mut right
        } else {
            &mut left
        };
        *side = self.with(Some(*side), label, value);
        self.put(node.bit, &label, left, right)
    }

    /// What is left of a node that has the label.
    fn without(&mut self, node: Node, label: &Hash) -> Option<Node> {
        if node.bit == LEAF {
            return None;
        }
        let (mut left, mut right) = self.children(&node);
        let (side, other) = if is_right(label, node.bit) {
            (&mut right, left)
        } else {
            (&mut left, right)
        };
        match self.without(*side, label) {
            Some(rest) => {
                *side = rest;
                Some(self.put(node.bit, label, left, right))
            }
            None => {
                self.forks.remove(&fork_key(node.bit, label));
                Some(other)
            }
        }
    }

    /// Writes the fork at `bit` of the labels that begin like `label`.
    fn put(&mut self, bit: u16, label: &Hash, left: Node, right: Node) -> Node {
        let mut children = [0; 2 * NODE];
        children[..NODE].copy_from_slice(&left.to_bytes());
        children[NODE..].copy_from_slice(&right.to_bytes());
        self.forks.insert(fork_key(bit, label), children);
        Node {
            bit,
            path: prefix(label, bit),
            hash: fork(pruned(left.digest()), pruned(right.digest())).digest(),
        }
    }

    fn children(&self, node: &Node) -> (Node, Node) {
        let Some(children) = self.forks.get(&fork_key(node.bit, &node.path)) else {
            // A fork is written before the node that names it, and removed after it.
            ic_cdk::trap("a fork of the certified tree is gone: the stable memory is damaged")
        };
        (
            Node::from_bytes(&children[..NODE]),
            Node::from_bytes(&children[NODE..]),
        )
    }

    /// The tree, pruned to what shows the value of the label, or that it has none.
    pub fn witness(&self, label: &Hash) -> HashTree {
        let Some(mut node) = self.root() else {
            return empty();
        };
        // Forks on the way, with the child that was not taken.
        let mut way = Vec::new();
        while node.bit != LEAF && node.differs(label).is_none() {
            let (left, right) = self.children(&node);
            let to_right = is_right(label, node.bit);
            way.push((to_right, if to_right { left } else { right }));
            node = if to_right { right } else { left };
        }
        // A label is absent when its neighbours on both sides are seen to be next to each other.
        let (mut shown, mut before_needed, mut after_needed) = match node.differs(label) {
            None => (labeled(node.path, leaf(node.hash)), false, false),
            Some(bit) if is_right(label, bit) => (self.edge(&node, true), false, true),
            Some(_) => (self.edge(&node, false), true, false),
        };
        for (to_right, sibling) in way.into_iter().rev() {
            let needed = if to_right {
                &mut before_needed
            } else {
                &mut after_needed
            };
            let beside = if std::mem::take(needed) {
                self.edge(&sibling, to_right)
            } else {
                pruned(sibling.digest())
            };
            shown = if to_right {
                fork(beside, shown)
            } else {
                fork(shown, beside)
            };
        }
        shown
    }

    /// The node, pruned to its last label or to its first.
    fn edge(&self, node: &Node, last: bool) -> HashTree {
        if node.bit == LEAF {
            return node.label();
        }
        let (left, right) = self.children(node);
        if last {
            fork(pruned(left.digest()), self.edge(&right, last))
        } else {
            fork(self.edge(&left, last), pruned(right.digest()))
        }
    }
}

fn fork_key(bit: u16, label: &Hash) -> [u8; 34] {
    let mut key = [0; 34];
    key[..2].copy_from_slice(&bit.to_be_bytes());
    key[2..].copy_from_slice(&prefix(label, bit));
    key
}
